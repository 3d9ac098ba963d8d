#include "ringpost/sasl/client.h"

#include "ringpost/sasl/internal/external.h"
#include "ringpost/sasl/internal/names.h"
#include "ringpost/sasl/internal/oauth.h"
#include "ringpost/sasl/internal/password.h"
#include "ringpost/sasl/internal/scram_client.h"

namespace ringpost::sasl {
namespace {

// Into the form that goes on the wire. False: they cannot be said.
bool PrepareNames(ClientOptions& options) {
  for (std::string* name : {&options.user, &options.authorization}) {
    if (name->empty()) continue;
    auto prepared = internal::PrepareName(*name);
    if (const auto* good = std::get_if<std::string>(&prepared)) {
      *name = *good;
    } else {
      return false;
    }
  }
  return true;
}

bool PreparePassword(ClientOptions& options) {
  auto prepared = internal::PreparePassword(options.password);
  if (const auto* good = std::get_if<std::string>(&prepared)) options.password = *good;
  return std::holds_alternative<std::string>(prepared);
}

}  // namespace

std::unique_ptr<ClientMechanism> MakeClient(Mechanism mechanism, ClientOptions options) {
  if (!PrepareNames(options)) return nullptr;
  switch (mechanism) {
    case Mechanism::kExternal:
      return std::make_unique<internal::ExternalClient>(std::move(options.authorization));
    case Mechanism::kOauthBearer:
    case Mechanism::kXoauth2:
      if (!internal::CanSayToken(mechanism, options)) return nullptr;
      return std::make_unique<internal::OauthClient>(mechanism, std::move(options));
    case Mechanism::kPlain:
      if (options.user.empty() || !PreparePassword(options)) return nullptr;
      return std::make_unique<internal::PlainClient>(std::move(options));
    case Mechanism::kLogin:
      // It has no place for another identity: to act as oneself instead would be wrong.
      if (options.user.empty() || !options.authorization.empty()) return nullptr;
      if (!PreparePassword(options)) return nullptr;
      return std::make_unique<internal::LoginClient>(std::move(options));
    case Mechanism::kScramSha1:
    case Mechanism::kScramSha1Plus:
    case Mechanism::kScramSha256:
    case Mechanism::kScramSha256Plus:
      if (options.user.empty() || !PreparePassword(options)) return nullptr;
      return std::make_unique<internal::ScramClient>(mechanism, std::move(options));
  }
  return nullptr;
}

}  // namespace ringpost::sasl

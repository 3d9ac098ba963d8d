#include "ringpost/sasl/server.h"

#include "ringpost/base/check.h"
#include "ringpost/sasl/internal/external.h"
#include "ringpost/sasl/internal/oauth.h"
#include "ringpost/sasl/internal/password.h"
#include "ringpost/sasl/internal/scram_server.h"

namespace ringpost::sasl {

std::string_view FailureReasonName(FailureReason reason) {
  switch (reason) {
    case FailureReason::kMalformed:
      return "malformed";
    case FailureReason::kTooLong:
      return "too-long";
    case FailureReason::kBadName:
      return "bad-name";
    case FailureReason::kUnsupported:
      return "unsupported";
    case FailureReason::kChannelBinding:
      return "channel-binding";
    case FailureReason::kCredentials:
      return "credentials";
    case FailureReason::kAuthorization:
      return "authorization";
  }
  return "";
}

std::unique_ptr<ServerMechanism> MakeServer(Mechanism mechanism, ServerOptions options) {
  switch (mechanism) {
    case Mechanism::kPlain:
      return std::make_unique<internal::PlainServer>();
    case Mechanism::kLogin:
      return std::make_unique<internal::LoginServer>();
    case Mechanism::kScramSha1:
    case Mechanism::kScramSha1Plus:
    case Mechanism::kScramSha256:
    case Mechanism::kScramSha256Plus:
      return std::make_unique<internal::ScramServer>(mechanism, std::move(options));
    case Mechanism::kOauthBearer:
    case Mechanism::kXoauth2:
      return std::make_unique<internal::OauthServer>(mechanism, std::move(options));
    case Mechanism::kExternal:
      return std::make_unique<internal::ExternalServer>();
  }
  Check(false, "no such mechanism");
  return nullptr;
}

}  // namespace ringpost::sasl

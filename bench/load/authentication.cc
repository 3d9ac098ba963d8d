#include "load/authentication.h"

#include <utility>

#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/secure_random.h"
#include "ringpost/sasl/mechanism.h"

namespace ringpost::load {
namespace {

using crypto::HashAlgorithm;
using sasl::Mechanism;

// RFC 5321 §4.5.3.1.4.
constexpr size_t kLongestCommandLineOctets = 512;
constexpr size_t kNonceOctets = 18;

struct DerivedKey {
  std::string password;
  std::string salt;
  uint32_t iteration_count = 0;
  std::string key;
};

template <HashAlgorithm kAlgorithm>
std::string KeptPbkdf2(std::string_view password, std::string_view salt, uint32_t iteration_count) {
  // A run has one password, and the server one salt for it.
  thread_local DerivedKey kept;
  if (kept.password != password || kept.salt != salt || kept.iteration_count != iteration_count) {
    kept = {.password = std::string(password),
            .salt = std::string(salt),
            .iteration_count = iteration_count,
            .key = crypto::HashFunctionsOf(kAlgorithm).pbkdf2(password, salt, iteration_count)};
  }
  return kept.key;
}

template <HashAlgorithm kAlgorithm>
const HashFunctions* KeepingHash() {
  static const HashFunctions functions = [] {
    HashFunctions own = crypto::HashFunctionsOf(kAlgorithm);
    own.pbkdf2 = KeptPbkdf2<kAlgorithm>;
    return own;
  }();
  return &functions;
}

const HashFunctions* HashOf(Mechanism mechanism) {
  const bool is_sha1 = mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
  return is_sha1 ? KeepingHash<HashAlgorithm::kSha1>() : KeepingHash<HashAlgorithm::kSha256>();
}

std::unique_ptr<sasl::ClientMechanism> MakeMechanism(const Credentials& credentials,
                                                     sasl::ChannelBindings bindings) {
  const Mechanism mechanism = credentials.mechanism;
  const bool is_scram = sasl::IsScram(mechanism);
  return sasl::MakeClient(
      mechanism, {.user = credentials.user,
                  .password = credentials.password,
                  .channel_bindings = std::move(bindings),
                  .hash = is_scram ? HashOf(mechanism) : nullptr,
                  .nonce = is_scram ? EncodeBase64(crypto::RandomOctets(kNonceOctets)) : ""});
}

}  // namespace

bool CanSay(const Credentials& credentials) {
  return MakeMechanism(credentials, {.tls_exporter = "any"}) != nullptr;
}

std::optional<Authentication> Authentication::Begin(const Credentials& credentials,
                                                    sasl::ChannelBindings bindings) {
  if (!sasl::BindsChannel(credentials.mechanism)) {
    bindings = {};
  } else if (bindings.empty()) {
    return std::nullopt;
  }
  auto mechanism = MakeMechanism(credentials, std::move(bindings));
  if (mechanism == nullptr) return std::nullopt;
  return Authentication(sasl::MechanismName(credentials.mechanism), std::move(mechanism));
}

std::string Authentication::CommandLine() {
  std::string line = Concat("AUTH ", name_);
  std::optional<std::string> initial = mechanism_->InitialResponse();
  if (initial.has_value()) {
    const std::string with_response =
        Concat(line, " ", initial->empty() ? "=" : EncodeBase64(*initial), "\r\n");
    if (with_response.size() <= kLongestCommandLineOctets) return with_response;
    held_back_ = std::move(initial);
  }
  Append(line, "\r\n");
  return line;
}

std::optional<std::string> Authentication::ResponseLine(std::string_view challenge) {
  std::optional<std::string> response = std::exchange(held_back_, std::nullopt);
  if (!response.has_value()) {
    const std::optional<std::string> octets = DecodeBase64(challenge);
    if (!octets.has_value()) return std::nullopt;
    response = mechanism_->Next(*octets);
  }
  if (!response.has_value()) return std::nullopt;
  return Concat(EncodeBase64(*response), "\r\n");
}

}  // namespace ringpost::load

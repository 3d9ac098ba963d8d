#include "ringpost/sasl/internal/scram_server.h"

#include <utility>

#include "ringpost/base/base64.h"
#include "ringpost/base/check.h"
#include "ringpost/base/constant_time.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/internal/names.h"
#include "ringpost/sasl/internal/scram_proof.h"

namespace ringpost::sasl::internal {

ScramServer::ScramServer(Mechanism mechanism, ServerOptions options)
    : mechanism_(mechanism), options_(std::move(options)) {
  Check(options_.hash != nullptr, "SCRAM without a hash");
  Check(IsScramNonce(options_.nonce), "SCRAM without a nonce");
  Check(!options_.fake_secret.empty(), "SCRAM without a secret for unknown users");
  Check(!BindsChannel(mechanism) || !options_.channel_bindings.empty(), "-PLUS without a binding");
}

ServerEvent ScramServer::Next(std::optional<std::string_view> response) {
  const Expected expected = std::exchange(expected_, Expected::kNothing);
  if (response && response->size() > kLongestResponseOctets) return Failed{FailureReason::kTooLong};
  switch (expected) {
    case Expected::kFirst:
      if (response) return TakeFirst(*response);
      expected_ = Expected::kFirst;
      return Challenge{};
    case Expected::kFinal:
      return TakeFinal(response.value_or(""));
    case Expected::kAcknowledgement:
      if (!response.value_or("").empty()) return Failed{FailureReason::kMalformed};
      return Succeeded{identity_};
    case Expected::kKeys:
    case Expected::kAuthorization:
    case Expected::kNothing:
      break;
  }
  Check(false, "a response that was not asked for");
  return Failed{};
}

ServerEvent ScramServer::Answer(const ServerAnswer& answer) {
  switch (std::exchange(expected_, Expected::kNothing)) {
    case Expected::kKeys:
      return TakeKeys(answer);
    case Expected::kAuthorization:
      return TakeAuthorization(answer);
    case Expected::kFirst:
    case Expected::kFinal:
    case Expected::kAcknowledgement:
    case Expected::kNothing:
      break;
  }
  Check(false, "an answer without a question");
  return Failed{};
}

ServerEvent ScramServer::TakeFirst(std::string_view message) {
  const std::optional<ClientFirst> first = ReadClientFirst(message);
  if (!first) return Failed{FailureReason::kMalformed};
  if (first->has_mandatory_extension) return Failed{FailureReason::kUnsupported};
  if (const auto reason = AgreeOnBinding(first->gs2_header)) return Failed{*reason};

  Prepared user = PrepareName(first->user);
  if (const auto* reason = std::get_if<FailureReason>(&user)) return Failed{*reason};
  identity_.authentication = std::get<std::string>(std::move(user));
  if (!first->gs2_header.authorization.empty()) {
    const auto decoded = DecodeSaslName(first->gs2_header.authorization);
    if (!decoded) return Failed{FailureReason::kMalformed};
    Prepared authorization = PrepareName(*decoded);
    if (const auto* reason = std::get_if<FailureReason>(&authorization)) return Failed{*reason};
    identity_.authorization = std::get<std::string>(std::move(authorization));
  }
  nonce_ = Concat(first->nonce, options_.nonce);
  if (!IsScramNonce(nonce_)) return Failed{FailureReason::kTooLong};
  auth_message_ = first->bare;
  expected_ = Expected::kKeys;
  return ScramKeysWanted{.user = identity_.authentication, .mechanism = mechanism_};
}

// RFC 5802 §6.
std::optional<FailureReason> ScramServer::AgreeOnBinding(const Gs2Header& header) {
  const bool is_used = header.binding == Gs2Header::Binding::kUsed;
  if (is_used != BindsChannel(mechanism_)) return FailureReason::kChannelBinding;
  if (header.binding == Gs2Header::Binding::kUnoffered && options_.offers_channel_binding) {
    return FailureReason::kChannelBinding;
  }
  channel_binding_ = header.raw;
  if (!is_used) return std::nullopt;
  const std::string_view octets = header.binding_name == "tls-exporter"
                                      ? options_.channel_bindings.tls_exporter
                                  : header.binding_name == "tls-server-end-point"
                                      ? options_.channel_bindings.tls_server_end_point
                                      : std::string_view();
  if (octets.empty()) return FailureReason::kChannelBinding;
  channel_binding_ += octets;
  return std::nullopt;
}

ServerEvent ScramServer::TakeKeys(const ServerAnswer& answer) {
  const auto* keys = std::get_if<ScramKeys>(&answer);
  Check(keys != nullptr || std::holds_alternative<Refused>(answer),
        "an answer to another question");
  user_is_known_ = keys != nullptr;
  keys_ = user_is_known_ ? *keys
                         : FakeScramKeys(*options_.hash, options_.fake_secret,
                                         identity_.authentication, options_.fake_iteration_count);
  std::string message = FormatServerFirst(
      {.nonce = nonce_, .salt = keys_.salt, .iteration_count = keys_.iteration_count});
  Append(auth_message_, ",", message);
  expected_ = Expected::kFinal;
  return Challenge{std::move(message)};
}

ServerEvent ScramServer::TakeFinal(std::string_view message) {
  const std::optional<ClientFinal> final = ReadClientFinal(message);
  if (!final || final->nonce != nonce_) return Failed{FailureReason::kMalformed};
  if (!EqualInConstantTime(final->channel_binding, channel_binding_)) {
    return Failed{FailureReason::kChannelBinding};
  }
  Append(auth_message_, ",", final->without_proof);
  // The proof is computed for unknown users too: it takes the same time.
  const bool is_proof = IsProof(final->proof, auth_message_);
  if (!is_proof || !user_is_known_) return Failed{FailureReason::kCredentials};

  ServerEvent event = Authorize(identity_);
  if (std::holds_alternative<Succeeded>(event)) return SayServerFinal();
  expected_ = Expected::kAuthorization;
  return event;
}

bool ScramServer::IsProof(std::string_view proof, std::string_view auth_message) const {
  const HashFunctions& hash = *options_.hash;
  if (proof.size() != hash.digest_octets) return false;
  const std::string signature = hash.hmac(keys_.stored_key, auth_message);
  const std::string client_key = Xor(signature, proof);
  return EqualInConstantTime(hash.digest(client_key), keys_.stored_key);
}

ServerEvent ScramServer::TakeAuthorization(const ServerAnswer& answer) {
  if (std::holds_alternative<Refused>(answer)) return Failed{FailureReason::kAuthorization};
  Check(std::holds_alternative<Accepted>(answer), "an answer to another question");
  return SayServerFinal();
}

// SMTP's success reply carries no octets of the mechanism: they go in a last challenge, which the
// client answers by an empty response (RFC 4954 §4).
ServerEvent ScramServer::SayServerFinal() {
  expected_ = Expected::kAcknowledgement;
  const std::string signature = options_.hash->hmac(keys_.server_key, auth_message_);
  return Challenge{Concat("v=", EncodeBase64(signature))};
}

}  // namespace ringpost::sasl::internal

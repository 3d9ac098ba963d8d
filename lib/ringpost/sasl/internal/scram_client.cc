#include "ringpost/sasl/internal/scram_client.h"

#include <utility>

#include "ringpost/base/base64.h"
#include "ringpost/base/check.h"
#include "ringpost/base/constant_time.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/internal/gs2_header.h"
#include "ringpost/sasl/internal/scram_messages.h"
#include "ringpost/sasl/internal/scram_proof.h"
#include "ringpost/sasl/scram_keys.h"

namespace ringpost::sasl::internal {
namespace {

std::string_view BindingFlag(Mechanism mechanism, const ClientOptions& options) {
  if (BindsChannel(mechanism)) {
    return options.channel_bindings.tls_exporter.empty() ? "p=tls-server-end-point"
                                                         : "p=tls-exporter";
  }
  const bool could = !options.channel_bindings.empty();
  return could && !options.server_offers_channel_binding ? "y" : "n";
}

}  // namespace

ScramClient::ScramClient(Mechanism mechanism, ClientOptions options)
    : options_(std::move(options)) {
  Check(options_.hash != nullptr, "SCRAM without a hash");
  Check(IsScramNonce(options_.nonce), "SCRAM without a nonce");
  Check(!BindsChannel(mechanism) || !options_.channel_bindings.empty(), "-PLUS without a binding");
  gs2_header_ = FormatGs2Header(BindingFlag(mechanism, options_), options_.authorization);
  if (BindsChannel(mechanism)) {
    const ChannelBindings& bindings = options_.channel_bindings;
    binding_octets_ =
        bindings.tls_exporter.empty() ? bindings.tls_server_end_point : bindings.tls_exporter;
  }
  first_bare_ = FormatClientFirstBare(options_.user, options_.nonce);
}

std::optional<std::string> ScramClient::InitialResponse() {
  return Concat(gs2_header_, first_bare_);
}

std::optional<std::string> ScramClient::Next(std::string_view challenge) {
  switch (std::exchange(expected_, Expected::kNothing)) {
    case Expected::kFirst:
      return TakeFirst(challenge);
    case Expected::kFinal:
      return TakeFinal(challenge);
    case Expected::kNothing:
      break;
  }
  is_proved_ = false;
  return std::nullopt;
}

std::optional<std::string> ScramClient::TakeFirst(std::string_view message) {
  const std::optional<ServerFirst> first = ReadServerFirst(message);
  if (!first) return std::nullopt;
  // A nonce that is not longer than ours would let a recorded dialog be played again.
  if (!first->nonce.starts_with(options_.nonce) || first->nonce.size() == options_.nonce.size()) {
    return std::nullopt;
  }
  // Too few would hand the password to whoever plays the server, too many stop us.
  if (first->iteration_count < kLeastScramIterations ||
      first->iteration_count > kMostScramIterations) {
    return std::nullopt;
  }
  const HashFunctions& hash = *options_.hash;
  std::string message_out =
      FormatClientFinalWithoutProof(Concat(gs2_header_, binding_octets_), first->nonce);
  const std::string auth_message = Concat(first_bare_, ",", message, ",", message_out);
  const std::string salted = hash.pbkdf2(options_.password, first->salt, first->iteration_count);
  const std::string client_key = ScramClientKey(hash, salted);
  const std::string signature = hash.hmac(hash.digest(client_key), auth_message);
  Append(message_out, ",p=", EncodeBase64(Xor(client_key, signature)));

  server_signature_ = hash.hmac(ScramServerKey(hash, salted), auth_message);
  expected_ = Expected::kFinal;
  return message_out;
}

std::optional<std::string> ScramClient::TakeFinal(std::string_view message) {
  if (!message.starts_with("v=")) return std::nullopt;
  const std::string_view verifier = message.substr(2, message.find(',') - 2);
  const auto signature = DecodeBase64(verifier);
  if (!signature || !EqualInConstantTime(*signature, server_signature_)) return std::nullopt;
  is_proved_ = true;
  return std::string();
}

}  // namespace ringpost::sasl::internal

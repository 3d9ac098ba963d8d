#include "ringpost/sasl/internal/scram_messages.h"

#include <algorithm>
#include <cstddef>

#include "ringpost/base/ascii.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"

namespace ringpost::sasl::internal {
namespace {

constexpr size_t kLongestNonceOctets = 512;

// "x=value" off the front of `message`, up to a comma or the end.
std::optional<std::string_view> TakeAttribute(std::string_view& message, char name) {
  if (message.size() < 3 || message[0] != name || message[1] != '=') return std::nullopt;
  const size_t comma = std::min(message.find(','), message.size());
  const std::string_view value = message.substr(2, comma - 2);
  // A comma is followed by another attribute.
  if (value.empty() || comma + 1 == message.size()) return std::nullopt;
  message.remove_prefix(std::min(comma + 1, message.size()));
  return value;
}

bool SkipExtensions(std::string_view message) {
  while (!message.empty()) {
    const char name = message[0];
    if (!IsAsciiAlpha(name) || name == 'm' || !TakeAttribute(message, name)) return false;
  }
  return true;
}

std::optional<std::string> TakeBase64(std::string_view& message, char name) {
  const auto value = TakeAttribute(message, name);
  return value ? DecodeBase64(*value) : std::nullopt;
}

}  // namespace

bool IsScramNonce(std::string_view text) {
  return !text.empty() && text.size() <= kLongestNonceOctets &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != ','; });
}

std::optional<ClientFirst> ReadClientFirst(std::string_view message) {
  const std::optional<Gs2Header> header = TakeGs2Header(message);
  if (!header) return std::nullopt;
  ClientFirst first = {.gs2_header = *header, .bare = message};
  if (message.starts_with("m=")) {
    first.has_mandatory_extension = true;
    return first;
  }
  const auto name = TakeAttribute(message, 'n');
  if (!name) return std::nullopt;
  auto user = DecodeSaslName(*name);
  const auto nonce = TakeAttribute(message, 'r');
  if (!user || !nonce || !IsScramNonce(*nonce) || !SkipExtensions(message)) return std::nullopt;
  first.user = *std::move(user);
  first.nonce = *nonce;
  return first;
}

std::string FormatClientFirstBare(std::string_view user, std::string_view nonce) {
  return Concat("n=", EncodeSaslName(user), ",r=", nonce);
}

std::optional<ServerFirst> ReadServerFirst(std::string_view message) {
  const auto nonce = TakeAttribute(message, 'r');
  if (!nonce || !IsScramNonce(*nonce)) return std::nullopt;
  auto salt = TakeBase64(message, 's');
  const auto iterations = salt ? TakeAttribute(message, 'i') : std::nullopt;
  const auto iteration_count = iterations ? ParseDecimal(*iterations) : std::nullopt;
  if (!iteration_count || *iteration_count == 0 || *iteration_count > UINT32_MAX) {
    return std::nullopt;
  }
  if (!SkipExtensions(message)) return std::nullopt;
  return ServerFirst{.nonce = *nonce,
                     .salt = *std::move(salt),
                     .iteration_count = static_cast<uint32_t>(*iteration_count)};
}

std::string FormatServerFirst(const ServerFirst& first) {
  return Concat("r=", first.nonce, ",s=", EncodeBase64(first.salt), ",i=", first.iteration_count);
}

std::optional<ClientFinal> ReadClientFinal(std::string_view message) {
  const size_t proof_comma = message.rfind(",p=");
  if (proof_comma == message.npos) return std::nullopt;
  std::string_view rest = message.substr(0, proof_comma);
  std::string_view proof_attribute = message.substr(proof_comma + 1);
  ClientFinal final = {.without_proof = rest};
  auto channel_binding = TakeBase64(rest, 'c');
  const auto nonce = TakeAttribute(rest, 'r');
  auto proof = TakeBase64(proof_attribute, 'p');
  if (!channel_binding || !nonce || !proof || !SkipExtensions(rest)) return std::nullopt;
  if (!proof_attribute.empty()) return std::nullopt;
  final.channel_binding = *std::move(channel_binding);
  final.nonce = *nonce;
  final.proof = *std::move(proof);
  return final;
}

std::string FormatClientFinalWithoutProof(std::string_view channel_binding,
                                          std::string_view nonce) {
  return Concat("c=", EncodeBase64(channel_binding), ",r=", nonce);
}

}  // namespace ringpost::sasl::internal

#include "ringpost/tls/client_hello.h"

#include <algorithm>
#include <optional>

#include "ringpost/base/ascii.h"

namespace ringpost::tls {
namespace {

constexpr uint8_t kHandshakeRecord = 22;
constexpr uint8_t kClientHelloMessage = 1;
constexpr size_t kLongestFragmentOctets = 16384;
constexpr uint16_t kServerNameExtension = 0;
constexpr uint16_t kSignatureAlgorithmsExtension = 13;
constexpr uint16_t kSupportedVersionsExtension = 43;
constexpr uint16_t kTls13 = 0x0304;

// Takes fields off the front of a text; once one is missing, all that follow are.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool is_good() const { return is_good_; }
  bool is_empty() const { return text_.empty(); }

  uint32_t TakeNumber(size_t octets) {
    uint32_t number = 0;
    for (const char c : Take(octets)) number = number << 8 | static_cast<uint8_t>(c);
    return number;
  }
  std::string_view Take(size_t octets) {
    if (octets > text_.size()) {
      is_good_ = false;
      text_ = {};
      return {};
    }
    const std::string_view taken = text_.substr(0, octets);
    text_.remove_prefix(octets);
    return taken;
  }
  // A text with its length in front.
  std::string_view TakeVector(size_t length_octets) { return Take(TakeNumber(length_octets)); }

 private:
  std::string_view text_;
  bool is_good_ = true;
};

// The first handshake message of `stream`, put together from its records. nullopt: kUnreadable.
struct Message {
  bool is_complete = false;
  std::string body = {};
};
std::optional<Message> FirstMessage(std::string_view stream) {
  std::string handshake;
  while (!stream.empty()) {
    if (static_cast<uint8_t>(stream[0]) != kHandshakeRecord) return std::nullopt;
    if (stream.size() < 5) break;
    Reader header(stream.substr(1, 4));
    if (header.TakeNumber(1) != 3) return std::nullopt;
    header.Take(1);
    const size_t fragment_octets = header.TakeNumber(2);
    if (fragment_octets == 0 || fragment_octets > kLongestFragmentOctets) return std::nullopt;
    handshake.append(stream.substr(5, fragment_octets));
    if (!handshake.empty() && static_cast<uint8_t>(handshake[0]) != kClientHelloMessage) {
      return std::nullopt;
    }
    if (handshake.size() >= 4) {
      const size_t body_octets = Reader(std::string_view(handshake).substr(1, 3)).TakeNumber(3);
      if (body_octets > kLongestHelloOctets) return std::nullopt;
      if (handshake.size() - 4 >= body_octets) {
        return Message{.is_complete = true, .body = handshake.substr(4, body_octets)};
      }
    }
    stream.remove_prefix(std::min(stream.size(), 5 + fragment_octets));
  }
  return Message{};
}

// RFC 8446 §5.1, and heartbeat (RFC 6520): what TLS may send as the first octet of a record.
bool IsRecordType(char octet) { return octet >= 20 && octet <= 24; }

bool IsText(char octet) {
  return octet == '\r' || octet == '\n' || octet == '\t' ||
         (IsAscii(octet) && !IsAsciiControl(octet));
}

bool IsHostName(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return IsAsciiAlnum(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string ReadServerName(std::string_view extension) {
  Reader list(Reader(extension).TakeVector(2));
  while (!list.is_empty()) {
    const uint32_t type = list.TakeNumber(1);
    const std::string_view name = list.TakeVector(2);
    if (type != 0 || !IsHostName(name)) continue;
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), AsciiToLower);
    return lower;
  }
  return {};
}

// Whether it speaks TLS 1.3, where cipher suites say nothing about certificates.
bool OffersTls13(std::string_view extension) {
  Reader versions(Reader(extension).TakeVector(1));
  while (!versions.is_empty()) {
    if (versions.TakeNumber(2) == kTls13) return true;
  }
  return false;
}

struct Algorithms {
  bool ecdsa = false;
  bool rsa = false;
};

// Of the cipher suites that we speak in TLS 1.2.
Algorithms AlgorithmsOfSuites(std::string_view suites) {
  Algorithms found;
  for (Reader reader(suites); !reader.is_empty();) {
    switch (reader.TakeNumber(2)) {
      case 0xc02b:
      case 0xc02c:
      case 0xcca9:
        found.ecdsa = true;
        break;
      case 0xc02f:
      case 0xc030:
      case 0xcca8:
        found.rsa = true;
        break;
      default:
        break;
    }
  }
  return found;
}

Algorithms AlgorithmsOfSignatures(std::string_view extension) {
  Algorithms found;
  for (Reader reader(Reader(extension).TakeVector(2)); !reader.is_empty();) {
    switch (reader.TakeNumber(2)) {
      case 0x0403:
      case 0x0503:
      case 0x0603:
        found.ecdsa = true;
        break;
      case 0x0401:
      case 0x0501:
      case 0x0601:
      case 0x0804:
      case 0x0805:
      case 0x0806:
        found.rsa = true;
        break;
      default:
        break;
    }
  }
  return found;
}

bool ReadBody(std::string_view body, ClientHello& hello) {
  Reader reader(body);
  reader.Take(2 + 32);   // version, random
  reader.TakeVector(1);  // session id
  const Algorithms suites = AlgorithmsOfSuites(reader.TakeVector(2));
  reader.TakeVector(1);  // compression
  // Without the extension a client of TLS 1.2 knows SHA-1 alone, and is left to the engine.
  Algorithms signatures;
  bool offers_tls13 = false;
  Reader extensions(reader.is_empty() ? std::string_view() : reader.TakeVector(2));
  while (!extensions.is_empty()) {
    const uint32_t type = extensions.TakeNumber(2);
    const std::string_view extension = extensions.TakeVector(2);
    if (type == kServerNameExtension) hello.server_name = ReadServerName(extension);
    if (type == kSignatureAlgorithmsExtension) signatures = AlgorithmsOfSignatures(extension);
    if (type == kSupportedVersionsExtension) offers_tls13 = OffersTls13(extension);
  }
  hello.verifies_ecdsa = signatures.ecdsa && (offers_tls13 || suites.ecdsa);
  hello.verifies_rsa = signatures.rsa && (offers_tls13 || suites.rsa);
  return reader.is_good() && extensions.is_good();
}

}  // namespace

HelloResult ReadClientHello(std::string_view stream, ClientHello& hello) {
  // At once: what else this octet begins may never have the five octets of a record's header, or
  // name a length in them that is never reached.
  if (!stream.empty() && !IsRecordType(stream[0])) {
    return IsText(stream[0]) ? HelloResult::kPlaintext : HelloResult::kForeign;
  }
  hello = {};
  const std::optional<Message> message = FirstMessage(stream);
  if (!message) return HelloResult::kUnreadable;
  if (!message->is_complete) {
    return stream.size() > kLongestHelloOctets ? HelloResult::kUnreadable
                                               : HelloResult::kIncomplete;
  }
  return ReadBody(message->body, hello) ? HelloResult::kRead : HelloResult::kUnreadable;
}

}  // namespace ringpost::tls

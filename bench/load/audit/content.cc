#include "load/audit/content.h"

namespace ringpost::load {
namespace {

uint64_t Mix(uint64_t digest, char octet) {
  return (digest ^ static_cast<unsigned char>(octet)) * 0x100000001b3;
}

}  // namespace

void CanonicalDigest::Append(std::string_view octets) {
  Content content = content_;
  char previous = previous_;
  for (const char octet : octets) {
    if (octet == '\n' && previous != '\r') {
      content.digest = Mix(content.digest, '\r');
      ++content.length_octets;
    }
    content.digest = Mix(content.digest, octet);
    previous = octet;
  }
  content.length_octets += octets.size();
  content_ = content;
  previous_ = previous;
}

Content ContentOf(std::string_view octets) {
  CanonicalDigest digest;
  digest.Append(octets);
  return digest.content();
}

}  // namespace ringpost::load

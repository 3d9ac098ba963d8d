// The content of a message, by length and digest: all that is behind its id line.
//
//   CanonicalDigest digest;
//   digest.Append("Subject: x\n");
//   digest.Append("\r\nhello\r\n");
//   digest.content() == ContentOf("Subject: x\r\n\r\nhello\r\n")
//
// Stores differ in how they keep the ends of lines, so an LF alone counts as CRLF. The digest is
// that of acceptance.h: it finds accidents, not forgeries.
#pragma once

#include <cstdint>
#include <string_view>

namespace ringpost::load {

struct Content {
  uint64_t length_octets = 0;
  uint64_t digest = 0;

  friend bool operator==(const Content&, const Content&) = default;
};

class CanonicalDigest {
 public:
  // Pieces may be cut anywhere.
  void Append(std::string_view octets);
  // Of what was appended so far.
  const Content& content() const { return content_; }

 private:
  Content content_ = {.digest = 0xcbf29ce484222325};
  char previous_ = 0;
};

Content ContentOf(std::string_view octets);

}  // namespace ringpost::load

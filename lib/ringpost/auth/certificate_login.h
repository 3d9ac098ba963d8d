// Logins by client certificates (EXTERNAL, RFC 4422 appendix A): whose a certificate is says a file
// of fingerprints, or the certificate itself.
//
//   # certificates
//   3a:5c:...:0f alice      the SHA-256 of the certificate (RFC 5280) in DER, and the account
//   77:b0:...:d1 !          nobody, whatever the certificate says: it was lost
//
//   auto listed = ReadCertificatesFile("/etc/ringpost/certificates");  // at the start, and at HUP
//   hooks.authenticator = std::make_shared<CertificateAuthenticator>(
//       CertificateLoginOptions{.listed = *listed, .account = CertificateAccount::kEmail});
//
// A fingerprint has 64 hexadecimal digits in either case, with colons between octets or without, as
// `openssl x509 -noout -fingerprint -sha256` prints it. A blank ends it; the rest of the line is
// the account, named as user_entry.h wants it. Empty lines and those that start with # are
// comments.
//
// Errors: InvalidArgument "FILE:LINE: what is wrong", for the first thing that is; the file must be
// as secret_file.h wants it, for whoever writes to it decides who logs in. Threads: listed
// certificates are immutable, so any number may share them. An authenticator belongs to its shard.
// Limits: those of secret_file.h; a name of a certificate is one that a user can have, or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ringpost/auth/users_file.h"
#include "ringpost/hooks/authenticator.h"

namespace ringpost::auth {

struct ListedCertificate {
  std::string account = {};  // empty: it is nobody's
  size_t line = 0;           // where it stands
};

class ListedCertificates {
 public:
  // `file_name` is for messages.
  static absl::StatusOr<ListedCertificates> Parse(std::string_view text,
                                                  std::string_view file_name);

  // By the 32 octets of its fingerprint. nullptr: it is not there.
  const ListedCertificate* Find(std::string_view fingerprint) const;

  size_t size() const { return by_fingerprint_.size(); }

 private:
  ListedCertificates() = default;

  std::map<std::string, ListedCertificate, std::less<>> by_fingerprint_;
};

// Blocks: reads the disk. NotFound and PermissionDenied as the system says.
absl::StatusOr<std::shared_ptr<const ListedCertificates>> ReadCertificatesFile(
    const std::string& path);

// Which name of a certificate is the account. Of several the first, unless the client claims to be
// another of them.
enum class CertificateAccount : uint8_t {
  kNone,
  kEmail,       // rfc822Name, or where there is none emailAddress (RFC 5280 §4.2.1.6)
  kCommonName,  // of the subject, which must have exactly one
  kDnsName,     // dNSName, in lower case
};

struct CertificateLoginOptions {
  std::shared_ptr<const ListedCertificates> listed = nullptr;  // nullptr: there is no file
  // Of certificates that are not listed.
  CertificateAccount account = CertificateAccount::kNone;
  // Who is locked there logs in by no certificate either. nullptr: there is no file.
  std::shared_ptr<const Users> users = nullptr;
};

// Is asked only for certificates that the listener trusts (hooks/authenticator.h): these are the
// proof, and a fingerprint only says whose one is. To let one account act as another is left to
// other authenticators. A session that resumes has no certificate, so a listener whose clients log
// in by theirs gives no tickets (TlsServerOptions::ticket_keys).
class CertificateAuthenticator final : public hooks::Authenticator {
 public:
  explicit CertificateAuthenticator(CertificateLoginOptions options)
      : options_(std::move(options)) {}

  hooks::AuthenticatorAbilities abilities() const override { return {.certificates = true}; }
  Task<hooks::AuthenticatedUser> OnCertificate(const hooks::Context& context, std::string_view der,
                                               std::string_view claimed) override;

 private:
  // Empty: nobody's.
  std::string AccountOf(std::string_view der, std::string_view claimed) const;

  const CertificateLoginOptions options_;
};

}  // namespace ringpost::auth

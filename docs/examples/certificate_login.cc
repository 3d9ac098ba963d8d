// A server with an Authenticator of its own: programs log in by client certificates (AUTH EXTERNAL,
// RFC 4422 appendix A), and who has a certificate for robot.example is robot.example. The one that
// ringpostd has for certificates is ringpost/auth/certificate_login.h; yours may ask whom it likes.
//
//   certificate_login ADDRESS:PORT CERTIFICATE KEY CLIENT_ROOTS [DOMAIN]
//
// All sessions are encrypted by STARTTLS. CLIENT_ROOTS is a PEM file of those who sign certificates
// of clients; they are all that keeps strangers out.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/net/tls_security.h"
#include "ringpost/store/discard_store.h"
#include "ringpost/store/local_recipients.h"
#include "ringpost/tls/certificate_files.h"
#include "serve.h"

using namespace ringpost;

class CertificateLogin final : public hooks::Authenticator {
 public:
  hooks::AuthenticatorAbilities abilities() const override { return {.certificates = true}; }

  // The server asks only for certificates that one of CLIENT_ROOTS has signed.
  Task<hooks::AuthenticatedUser> OnCertificate(const hooks::Context& context, std::string_view der,
                                               std::string_view claimed) override {
    const auto certificate = crypto::ParseCertificate(der);
    if (!certificate.ok()) co_return certificate.status();
    for (const std::string& name : certificate->names) {
      if (!claimed.empty() && claimed != name) continue;
      std::cout << name << " logged in from " << context.session.client.ToString() << std::endl;
      co_return name;
    }
    co_return std::nullopt;
  }
};

absl::StatusOr<std::shared_ptr<const net::TransportSecurity>> LoadSecurity(char** files) {
  tls::TlsServerOptions options;
  absl::StatusOr<crypto::CertificateAndKey> pair = tls::ReadCertificateFiles(files[0], files[1]);
  if (!pair.ok()) return pair.status();
  options.certificates.push_back(*std::move(pair));
  options.client_certificates = tls::ClientCertificates::kAsked;
  std::ifstream roots(files[2]);
  options.client_roots_pem.assign(std::istreambuf_iterator<char>(roots), {});
  auto context = tls::TlsServerContext::Create(options, absl::Now());
  if (!context.ok()) return context.status();
  return std::make_shared<net::TlsSecurity>(*std::move(context));
}

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: certificate_login ADDRESS:PORT CERTIFICATE KEY CLIENT_ROOTS [DOMAIN]\n";
    return 2;
  }
  auto security = LoadSecurity(argv + 2);
  const auto recipients =
      store::LocalRecipients::Create({.domains = {argc > 5 ? argv[5] : "example.org"}});
  if (!security.ok() || !recipients.ok()) {
    std::cerr << (security.ok() ? recipients.status() : security.status()).message() << "\n";
    return 2;
  }

  server::ListenerOptions listener;
  listener.security = *std::move(security);
  listener.session.capabilities.start_tls = true;
  listener.session.requires_tls = true;
  listener.session.requires_authentication = true;

  server::ServerOptions options;
  options.durability = hooks::Durability::kMemory;
  return example::ServeUntilEnded(
      options, argv[1],
      [&](io::Shard&) -> absl::StatusOr<hooks::Hooks> {
        hooks::Hooks hooks;
        hooks.authenticator = std::make_shared<CertificateLogin>();
        hooks.recipient_validators = {
            std::make_shared<store::LocalRecipientValidator>(*recipients)};
        hooks.store = std::make_shared<store::DiscardStore>();
        return hooks;
      },
      std::move(listener));
}

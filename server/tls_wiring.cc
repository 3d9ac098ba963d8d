#include "server/tls_wiring.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "ringpost/base/text.h"
#include "ringpost/net/tls_security.h"
#include "ringpost/tls/certificate_files.h"
#include "ringpost/tls/tls_context.h"
#include "server/auth_wiring.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

constexpr char kSelfSignedFile[] = "self-signed.pem";
// Let's Encrypt's clients renew thirty days before the end: when this is reached, something is
// wrong.
constexpr absl::Duration kShortRest = absl::Hours(24 * 10);

bool IsEncrypted(const Config& config, const ListenerConfig& listener) {
  return TlsOf(listener, config.tls) != ListenerTls::kNone;
}

std::string Day(absl::Time at) { return absl::FormatTime("%Y-%m-%d", at, absl::UTCTimeZone()); }

absl::StatusOr<std::string> ReadRoots(const Config& config) {
  if (config.tls.client_roots.empty()) return std::string();
  const std::string file = PathBelow(config.server, config.tls.client_roots);
  auto read = tls::ReadCertificateFiles(file, file);
  if (!read.ok()) return read.status();
  return std::move(read->certificate_pem);
}

// With what is the same for all listeners.
absl::StatusOr<tls::TlsServerOptions> ReadOptions(const Config& config, absl::Time now) {
  tls::TlsServerOptions options = {.oldest_version = config.tls.oldest_version == OldestTls::kTls13
                                                         ? tls::TlsVersion::kTls13
                                                         : tls::TlsVersion::kTls12};
  for (const CertificateFiles& files : config.tls.certificates) {
    const std::string certificate = PathBelow(config.server, files.certificate);
    const std::string key = files.key.empty() ? certificate : PathBelow(config.server, files.key);
    auto pair = tls::ReadCertificateFiles(certificate, key);
    if (!pair.ok()) return pair.status();
    // Alone, so that the error has the name of its file.
    const auto alone = tls::TlsServerContext::Create({.certificates = {*pair}}, now);
    if (!alone.ok()) {
      return absl::InvalidArgumentError(
          Concat(certificate, ": ", std::string(alone.status().message())));
    }
    options.certificates.push_back(*std::move(pair));
  }
  auto roots = ReadRoots(config);
  if (!roots.ok()) return roots.status();
  options.client_roots_pem = *std::move(roots);
  return options;
}

absl::Status AddSelfSigned(const Config& config, absl::Time now, tls::TlsServerOptions& options,
                           std::vector<std::string>& remarks) {
  const std::string file = PathBelow(config.server, kSelfSignedFile);
  const std::string name = HostNameOf(config);
  auto made = tls::ReadOrMakeSelfSigned(file, {name}, now);
  if (!made.ok()) return made.status();
  options.certificates.push_back(std::move(made->pair));
  remarks.push_back(Concat(made->is_new ? "made " : "uses ", file,
                           ", a self-signed certificate of ", name,
                           ": no client can verify it; tls.certificates names better ones"));
  return absl::OkStatus();
}

std::string NameOf(const Config& config, size_t index) {
  return index < config.tls.certificates.size()
             ? PathBelow(config.server, config.tls.certificates[index].certificate)
             : std::string(kSelfSignedFile);
}

using Context = std::shared_ptr<const tls::TlsServerContext>;

absl::StatusOr<Context> MakeContext(tls::TlsServerOptions options, ClientCertificates wanted,
                                    absl::Time now) {
  switch (wanted) {
    case ClientCertificates::kNone:
      options.client_certificates = tls::ClientCertificates::kNotAsked;
      break;
    case ClientCertificates::kAsk:
      options.client_certificates = tls::ClientCertificates::kAsked;
      break;
    case ClientCertificates::kRequire:
      options.client_certificates = tls::ClientCertificates::kRequired;
      break;
  }
  return tls::TlsServerContext::Create(options, now);
}

void RemarkEnds(const Config& config, const tls::TlsServerContext& context, absl::Time now,
                std::vector<std::string>& remarks) {
  for (size_t i = 0; i < context.certificates().size(); ++i) {
    const absl::Time end = context.certificates()[i].not_after;
    if (end - now > kShortRest) continue;
    remarks.push_back(Concat(NameOf(config, i), ": the certificate ends on ", Day(end)));
  }
}

}  // namespace

bool NeedsSelfSigned(const Config& config) {
  return config.tls.certificates.empty() &&
         std::ranges::any_of(config.listeners, [&](const ListenerConfig& listener) {
           return IsEncrypted(config, listener);
         });
}

std::shared_ptr<tls::TicketKeys> MakeTicketKeys() {
  return std::make_shared<tls::TicketKeys>([] { return absl::Now(); });
}

absl::Status AddSecurity(const Config& config, absl::Time now,
                         const std::shared_ptr<tls::TicketKeys>& ticket_keys,
                         server::ServerOptions& options, std::vector<std::string>& remarks) {
  auto common = ReadOptions(config, now);
  if (!common.ok()) return common.status();
  if (config.tls.session_tickets) common->ticket_keys = ticket_keys;
  if (NeedsSelfSigned(config)) {
    if (absl::Status status = AddSelfSigned(config, now, *common, remarks); !status.ok()) {
      return status;
    }
  }
  // Listeners that ask for the same of their clients share a context.
  std::array<std::shared_ptr<const net::TransportSecurity>, 3> by_demand;
  bool has_remarked = false;
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    const ListenerConfig& listener = config.listeners[i];
    if (!IsEncrypted(config, listener)) continue;
    auto& security = by_demand[static_cast<size_t>(listener.client_certificates)];
    if (security == nullptr) {
      tls::TlsServerOptions wanted = *common;
      // A session that resumes shows no certificate: its client could log in no more.
      const bool may_resume = listener.client_certificates == ClientCertificates::kNone ||
                              !HasCertificateLogin(config.auth);
      if (!may_resume) wanted.ticket_keys = nullptr;
      auto context = MakeContext(std::move(wanted), listener.client_certificates, now);
      if (!context.ok()) return context.status();
      if (!std::exchange(has_remarked, true)) RemarkEnds(config, **context, now, remarks);
      remarks.insert(remarks.end(), (*context)->ocsp_remarks().begin(),
                     (*context)->ocsp_remarks().end());
      security = std::make_shared<net::TlsSecurity>(*std::move(context));
    }
    options.listeners[i].security = security;
  }
  return absl::OkStatus();
}

absl::Status CheckCertificates(const Config& config, absl::Time now) {
  auto common = ReadOptions(config, now);
  if (!common.ok()) return common.status();
  if (common->certificates.empty()) return absl::OkStatus();
  const bool has_roots = !common->client_roots_pem.empty();
  return MakeContext(*std::move(common),
                     has_roots ? ClientCertificates::kAsk : ClientCertificates::kNone, now)
      .status();
}

}  // namespace ringpost::daemon

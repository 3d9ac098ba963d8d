#include "ringpost/tls/tls_context.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/ocsp.h"
#include "ringpost/crypto/wolfssl_device.h"
#include "ringpost/tls/internal/context_state.h"

namespace ringpost::tls {
namespace {

using internal::WolfsslContext;

constexpr char kCipherSuites[] =
    "TLS13-AES128-GCM-SHA256:TLS13-AES256-GCM-SHA384:TLS13-CHACHA20-POLY1305-SHA256:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// RFC 9325 §4.2 and §4.4; Debian's wolfSSL has Brainpool's, Koblitz's and others besides.
constexpr char kGroups[] = "X25519:P-256:P-384:P-521";

absl::Status Refuse(std::string_view text) { return absl::InvalidArgumentError(Concat(text)); }

std::string DateOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

// The chain, once all is well with it.
absl::StatusOr<std::vector<crypto::Certificate>> Check(const crypto::CertificateAndKey& pair,
                                                       absl::Time now) {
  auto chain = crypto::ParseCertificates(pair.certificate_pem);
  if (!chain.ok()) return chain.status();
  const crypto::Certificate& certificate = chain->front();
  const std::string name = Concat("certificate of ", certificate.subject, ": ");
  if (now > certificate.not_after) {
    return Refuse(Concat(name, "expired on ", DateOf(certificate.not_after)));
  }
  if (now < certificate.not_before) {
    return Refuse(Concat(name, "not valid before ", DateOf(certificate.not_before)));
  }
  if (const absl::Status status = crypto::CheckKey(certificate, pair.key_pem); !status.ok()) {
    return Refuse(Concat(name, std::string(status.message())));
  }
  return chain;
}

const unsigned char* Octets(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
long Size(const std::string& text) { return static_cast<long>(text.size()); }

int MinVersionOf(TlsVersion version) {
  return version == TlsVersion::kTls12 ? WOLFSSL_TLSV1_2 : WOLFSSL_TLSV1_3;
}

absl::StatusOr<WolfsslContext> MakeContext(WOLFSSL_METHOD* (*method)(), TlsVersion oldest,
                                           TlsVersion newest) {
  if (oldest > newest) return Refuse("the oldest version of TLS is newer than the newest");
  WolfsslContext context(wolfSSL_CTX_new(method()));
  ringpost::Check(context != nullptr, "wolfSSL makes no context");
  wolfSSL_CTX_SetDevId(context.get(), crypto::WolfsslDevice());
  const bool is_set =
      wolfSSL_CTX_SetMinVersion(context.get(), MinVersionOf(oldest)) == WOLFSSL_SUCCESS &&
      wolfSSL_CTX_set_max_proto_version(
          context.get(), newest == TlsVersion::kTls12 ? TLS1_2_VERSION : TLS1_3_VERSION) ==
          WOLFSSL_SUCCESS &&
      wolfSSL_CTX_set_cipher_list(context.get(), kCipherSuites) == WOLFSSL_SUCCESS &&
      wolfSSL_CTX_set1_curves_list(context.get(), kGroups) == WOLFSSL_SUCCESS;
  if (!is_set)
    return Refuse("wolfSSL has not the versions or cipher suites of TLS that are wanted");
  // Tickets carry sessions; a cache of all shards' would be a lock that they share.
  wolfSSL_CTX_set_session_cache_mode(context.get(), WOLFSSL_SESS_CACHE_OFF);
  // "Off" still stores what has a ticket; and a mode takes nothing back of the one before.
  wolfSSL_CTX_set_session_cache_mode(context.get(), WOLFSSL_SESS_CACHE_NO_INTERNAL);
  return context;
}

absl::Status UseCertificate(WOLFSSL_CTX* context, const crypto::CertificateAndKey& pair) {
  if (wolfSSL_CTX_use_certificate_chain_buffer(context, Octets(pair.certificate_pem),
                                               Size(pair.certificate_pem)) != WOLFSSL_SUCCESS) {
    return Refuse("wolfSSL cannot use the certificate");
  }
  if (wolfSSL_CTX_use_PrivateKey_buffer(context, Octets(pair.key_pem), Size(pair.key_pem),
                                        WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS) {
    return Refuse("wolfSSL cannot use the private key");
  }
  return absl::OkStatus();
}

absl::Status UseRoots(WOLFSSL_CTX* context, const std::string& pem) {
  if (wolfSSL_CTX_load_verify_buffer(context, Octets(pem), Size(pem), WOLFSSL_FILETYPE_PEM) !=
      WOLFSSL_SUCCESS) {
    return Refuse("the trusted certificates cannot be read");
  }
  return absl::OkStatus();
}

absl::Status TrustClientRoots(WOLFSSL_CTX* context, const TlsServerOptions& options) {
  if (!options.client_roots_pem.empty()) {
    const absl::Status status = UseRoots(context, options.client_roots_pem);
    if (!status.ok()) return status;
  }
  if (options.client_certificates == ClientCertificates::kRequired &&
      options.client_roots_pem.empty()) {
    return Refuse("client certificates are required, but nobody is trusted to sign them");
  }
  return absl::OkStatus();
}

// What a client had to show.
std::string TicketScopeOf(const TlsServerOptions& options) {
  const std::string demand(1, static_cast<char>(options.client_certificates));
  return crypto::Digest(crypto::HashAlgorithm::kSha256, demand + options.client_roots_pem);
}

std::string_view View(const unsigned char* octets, size_t size) {
  return {reinterpret_cast<const char*>(octets), size};
}

// wolfSSL does not compare the length that is written in a ticket with its own: what it takes for
// the mac may lie behind the end. So the tag lies with the text, for which there is room, and the
// mac says nothing.
int SealTicket(const internal::TicketSealing& sealing, unsigned char* name, unsigned char* nonce,
               unsigned char* mac, unsigned char* ticket, int text_octets, int* octets) {
  const TicketKeys::Sealed sealed =
      sealing.keys->Seal(sealing.scope, View(ticket, static_cast<size_t>(text_octets)));
  if (*octets < static_cast<int>(sealed.octets.size())) return WOLFSSL_TICKET_RET_FATAL;
  std::copy(sealed.key_name.begin(), sealed.key_name.end(), name);
  std::fill_n(nonce, WOLFSSL_TICKET_IV_SZ, 0);
  std::copy(sealed.nonce.begin(), sealed.nonce.end(), nonce);
  std::copy(sealed.octets.begin(), sealed.octets.end(), ticket);
  // wolfSSL refuses one of zeros.
  std::fill_n(mac, WOLFSSL_TICKET_MAC_SZ, 0xff);
  *octets = static_cast<int>(sealed.octets.size());
  return WOLFSSL_TICKET_RET_OK;
}

int OpenTicket(const internal::TicketSealing& sealing, const unsigned char* name,
               const unsigned char* nonce, unsigned char* ticket, int sealed_octets, int* octets) {
  const auto text = sealing.keys->Open(sealing.scope, View(name, TicketKeys::kNameOctets),
                                       View(nonce, TicketKeys::kNonceOctets),
                                       View(ticket, static_cast<size_t>(sealed_octets)));
  if (!text) return WOLFSSL_TICKET_RET_REJECT;
  std::copy(text->begin(), text->end(), ticket);
  *octets = static_cast<int>(text->size());
  return WOLFSSL_TICKET_RET_OK;
}

int RunTicket(WOLFSSL*, unsigned char name[WOLFSSL_TICKET_NAME_SZ],
              unsigned char nonce[WOLFSSL_TICKET_IV_SZ], unsigned char mac[WOLFSSL_TICKET_MAC_SZ],
              int seals, unsigned char* ticket, int in_octets, int* out_octets, void* context) {
  static_assert(TicketKeys::kNameOctets == WOLFSSL_TICKET_NAME_SZ);
  static_assert(TicketKeys::kNonceOctets <= WOLFSSL_TICKET_IV_SZ);
  const auto& sealing = *static_cast<const internal::TicketSealing*>(context);
  return seals != 0 ? SealTicket(sealing, name, nonce, mac, ticket, in_octets, out_octets)
                    : OpenTicket(sealing, name, nonce, ticket, in_octets, out_octets);
}

void UseTickets(WOLFSSL_CTX* context, internal::TicketSealing& sealing) {
  if (sealing.keys == nullptr) {
    wolfSSL_CTX_no_ticket_TLSv13(context);
    wolfSSL_CTX_set_options(context, WOLFSSL_OP_NO_TICKET);
    return;
  }
  wolfSSL_CTX_set_TicketEncCb(context, RunTicket);
  wolfSSL_CTX_set_TicketEncCtx(context, &sealing);
  // Also what the client is told.
  wolfSSL_CTX_set_timeout(context, static_cast<unsigned>(absl::ToInt64Seconds(kTicketLifetime)));
}

// wolfSSL would fetch the response.
int GiveOcspResponse(void* response, const char*, int, unsigned char*, int,
                     unsigned char** octets) {
  const auto& der = *static_cast<const std::string*>(response);
  *octets = reinterpret_cast<unsigned char*>(const_cast<char*>(der.data()));
  return static_cast<int>(der.size());
}

absl::Status CheckStaple(const TlsServerOptions& options,
                         const std::vector<crypto::Certificate>& chain, const std::string& response,
                         absl::Time now) {
  // wolfSSL looks the issuer up among those whom it trusts, and would trust it for clients too.
  if (options.client_certificates != ClientCertificates::kNotAsked) {
    return Refuse("the OCSP response is not shown where client certificates are asked for");
  }
  // wolfSSL 5.5.4 forgets some 5 KB with each handshake of TLS 1.3 that shows one.
  if (options.newest_version != TlsVersion::kTls12) {
    return Refuse("the OCSP response is shown where TLS 1.2 is the newest version alone");
  }
  if (chain.size() < 2) return Refuse("the OCSP response needs the issuer in the chain");
  return crypto::CheckOcspResponse(chain[0], chain[1], response, now).status();
}

void Staple(WOLFSSL_CTX* context, const crypto::Certificate& issuer, const std::string& response) {
  wolfSSL_CTX_load_verify_buffer(context, Octets(issuer.der), Size(issuer.der),
                                 WOLFSSL_FILETYPE_ASN1);
  wolfSSL_CTX_EnableOCSPStapling(context);
  wolfSSL_CTX_SetOCSP_Cb(context, GiveOcspResponse, nullptr, const_cast<std::string*>(&response));
}

absl::StatusOr<WolfsslContext> MakeServerContext(const TlsServerOptions& options,
                                                 const crypto::CertificateAndKey& pair) {
  auto context = MakeContext(wolfTLS_server_method, options.oldest_version, options.newest_version);
  if (!context.ok()) return context;
  absl::Status status = UseCertificate(context->get(), pair);
  if (status.ok()) status = TrustClientRoots(context->get(), options);
  if (!status.ok()) return status;
  return context;
}

// RFC 6125 §6.4.3: a wildcard is the whole first label, and stands for one.
bool IsNameOf(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  const size_t dot = name.find('.');
  return dot != 0 && dot != name.npos && name.substr(dot) == pattern.substr(1);
}

bool HasName(const crypto::Certificate& certificate, std::string_view name) {
  return std::any_of(certificate.names.begin(), certificate.names.end(),
                     [name](const std::string& pattern) { return IsNameOf(pattern, name); });
}

bool CanVerify(const ClientHello& hello, const crypto::Certificate& certificate) {
  switch (certificate.key_type) {
    case crypto::KeyType::kEcdsa:
      return hello.verifies_ecdsa;
    case crypto::KeyType::kRsa:
      return hello.verifies_rsa;
    case crypto::KeyType::kEd25519:
    case crypto::KeyType::kOther:
      return false;
  }
  return false;
}

// The best that passes `fits`: one that can be verified before one that cannot, ECDSA first.
template <typename Fits>
std::optional<size_t> BestOf(const std::vector<crypto::Certificate>& certificates,
                             const ClientHello& hello, Fits fits) {
  const auto worth = [&](const crypto::Certificate& certificate) {
    if (!CanVerify(hello, certificate)) return 0;
    return certificate.key_type == crypto::KeyType::kEcdsa ? 2 : 1;
  };
  std::optional<size_t> best;
  for (size_t i = 0; i < certificates.size(); ++i) {
    if (!fits(certificates[i])) continue;
    if (!best || worth(certificates[i]) > worth(certificates[*best])) best = i;
  }
  return best;
}

}  // namespace

size_t internal::ChooseCertificate(const std::vector<crypto::Certificate>& certificates,
                                   const ClientHello& hello) {
  if (!hello.server_name.empty()) {
    const auto named = BestOf(certificates, hello, [&](const crypto::Certificate& certificate) {
      return HasName(certificate, hello.server_name);
    });
    if (named) return *named;
  }
  // The default, and what else is of its names (the RSA one beside the ECDSA one).
  const std::vector<std::string>& names = certificates.front().names;
  return *BestOf(certificates, hello, [&](const crypto::Certificate& certificate) {
    return certificate.names == names;
  });
}

TlsServerContext::TlsServerContext() : state_(std::make_unique<State>()) {}
TlsServerContext::~TlsServerContext() = default;

absl::StatusOr<std::shared_ptr<const TlsServerContext>> TlsServerContext::Create(
    const TlsServerOptions& options, absl::Time now) {
  if (options.certificates.empty()) return Refuse("a TLS server needs a certificate");
  std::shared_ptr<TlsServerContext> made(new TlsServerContext);
  made->state_->application_protocol = options.application_protocol;
  made->state_->records_of_key = options.records_of_key;
  made->state_->client_certificates = options.client_certificates;
  made->state_->tickets = {.keys = options.ticket_keys, .scope = TicketScopeOf(options)};
  for (const crypto::CertificateAndKey& pair : options.certificates) {
    auto chain = Check(pair, now);
    if (!chain.ok()) return chain.status();
    const std::string name = Concat("certificate of ", chain->front().subject, ": ");
    auto context = MakeServerContext(options, pair);
    if (!context.ok()) return Refuse(Concat(name, std::string(context.status().message())));
    UseTickets(context->get(), made->state_->tickets);
    if (!pair.ocsp_response_der.empty()) {
      // A server without it is as good as most: no reason not to start.
      const absl::Status status = CheckStaple(options, *chain, pair.ocsp_response_der, now);
      if (status.ok()) {
        auto& responses = made->state_->ocsp_responses;
        responses.push_back(std::make_unique<const std::string>(pair.ocsp_response_der));
        Staple(context->get(), (*chain)[1], *responses.back());
      } else {
        made->ocsp_remarks_.push_back(Concat(name, std::string(status.message())));
      }
    }
    made->certificates_.push_back(std::move(chain->front()));
    made->state_->contexts.push_back(*std::move(context));
  }
  return made;
}

TlsClientContext::TlsClientContext() : state_(std::make_unique<State>()) {}
TlsClientContext::~TlsClientContext() = default;

absl::StatusOr<std::shared_ptr<const TlsClientContext>> TlsClientContext::Create(
    const TlsClientOptions& options, absl::Time now) {
  auto context = MakeContext(wolfTLS_client_method, options.oldest_version, options.newest_version);
  if (!context.ok()) return context.status();
  std::shared_ptr<TlsClientContext> made(new TlsClientContext);
  made->state_->checks_server = !options.roots_pem.empty();
  made->state_->application_protocol = options.application_protocol;
  made->state_->records_of_key = options.records_of_key;
  made->state_->resumes_tls12 = options.resumes_tls12;
  if (made->state_->checks_server) {
    const absl::Status status = UseRoots(context->get(), options.roots_pem);
    if (!status.ok()) return status;
  }
  if (!options.certificate.certificate_pem.empty()) {
    auto certificate = Check(options.certificate, now);
    if (!certificate.ok()) return certificate.status();
    const absl::Status status = UseCertificate(context->get(), options.certificate);
    if (!status.ok()) return status;
  }
  wolfSSL_CTX_UseSessionTicket(context->get());
  made->state_->context = *std::move(context);
  return made;
}

}  // namespace ringpost::tls

#include "ringpost/crypto/ocsp.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>
#include <optional>

#include "ringpost/base/text.h"
#include "ringpost/crypto/internal/release.h"

namespace ringpost::crypto {
namespace {

using internal::Release;
using X509Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using Response = std::unique_ptr<OCSP_RESPONSE, Release<OCSP_RESPONSE_free>>;
using Basic = std::unique_ptr<OCSP_BASICRESP, Release<OCSP_BASICRESP_free>>;
// Not the certificates in it.
struct ReleaseStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Certificates = std::unique_ptr<STACK_OF(X509), ReleaseStack>;
using CertificateId = std::unique_ptr<OCSP_CERTID, Release<OCSP_CERTID_free>>;

// Clocks differ.
constexpr absl::Duration kSlack = absl::Minutes(5);

absl::Status Refuse(std::string_view text) {
  ERR_clear_error();
  return absl::InvalidArgumentError(Concat("the OCSP response ", text));
}

X509Certificate Read(const Certificate& certificate) {
  const auto* octets = reinterpret_cast<const unsigned char*>(certificate.der.data());
  return X509Certificate(d2i_X509(nullptr, &octets, static_cast<long>(certificate.der.size())));
}

struct SingleStatus {
  int status = V_OCSP_CERTSTATUS_UNKNOWN;
  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;  // may be null
};

// RFC 5019 has SHA-1 in the names of certificates; newer responders SHA-256.
std::optional<SingleStatus> StatusOf(OCSP_BASICRESP* basic, X509* certificate, X509* issuer) {
  for (const EVP_MD* const hash : {EVP_sha1(), EVP_sha256()}) {
    const CertificateId id(OCSP_cert_to_id(hash, certificate, issuer));
    SingleStatus found;
    if (id && OCSP_resp_find_status(basic, id.get(), &found.status, nullptr, nullptr,
                                    &found.this_update, &found.next_update) == 1) {
      return found;
    }
  }
  return std::nullopt;
}

bool IsSignedFor(OCSP_BASICRESP* basic, X509* issuer, absl::Time now) {
  const Store store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), issuer);
  // The issuer itself is what is trusted here, whoever has signed it.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), absl::ToTimeT(now));
  // A response of the issuer's own need not have its certificate with it.
  const Certificates certificates(sk_X509_new_null());
  sk_X509_push(certificates.get(), issuer);
  return OCSP_basic_verify(basic, certificates.get(), store.get(), 0) == 1;
}

std::optional<absl::Time> TimeOf(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts = {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<absl::Time> CheckOcspResponse(const Certificate& certificate,
                                             const Certificate& issuer,
                                             std::string_view response_der, absl::Time now) {
  const auto* octets = reinterpret_cast<const unsigned char*>(response_der.data());
  const Response response(
      d2i_OCSP_RESPONSE(nullptr, &octets, static_cast<long>(response_der.size())));
  if (!response) return Refuse("cannot be read");
  if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return Refuse("is an error of the responder");
  }
  const Basic basic(OCSP_response_get1_basic(response.get()));
  const X509Certificate of(Read(certificate)), by(Read(issuer));
  if (!basic || !of || !by) return Refuse("cannot be read");
  const auto status = StatusOf(basic.get(), of.get(), by.get());
  if (!status) return Refuse("is of another certificate");
  if (status->status != V_OCSP_CERTSTATUS_GOOD) {
    return Refuse("does not say that the certificate is good");
  }
  if (!IsSignedFor(basic.get(), by.get(), now)) return Refuse("is not signed for the issuer");
  const auto begin = TimeOf(status->this_update);
  const absl::Time end = TimeOf(status->next_update).value_or(absl::InfiniteFuture());
  if (!begin || *begin > now + kSlack) return Refuse("is of the future");
  if (end < now) return Refuse("is out of date");
  return end;
}

}  // namespace ringpost::crypto

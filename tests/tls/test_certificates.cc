#include "test_certificates.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::tls {
namespace {

// What is made here lives as long as the process.
struct Authority {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

std::string PemOf(X509* certificate) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio, &octets);
  std::string text(octets, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

std::string PemOf(EVP_PKEY* key) {
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio, &octets);
  std::string text(octets, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  Check(extension != nullptr, "no such extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* Begin(EVP_PKEY* key, const std::string& name, absl::Time not_before, absl::Time not_after) {
  static long serial = 0;
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(not_after));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  X509_set_pubkey(certificate, key);
  return certificate;
}

Authority MakeAuthority(const std::string& name) {
  Authority made = {.key = EVP_EC_gen("P-256")};
  made.certificate =
      Begin(made.key, name, TestCertificate().not_before, TestCertificate().not_after);
  X509_set_issuer_name(made.certificate, X509_get_subject_name(made.certificate));
  AddExtension(made.certificate, made.certificate, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(made.certificate, made.certificate, NID_key_usage, "critical,keyCertSign");
  AddExtension(made.certificate, made.certificate, NID_subject_key_identifier, "hash");
  X509_sign(made.certificate, made.key, EVP_sha256());
  return made;
}

const Authority& TheAuthority() {
  static const Authority authority = MakeAuthority("Test Authority");
  return authority;
}

const Authority& TheOtherAuthority() {
  static const Authority authority = MakeAuthority("Other Authority");
  return authority;
}

EVP_PKEY* MakeKey(TestKey kind) {
  if (kind == TestKey::kP256) return EVP_EC_gen("P-256");
  // One for all: to find the primes takes longest.
  static EVP_PKEY* const rsa = EVP_RSA_gen(2048);
  EVP_PKEY_up_ref(rsa);
  return rsa;
}

crypto::CertificateAndKey Make(const Authority& authority, const TestCertificate& wanted) {
  EVP_PKEY* const key = MakeKey(wanted.key);
  X509* const certificate = Begin(key, wanted.names.front(), wanted.not_before, wanted.not_after);
  X509_set_issuer_name(certificate, X509_get_subject_name(authority.certificate));
  std::string names;
  for (const std::string& name : wanted.names) {
    Append(names, names.empty() ? "" : ",", "DNS:", name);
  }
  AddExtension(certificate, authority.certificate, NID_subject_alt_name, names);
  AddExtension(certificate, authority.certificate, NID_authority_key_identifier, "keyid");
  if (!wanted.ocsp_url.empty()) {
    AddExtension(certificate, authority.certificate, NID_info_access,
                 Concat("OCSP;URI:", wanted.ocsp_url));
  }
  X509_sign(certificate, authority.key, EVP_sha256());
  crypto::CertificateAndKey made = {.certificate_pem = PemOf(certificate), .key_pem = PemOf(key)};
  if (!wanted.ocsp_url.empty()) made.certificate_pem += PemOf(authority.certificate);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

}  // namespace

std::string AuthorityPem() { return PemOf(TheAuthority().certificate); }
std::string OtherAuthorityPem() { return PemOf(TheOtherAuthority().certificate); }

crypto::CertificateAndKey MakeTestCertificate(const TestCertificate& wanted) {
  return Make(TheAuthority(), wanted);
}

std::string MakeOcspResponse(const crypto::CertificateAndKey& pair,
                             const TestOcspResponse& wanted) {
  const Authority& authority = TheAuthority();
  BIO* const pem = BIO_new_mem_buf(pair.certificate_pem.data(), -1);
  X509* const certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
  BIO_free(pem);
  OCSP_BASICRESP* const basic = OCSP_BASICRESP_new();
  OCSP_CERTID* const id = OCSP_cert_to_id(EVP_sha1(), certificate, authority.certificate);
  ASN1_TIME* const this_update = ASN1_TIME_set(nullptr, absl::ToTimeT(wanted.this_update));
  ASN1_TIME* const next_update = ASN1_TIME_set(nullptr, absl::ToTimeT(wanted.next_update));
  OCSP_basic_add1_status(basic, id,
                         wanted.is_good ? V_OCSP_CERTSTATUS_GOOD : V_OCSP_CERTSTATUS_UNKNOWN, 0,
                         nullptr, this_update, next_update);
  OCSP_basic_sign(basic, authority.certificate, authority.key, EVP_sha256(), nullptr, OCSP_NOCERTS);
  OCSP_RESPONSE* const response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* octets = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &octets);
  std::string der(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
  OPENSSL_free(octets);
  OCSP_RESPONSE_free(response);
  ASN1_TIME_free(next_update);
  ASN1_TIME_free(this_update);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(basic);
  X509_free(certificate);
  return der;
}

crypto::CertificateAndKey MakeCertificateOfOtherAuthority(const TestCertificate& wanted) {
  return Make(TheOtherAuthority(), wanted);
}

}  // namespace ringpost::tls

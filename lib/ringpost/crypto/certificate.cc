#include "ringpost/crypto/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/internal/release.h"

namespace ringpost::crypto {
namespace {

using internal::Release;
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using X509Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>>;
using Asn1Integer = std::unique_ptr<ASN1_INTEGER, Release<ASN1_INTEGER_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;

// The errors of a thread are a queue: what is left there would be told of another call.
absl::Status Refuse(std::string_view text) {
  ERR_clear_error();
  return absl::InvalidArgumentError(Concat(text));
}

Bio ReadingBio(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string TextOf(BIO* bio) {
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio, &octets);
  return std::string(octets, static_cast<size_t>(size));
}

std::string NameText(const X509_NAME* name) {
  const Bio bio(BIO_new(BIO_s_mem()));
  // Escapes control characters, and what is not ASCII.
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  std::string text = TextOf(bio.get());
  std::erase_if(text, IsAsciiControl);
  return text;
}

std::vector<std::string> DnsNames(const X509* certificate) {
  std::vector<std::string> names;
  const GeneralNames all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* const octets =
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    std::string text(octets, static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    // A name with a NUL in it is read in two ways: as none (CVE-2009-2408 and its relatives).
    if (std::any_of(text.begin(), text.end(), IsAsciiControl)) continue;
    std::transform(text.begin(), text.end(), text.begin(), AsciiToLower);
    names.push_back(std::move(text));
  }
  return names;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

KeyType KeyTypeOf(const X509* certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  switch (key != nullptr ? EVP_PKEY_base_id(key) : NID_undef) {
    case EVP_PKEY_RSA:
      return KeyType::kRsa;
    case EVP_PKEY_EC:
      return KeyType::kEcdsa;
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    default:
      return KeyType::kOther;
  }
}

HashAlgorithm EndPointHashOf(const X509* certificate) {
  int digest = NID_undef;
  X509_get_signature_info(const_cast<X509*>(certificate), &digest, nullptr, nullptr, nullptr);
  switch (digest) {
    case NID_sha384:
      return HashAlgorithm::kSha384;
    case NID_sha512:
      return HashAlgorithm::kSha512;
    default:
      return HashAlgorithm::kSha256;
  }
}

std::string DerOf(const X509* certificate) {
  unsigned char* octets = nullptr;
  const int size = i2d_X509(certificate, &octets);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
  OPENSSL_free(octets);
  return der;
}

Certificate Describe(const X509* certificate) {
  std::string der = DerOf(certificate);
  std::string fingerprint = Digest(HashAlgorithm::kSha256, der);
  std::string end_point_hash = Digest(EndPointHashOf(certificate), der);
  return {.subject = NameText(X509_get_subject_name(certificate)),
          .issuer = NameText(X509_get_issuer_name(certificate)),
          .names = DnsNames(certificate),
          .not_before = TimeOf(X509_get0_notBefore(certificate)),
          .not_after = TimeOf(X509_get0_notAfter(certificate)),
          .key_type = KeyTypeOf(certificate),
          .der = std::move(der),
          .fingerprint = std::move(fingerprint),
          .end_point_hash = std::move(end_point_hash)};
}

X509Certificate ReadDer(std::string_view der) {
  const auto* octets = reinterpret_cast<const unsigned char*>(der.data());
  X509Certificate certificate(d2i_X509(nullptr, &octets, static_cast<long>(der.size())));
  const auto* const end = reinterpret_cast<const unsigned char*>(der.data() + der.size());
  return octets == end ? std::move(certificate) : nullptr;
}

Key ReadKey(std::string_view pem) {
  // No passphrase, and nobody to ask on the terminal.
  const auto refuse = [](char*, int, int, void*) { return -1; };
  return Key(PEM_read_bio_PrivateKey(ReadingBio(pem).get(), nullptr, refuse, nullptr));
}

bool SetTimes(X509* certificate, absl::Time not_before, absl::Time not_after) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(not_before)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(not_after)) != nullptr;
}

bool SetRandomSerial(X509* certificate) {
  // RFC 5280 §4.1.2.2: positive, at most 20 octets.
  const Number number(BN_new());
  return BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetNames(X509* certificate, const std::vector<std::string>& names) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  // 64 octets is the limit of a common name; the names that count are the alternative ones.
  const std::string common_name = names.front().substr(0, 64);
  const auto* const octets = reinterpret_cast<const unsigned char*>(common_name.data());
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, octets,
                                 static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_set_issuer_name(certificate, subject) != 1) {
    return false;
  }
  const GeneralNames all(GENERAL_NAMES_new());
  for (const std::string& name : names) {
    GENERAL_NAME* const entry = GENERAL_NAME_new();
    ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    sk_GENERAL_NAME_push(all.get(), entry);
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

bool AddConstraint(X509* certificate) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(
      X509V3_EXT_conf_nid(nullptr, &context, NID_basic_constraints, "critical,CA:FALSE"));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> ParseCertificates(std::string_view pem) {
  const Bio bio = ReadingBio(pem);
  std::vector<Certificate> certificates;
  for (;;) {
    const X509Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    certificates.push_back(Describe(certificate.get()));
  }
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (certificates.empty()) return Refuse("there is no certificate in PEM");
  if (!is_end) return Refuse("a certificate cannot be read");
  return certificates;
}

absl::StatusOr<Certificate> ParseCertificate(std::string_view der) {
  const X509Certificate certificate = ReadDer(der);
  if (!certificate) return Refuse("the certificate cannot be read");
  return Describe(certificate.get());
}

absl::Status CheckKey(const Certificate& certificate, std::string_view key_pem) {
  const Key key = ReadKey(key_pem);
  if (!key) return Refuse("the private key cannot be read (PEM without a passphrase is wanted)");
  const X509Certificate parsed = ReadDer(certificate.der);
  if (!parsed) return Refuse("the certificate cannot be read");
  if (X509_check_private_key(parsed.get(), key.get()) != 1) {
    return Refuse("the private key is not that of the certificate");
  }
  return absl::OkStatus();
}

absl::StatusOr<CertificateAndKey> MakeSelfSignedCertificate(const SelfSignedOptions& options) {
  if (options.names.empty()) return Refuse("a certificate needs a name");
  const Key key(EVP_EC_gen("P-256"));
  const X509Certificate certificate(X509_new());
  const bool is_made =
      key && certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      SetRandomSerial(certificate.get()) &&
      SetTimes(certificate.get(), options.not_before, options.not_after) &&
      SetNames(certificate.get(), options.names) && AddConstraint(certificate.get()) &&
      X509_set_pubkey(certificate.get(), key.get()) == 1 &&
      X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  const Bio certificate_text(BIO_new(BIO_s_mem()));
  const Bio key_text(BIO_new(BIO_s_mem()));
  if (!is_made || PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return Refuse("the certificate cannot be made");
  }
  return CertificateAndKey{.certificate_pem = TextOf(certificate_text.get()),
                           .key_pem = TextOf(key_text.get())};
}

}  // namespace ringpost::crypto

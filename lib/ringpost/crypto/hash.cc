#include "ringpost/crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "ringpost/base/check.h"

namespace ringpost::crypto {
namespace {

const EVP_MD* MessageDigestOf(HashAlgorithm algorithm) {
  // Fetched once: looking an algorithm up costs more than hashing a short text with it.
  static const EVP_MD* const kDigests[] = {
      EVP_MD_fetch(nullptr, "SHA1", nullptr), EVP_MD_fetch(nullptr, "SHA256", nullptr),
      EVP_MD_fetch(nullptr, "SHA384", nullptr), EVP_MD_fetch(nullptr, "SHA512", nullptr)};
  const EVP_MD* const digest = kDigests[static_cast<size_t>(algorithm)];
  Check(digest != nullptr, "libcrypto has no such hash");
  return digest;
}

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

template <HashAlgorithm algorithm>
constexpr HashFunctions FunctionsOf(size_t digest_octets) {
  return {.digest_octets = digest_octets,
          .digest = [](std::string_view octets) { return Digest(algorithm, octets); },
          .hmac = [](std::string_view key,
                     std::string_view octets) { return Hmac(algorithm, key, octets); },
          .pbkdf2 =
              [](std::string_view password, std::string_view salt, uint32_t iteration_count) {
                return Pbkdf2(algorithm, password, salt, iteration_count, DigestOctets(algorithm));
              }};
}

constexpr HashFunctions kFunctions[] = {
    FunctionsOf<HashAlgorithm::kSha1>(20), FunctionsOf<HashAlgorithm::kSha256>(32),
    FunctionsOf<HashAlgorithm::kSha384>(48), FunctionsOf<HashAlgorithm::kSha512>(64)};

}  // namespace

const HashFunctions& HashFunctionsOf(HashAlgorithm algorithm) {
  return kFunctions[static_cast<size_t>(algorithm)];
}

size_t DigestOctets(HashAlgorithm algorithm) { return HashFunctionsOf(algorithm).digest_octets; }

std::string Digest(HashAlgorithm algorithm, std::string_view octets) {
  std::string digest(DigestOctets(algorithm), '\0');
  const int done = EVP_Digest(octets.data(), octets.size(), Octets(digest), nullptr,
                              MessageDigestOf(algorithm), nullptr);
  Check(done == 1, "libcrypto does not hash");
  return digest;
}

std::string Hmac(HashAlgorithm algorithm, std::string_view key, std::string_view octets) {
  std::string code(DigestOctets(algorithm), '\0');
  // Without a key there must still be a pointer: nullptr means "the one from before".
  const char* const key_octets = key.empty() ? "" : key.data();
  const auto* const done =
      HMAC(MessageDigestOf(algorithm), key_octets, static_cast<int>(key.size()), Octets(octets),
           octets.size(), Octets(code), nullptr);
  Check(done != nullptr, "libcrypto gives no HMAC");
  return code;
}

std::string Pbkdf2(HashAlgorithm algorithm, std::string_view password, std::string_view salt,
                   uint32_t iteration_count, size_t key_octets) {
  Check(iteration_count > 0, "PBKDF2 without an iteration");
  std::string key(key_octets, '\0');
  const char* const password_octets = password.empty() ? "" : password.data();
  const int done =
      PKCS5_PBKDF2_HMAC(password_octets, static_cast<int>(password.size()), Octets(salt),
                        static_cast<int>(salt.size()), static_cast<int>(iteration_count),
                        MessageDigestOf(algorithm), static_cast<int>(key.size()), Octets(key));
  Check(done == 1, "libcrypto derives no key");
  return key;
}

struct Hasher::State {
  explicit State(HashAlgorithm its_algorithm) : algorithm(its_algorithm) { Start(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void Start() {
    Check(EVP_DigestInit_ex2(context, MessageDigestOf(algorithm), nullptr) == 1,
          "libcrypto starts no hash");
  }

  const HashAlgorithm algorithm;
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(std::make_unique<State>(algorithm)) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::Update(std::string_view octets) {
  Check(EVP_DigestUpdate(state_->context, octets.data(), octets.size()) == 1,
        "libcrypto does not hash");
}

std::string Hasher::Finish() {
  std::string digest(DigestOctets(state_->algorithm), '\0');
  Check(EVP_DigestFinal_ex(state_->context, Octets(digest), nullptr) == 1,
        "libcrypto does not hash");
  state_->Start();
  return digest;
}

}  // namespace ringpost::crypto

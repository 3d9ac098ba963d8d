#include "ringpost/crypto/password_hash.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "ringpost/base/check.h"
#include "ringpost/base/constant_time.h"

namespace ringpost::crypto {
namespace {

struct Scheme {
  std::string_view prefix;
  size_t fewest_octets;  // of a whole hash: without salt and with the default parameters
};

// bcrypt's prefixes tell of bugs in old implementations; b is the current one, y its twin.
constexpr Scheme kSchemes[] = {
    {"$y$", 3 + 2 + 43}, {"$2b$", 60}, {"$2y$", 60}, {"$2a$", 60}, {"$6$", 3 + 1 + 86}};

bool IsHashable(std::string_view password) {
  return password.size() <= kLongestHashedPassword && password.find('\0') == password.npos;
}

// 32 KiB, which may hold what a password can be derived from.
struct Cleansed {
  void operator()(crypt_data* data) const {
    OPENSSL_cleanse(data, sizeof *data);
    delete data;
  }
};

// nullopt when libcrypt refuses the setting.
std::optional<std::string> Crypt(std::string_view password, std::string_view setting) {
  std::string phrase(password);
  const std::string setting_text(setting);
  const std::unique_ptr<crypt_data, Cleansed> data(new crypt_data());
  const char* const hash = crypt_rn(phrase.c_str(), setting_text.c_str(), data.get(), sizeof *data);
  OPENSSL_cleanse(phrase.data(), phrase.size());
  if (hash == nullptr || hash[0] == '*') return std::nullopt;
  return hash;
}

std::string_view PrefixOf(PasswordScheme scheme) {
  switch (scheme) {
    case PasswordScheme::kYescrypt:
      return "$y$";
    case PasswordScheme::kBcrypt:
      return "$2b$";
    case PasswordScheme::kSha512:
      return "$6$";
  }
  Check(false, "no such scheme");
  return {};
}

}  // namespace

bool IsPasswordHash(std::string_view hash) {
  const auto* const scheme = std::ranges::find_if(
      kSchemes, [&](const Scheme& candidate) { return hash.starts_with(candidate.prefix); });
  if (scheme == std::end(kSchemes) || hash.size() < scheme->fewest_octets) return false;
  if (hash.size() >= CRYPT_OUTPUT_SIZE) return false;
  return crypt_checksalt(std::string(hash).c_str()) == CRYPT_SALT_OK;
}

std::string HashPassword(PasswordScheme scheme, std::string_view password) {
  Check(IsHashable(password), "a password that cannot be hashed");
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  const std::string prefix(PrefixOf(scheme));
  // Cost 0 is the default of the scheme; no octets: libcrypt asks the kernel for a salt.
  Check(crypt_gensalt_rn(prefix.c_str(), 0, nullptr, 0, setting, sizeof setting) != nullptr,
        "libcrypt gives no salt");
  std::optional<std::string> hash = Crypt(password, setting);
  Check(hash.has_value(), "libcrypt does not hash");
  return *std::move(hash);
}

bool IsPasswordOf(std::string_view hash, std::string_view password) {
  if (!IsHashable(password) || !IsPasswordHash(hash)) return false;
  const std::optional<std::string> computed = Crypt(password, hash);
  return computed.has_value() && EqualInConstantTime(*computed, hash);
}

}  // namespace ringpost::crypto

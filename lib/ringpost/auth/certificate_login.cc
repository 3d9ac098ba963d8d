#include "ringpost/auth/certificate_login.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ringpost/auth/internal/certificate_names.h"
#include "ringpost/auth/secret_file.h"
#include "ringpost/auth/user_entry.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/certificate.h"

namespace ringpost::auth {
namespace {

constexpr size_t kFingerprintOctets = 32;
constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kNobody = "!";

std::optional<uint8_t> ParseHexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Colons between all octets or between none.
std::optional<std::string> ParseFingerprint(std::string_view text) {
  const bool has_colons = text.size() > 2 && text[2] == ':';
  const size_t step = has_colons ? 3 : 2;
  if (text.size() != kFingerprintOctets * step - (has_colons ? 1 : 0)) return std::nullopt;
  std::string octets;
  for (size_t i = 0; i < text.size(); i += step) {
    const auto high = ParseHexDigit(text[i]);
    const auto low = ParseHexDigit(text[i + 1]);
    const bool is_separated = !has_colons || i + 2 == text.size() || text[i + 2] == ':';
    if (!high || !low || !is_separated) return std::nullopt;
    octets.push_back(static_cast<char>(*high << 4 | *low));
  }
  return octets;
}

std::string_view WithoutBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The names of `der` that may be an account; those that no user can have are left out.
std::vector<std::string> NamesOf(const crypto::Certificate& certificate,
                                 CertificateAccount account) {
  std::vector<std::string> names;
  if (account == CertificateAccount::kDnsName) {
    names = certificate.names;
  } else if (auto read = internal::ReadCertificateNames(certificate.der)) {
    if (account == CertificateAccount::kEmail) names = std::move(read->addresses);
    if (account == CertificateAccount::kCommonName) names = {std::move(read->common_name)};
  }
  std::erase_if(names, [](const std::string& name) { return !CheckUserName(name).ok(); });
  return names;
}

}  // namespace

absl::StatusOr<ListedCertificates> ListedCertificates::Parse(std::string_view text,
                                                             std::string_view file_name) {
  ListedCertificates listed;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = WithoutBlanks(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto error = [&](std::string_view problem) {
      return absl::InvalidArgumentError(Concat(file_name, ":", number, ": ", problem));
    };
    const std::string_view digits = line.substr(0, line.find_first_of(kBlanks));
    const std::string_view account = WithoutBlanks(line.substr(digits.size()));
    std::optional<std::string> fingerprint = ParseFingerprint(digits);
    if (!fingerprint.has_value()) {
      return error("a SHA-256 fingerprint has 64 hexadecimal digits, and colons or none");
    }
    if (account.empty()) return error("behind the fingerprint there is no account");
    const bool is_nobodys = account == kNobody;
    if (absl::Status status = CheckUserName(account); !is_nobodys && !status.ok()) {
      return error(std::string(status.message()));
    }
    const auto [first, is_new] = listed.by_fingerprint_.try_emplace(
        *std::move(fingerprint),
        ListedCertificate{.account = std::string(is_nobodys ? "" : account), .line = number});
    if (!is_new) {
      return error(Concat("the fingerprint is there already, in line ", first->second.line));
    }
  }
  return listed;
}

const ListedCertificate* ListedCertificates::Find(std::string_view fingerprint) const {
  const auto found = by_fingerprint_.find(fingerprint);
  return found == by_fingerprint_.end() ? nullptr : &found->second;
}

absl::StatusOr<std::shared_ptr<const ListedCertificates>> ReadCertificatesFile(
    const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSecretFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<ListedCertificates> listed = ListedCertificates::Parse(*text, path);
  if (!listed.ok()) return listed.status();
  return std::make_shared<const ListedCertificates>(*std::move(listed));
}

Task<hooks::AuthenticatedUser> CertificateAuthenticator::OnCertificate(const hooks::Context&,
                                                                       std::string_view der,
                                                                       std::string_view claimed) {
  std::string account = AccountOf(der, claimed);
  const bool is_somebody =
      !account.empty() && (options_.users == nullptr || !options_.users->IsLocked(account));
  return ReadyTask<hooks::AuthenticatedUser>(
      is_somebody ? std::optional<std::string>(std::move(account)) : std::nullopt);
}

std::string CertificateAuthenticator::AccountOf(std::string_view der,
                                                std::string_view claimed) const {
  const absl::StatusOr<crypto::Certificate> certificate = crypto::ParseCertificate(der);
  if (!certificate.ok()) return {};
  if (options_.listed != nullptr) {
    const ListedCertificate* const listed = options_.listed->Find(certificate->fingerprint);
    if (listed != nullptr) return listed->account;
  }
  const std::vector<std::string> names = NamesOf(*certificate, options_.account);
  if (names.empty()) return {};
  const auto found = std::ranges::find(names, claimed);
  return found == names.end() ? names.front() : *found;
}

}  // namespace ringpost::auth

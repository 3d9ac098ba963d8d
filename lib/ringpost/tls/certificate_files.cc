#include "ringpost/tls/certificate_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::tls {
namespace {

constexpr absl::Duration kSelfSignedLifetime = absl::Hours(24 * 365);
// One that ends while the program runs is of no use; a program is started anew more often than
// this.
constexpr absl::Duration kLeastRest = absl::Hours(24 * 30);
// Clocks differ.
constexpr absl::Duration kBackdating = absl::Hours(1);

absl::Status ErrorOfFile(const std::string& file, std::string_view doing) {
  const int error = errno;
  const std::string text = Concat(file, ": cannot be ", doing, ": ", std::string(strerror(error)));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(text);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  const int number_;
};

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  const Descriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return ErrorOfFile(file, "opened");
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t count = read(descriptor.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrorOfFile(file, "read");
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
    if (text.size() > kLongestFileOctets) {
      return absl::InvalidArgumentError(Concat(file, ": too large for a certificate"));
    }
  }
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return fsync(descriptor) == 0;
}

absl::Status ReplaceFile(const std::string& file, std::string_view text) {
  const std::string fresh = file + ".new";
  unlink(fresh.c_str());
  {
    // Nobody else may read it at any time, nor have it open from before.
    const Descriptor descriptor(
        open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (descriptor.get() < 0) return ErrorOfFile(fresh, "created");
    if (!WriteAll(descriptor.get(), text)) return ErrorOfFile(fresh, "written");
  }
  if (rename(fresh.c_str(), file.c_str()) != 0) return ErrorOfFile(file, "replaced");
  return absl::OkStatus();
}

std::vector<std::string> InLowerCase(std::vector<std::string> names) {
  for (std::string& name : names) {
    std::transform(name.begin(), name.end(), name.begin(), AsciiToLower);
  }
  return names;
}

bool IsStillGood(const crypto::CertificateAndKey& pair, const std::vector<std::string>& names,
                 absl::Time now) {
  const auto chain = crypto::ParseCertificates(pair.certificate_pem);
  if (!chain.ok()) return false;
  const crypto::Certificate& certificate = chain->front();
  return certificate.names == InLowerCase(names) && now >= certificate.not_before &&
         now + kLeastRest <= certificate.not_after &&
         crypto::CheckKey(certificate, pair.key_pem).ok();
}

}  // namespace

absl::StatusOr<crypto::CertificateAndKey> ReadCertificateFiles(const std::string& certificate_file,
                                                               const std::string& key_file) {
  auto certificate = ReadFile(certificate_file);
  if (!certificate.ok()) return certificate.status();
  auto key = ReadFile(key_file);
  if (!key.ok()) return key.status();
  auto response = ReadFile(certificate_file + ".ocsp");
  if (!response.ok() && !absl::IsNotFound(response.status())) return response.status();
  return crypto::CertificateAndKey{
      .certificate_pem = *std::move(certificate),
      .key_pem = *std::move(key),
      .ocsp_response_der = response.ok() ? *std::move(response) : std::string()};
}

absl::StatusOr<SelfSignedCertificate> ReadOrMakeSelfSigned(const std::string& file,
                                                           const std::vector<std::string>& names,
                                                           absl::Time now) {
  auto kept = ReadCertificateFiles(file, file);
  if (kept.ok() && IsStillGood(*kept, names, now)) {
    return SelfSignedCertificate{.pair = *std::move(kept)};
  }
  // What is there and cannot be read is not ours to replace.
  if (!kept.ok() && !absl::IsNotFound(kept.status())) return kept.status();

  auto made = crypto::MakeSelfSignedCertificate(
      {.names = names, .not_before = now - kBackdating, .not_after = now + kSelfSignedLifetime});
  if (!made.ok()) return made.status();
  const absl::Status status = ReplaceFile(file, Concat(made->key_pem, made->certificate_pem));
  if (!status.ok()) return status;
  return SelfSignedCertificate{.pair = *std::move(made), .is_new = true};
}

}  // namespace ringpost::tls

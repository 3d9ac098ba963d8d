#include <cerrno>
#include <cstring>
#include <string>

#include "ringpost/base/text.h"
#include "ringpost/io/reactor.h"

namespace ringpost::io {
namespace {

absl::StatusCode CodeOfErrno(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EFBIG:
      return absl::StatusCode::kResourceExhausted;
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ECANCELED:
      return absl::StatusCode::kCancelled;
    case ETIME:
    case ETIMEDOUT:
      return absl::StatusCode::kDeadlineExceeded;
    case ECONNRESET:
    case ECONNREFUSED:
    case ECONNABORTED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENOTCONN:
    case EPIPE:
      return absl::StatusCode::kUnavailable;
    case EINVAL:
    case ENAMETOOLONG:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status StatusFromErrno(int negative_errno, std::string_view what) {
  const int error = -negative_errno;
  char text[128];
  // The GNU variant returns a pointer, which need not be `text`.
  const char* const reason = strerror_r(error, text, sizeof text);
  return absl::Status(CodeOfErrno(error), Concat(what, ": ", reason));
}

}  // namespace ringpost::io

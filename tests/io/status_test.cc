#include <cerrno>

#include "gtest/gtest.h"
#include "ringpost/io/reactor.h"

namespace ringpost::io {
namespace {

absl::StatusCode CodeOf(int error) { return StatusFromErrno(-error, "x").code(); }

TEST(StatusFromErrno, SaysWhatAndWhy) {
  EXPECT_EQ(StatusFromErrno(-ENOENT, "open mail/new").message(),
            "open mail/new: No such file or directory");
}

TEST(StatusFromErrno, SortsWhatCallersTellApart) {
  for (const int error : {ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, ENOBUFS}) {
    EXPECT_EQ(CodeOf(error), absl::StatusCode::kResourceExhausted) << error;
  }
  for (const int error : {ECONNRESET, EPIPE, ECONNREFUSED}) {
    EXPECT_EQ(CodeOf(error), absl::StatusCode::kUnavailable) << error;
  }
  EXPECT_EQ(CodeOf(ENOENT), absl::StatusCode::kNotFound);
  EXPECT_EQ(CodeOf(EEXIST), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(CodeOf(EACCES), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(EPERM), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(ECANCELED), absl::StatusCode::kCancelled);
  EXPECT_EQ(CodeOf(ETIME), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(CodeOf(ETIMEDOUT), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(CodeOf(EIO), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace ringpost::io

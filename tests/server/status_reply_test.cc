#include "ringpost/server/status_reply.h"

#include <gtest/gtest.h>

namespace ringpost::server {
namespace {

TEST(ReplyForStatus, IsTemporaryWhateverFailed) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "/var/mail: secret");
    const smtp::Reply reply = ReplyForStatus(status);
    EXPECT_TRUE(reply.is_temporary_failure()) << status;
    EXPECT_EQ(reply.text().find("secret"), std::string_view::npos);
  }
}

TEST(ReplyForStatus, TellsAFullDiskApart) {
  EXPECT_EQ(ReplyForStatus(absl::ResourceExhaustedError("")).code(), 452);
  EXPECT_EQ(ReplyForStatus(absl::InternalError("")).code(), 451);
}

}  // namespace
}  // namespace ringpost::server

#include "ringpost/server/status_reply.h"

#include "ringpost/base/check.h"

namespace ringpost::server {

using smtp::Reply;

smtp::Reply ReplyForStatus(const absl::Status& status) {
  Check(!status.ok(), "no failure to tell");
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return Reply::Fixed(452, {4, 3, 1}, "Insufficient system storage, try again later");
    case absl::StatusCode::kDeadlineExceeded:
      return Reply::Fixed(451, {4, 3, 0}, "Took too long, try again later");
    default:
      return Reply::Fixed(451, {4, 3, 0}, "Local error in processing, try again later");
  }
}

}  // namespace ringpost::server

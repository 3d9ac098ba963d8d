// The one place where a failure of our world becomes a reply: fixed text, 4xx always, never our
// internals.
#pragma once

#include "absl/status/status.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::server {

// ResourceExhausted: 452 4.3.1. All else that is not OK: 451 4.3.0. CHECKs that it is not OK.
smtp::Reply ReplyForStatus(const absl::Status& status);

}  // namespace ringpost::server

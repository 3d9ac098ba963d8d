// What `submission = true` of a listener and [submission] come to: hooks that hold users to their
// own senders, and complete their messages.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/auth/sender_login_map.h"
#include "ringpost/hooks/hooks.h"
#include "server/config.h"

namespace ringpost::daemon {

// nullptr where no listener takes submissions.
using SenderLogins = std::shared_ptr<const auth::SenderLoginMap>;

// Reads the sender map.
absl::StatusOr<SenderLogins> LoadSenderLogins(const Config& config);

// `hooks` has its authenticator. InvalidArgument: a listener takes submissions, and nobody can log
// in.
absl::Status AddSubmissionHooks(const Config& config, const SenderLogins& sender_logins,
                                hooks::Hooks& hooks);

}  // namespace ringpost::daemon

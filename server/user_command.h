// `ringpost user`: edits a users file (auth/users_file.h) from the command line.
#pragma once

namespace ringpost::daemon {

// `argv[0]` is "user". Returns the exit code: 0, 1 when it failed, 2 for a mistake in the
// arguments.
int RunUserCommand(int argc, const char* const* argv);

}  // namespace ringpost::daemon

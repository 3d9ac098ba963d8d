// What a dialog asks of the server, in the server's own terms.
#pragma once

#include "dialog.h"
#include "ringpost/smtp/reply.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::dialogs {

// Fails the test where an option has no such name or value.
void ApplyOption(const Option& option, smtp::ServerSessionOptions& options);

smtp::Reply ReplyOf(const Refusal& refusal);

}  // namespace ringpost::dialogs

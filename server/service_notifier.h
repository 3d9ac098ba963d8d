// What a service tells systemd (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names.
// Without that variable, nothing.
#pragma once

#include <string_view>

namespace ringpost::daemon {

// READY=1: it accepts; or it did reload.
void NotifyReady();
// RELOADING=1: until NotifyReady().
void NotifyReloading();
// STOPPING=1.
void NotifyStopping();

// Any state, for tests. False when it could not be sent.
bool Notify(std::string_view state);

}  // namespace ringpost::daemon

#include "server/service_notifier.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "ringpost/base/text.h"

namespace ringpost::daemon {
namespace {

int64_t MonotonicMicroseconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

void NotifyReady() { Notify("READY=1"); }

void NotifyReloading() {
  // systemd tells by the time which reload it was.
  Notify(Concat("RELOADING=1\nMONOTONIC_USEC=", MonotonicMicroseconds()));
}

void NotifyStopping() { Notify("STOPPING=1"); }

bool Notify(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path == nullptr || path[0] == '\0' || std::strlen(path) >= sizeof address.sun_path)
    return false;
  const size_t path_octets = std::strlen(path);
  std::memcpy(address.sun_path, path, path_octets);
  // "@..." is of the abstract namespace: a NUL, and no NUL at the end.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_octets);
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const ssize_t sent = sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), size);
  close(descriptor);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace ringpost::daemon

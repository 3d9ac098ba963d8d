#include "server/activated_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "ringpost/base/text.h"

namespace ringpost::daemon {
namespace {

constexpr uint64_t kMostSockets = 1024;

std::optional<std::string> TakeVariable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string taken = value;
  unsetenv(name);
  return taken;
}

// Of "a:b:c" what stands before the first colon, which goes too.
std::string TakeName(std::string_view& names) {
  const std::string_view name = names.substr(0, names.find(':'));
  names.remove_prefix(name.size() < names.size() ? name.size() + 1 : names.size());
  return std::string(name);
}

bool IsListeningStream(int descriptor) {
  int accepts = 0;
  int type = 0;
  socklen_t size = sizeof accepts;
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts == 1 &&
         getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

absl::StatusOr<ActivatedSockets> ActivatedSockets::FromEnvironment() {
  const std::optional<std::string> process = TakeVariable("LISTEN_PID");
  const std::optional<std::string> count_text = TakeVariable("LISTEN_FDS");
  const std::optional<std::string> names = TakeVariable("LISTEN_FDNAMES");
  ActivatedSockets sockets;
  if (!process.has_value() || !count_text.has_value()) return sockets;
  if (ParseDecimal(*process) != static_cast<uint64_t>(getpid())) return sockets;
  const std::optional<uint64_t> count = ParseDecimal(*count_text);
  if (!count.has_value() || *count > kMostSockets) {
    return absl::InvalidArgumentError(Concat("LISTEN_FDS is \"", *count_text, "\""));
  }
  std::string_view names_left = names.has_value() ? std::string_view(*names) : std::string_view();
  for (uint64_t i = 0; i < *count; ++i) {
    fcntl(kFirstDescriptor + static_cast<int>(i), F_SETFD, FD_CLOEXEC);
    sockets.names_.push_back(TakeName(names_left));
  }
  return sockets;
}

absl::StatusOr<int> ActivatedSockets::Find(std::string_view name) const {
  std::optional<size_t> place;
  for (size_t i = 0; i < names_.size() && !place.has_value(); ++i) {
    if (names_[i] == name) place = i;
  }
  if (!place.has_value()) place = ParseDecimal(name);
  if (!place.has_value() || *place >= names_.size()) {
    std::string known;
    for (const std::string& known_name : names_)
      Append(known, known.empty() ? "" : ", ", known_name);
    return absl::NotFoundError(Concat("no socket ", name, " was passed by systemd; there are ",
                                      names_.size(), known.empty() ? "" : ": ", known));
  }
  const int descriptor = kFirstDescriptor + static_cast<int>(*place);
  if (!IsListeningStream(descriptor)) {
    return absl::InvalidArgumentError(Concat(
        "the socket ", name, " of systemd is no listening stream (ListenStream=, Accept=no)"));
  }
  return descriptor;
}

}  // namespace ringpost::daemon

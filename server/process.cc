#include "server/process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "ringpost/base/text.h"
#include "ringpost/smtp/path.h"

namespace ringpost::daemon {
namespace {

absl::Status Refused(std::string_view what) {
  return absl::PermissionDeniedError(Concat(what, ": ", std::strerror(errno)));
}

absl::Status BecomeGroups(const std::string& user, gid_t group) {
  if (initgroups(user.c_str(), group) != 0) return Refused("taking the groups of " + user);
  if (setgid(group) != 0) return Refused(Concat("becoming group ", group));
  return absl::OkStatus();
}

}  // namespace

uint64_t RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

bool IsRoot() { return geteuid() == 0; }

absl::Status BecomeUser(const std::string& user, const std::string& group) {
  const passwd* const account = getpwnam(user.c_str());
  if (account == nullptr) return absl::NotFoundError(Concat("there is no user ", user));
  const uid_t user_id = account->pw_uid;
  gid_t group_id = account->pw_gid;
  if (!group.empty()) {
    const struct group* const entry = getgrnam(group.c_str());
    if (entry == nullptr) return absl::NotFoundError(Concat("there is no group ", group));
    group_id = entry->gr_gid;
  }
  if (absl::Status status = BecomeGroups(user, group_id); !status.ok()) return status;
  if (setuid(user_id) != 0) return Refused("becoming user " + user);
  return absl::OkStatus();
}

std::string SystemHostName() {
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, HOST_NAME_MAX) != 0 || !smtp::IsDomain(name, {})) return "localhost";
  return name;
}

size_t CoreCount() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<size_t>(std::max(CPU_COUNT(&cores), 1));
}

void AppendStandardError() {
  struct stat status = {};
  if (fstat(STDERR_FILENO, &status) != 0 || !S_ISREG(status.st_mode)) return;
  const int flags = fcntl(STDERR_FILENO, F_GETFL);
  if (flags >= 0) fcntl(STDERR_FILENO, F_SETFL, flags | O_APPEND);
}

}  // namespace ringpost::daemon

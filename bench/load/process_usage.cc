#include "load/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

namespace fs = std::filesystem;

constexpr double kNanosecondsPerSecond = 1e9;
constexpr uint64_t kOctetsPerKilobyte = 1024;

// Empty when there is no such file, and when its process ends while it is read, which the stream's
// buffer tells by an exception and the stream itself by its state.
std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.good() ? text.str() : std::string();
}

std::string FolderOf(int pid) { return Concat("/proc/", pid); }

std::vector<int> NumbersIn(const std::string& folder) {
  std::vector<int> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::optional<uint64_t> number = ParseDecimal(entry->path().filename().string());
    if (number.has_value()) numbers.push_back(static_cast<int>(*number));
  }
  return numbers;
}

// The fields of /proc/PID/stat from the third on; a name in front of them may contain anything.
struct Stat {
  char state = 0;
  int parent = 0;
  double cpu_ticks[4] = {};  // user, system, and both of children that were waited for
};

std::optional<Stat> ReadStat(int pid) {
  const std::string text = ReadFile(FolderOf(pid) + "/stat");
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  Stat stat;
  fields >> stat.state >> stat.parent;
  constexpr int kFieldsBetween = 9;
  std::string skipped;
  for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
  for (double& ticks : stat.cpu_ticks) fields >> ticks;
  return fields ? std::optional(stat) : std::nullopt;
}

// The number behind "NAME:" in a file of such lines, in kB; all such lines added up.
uint64_t KilobytesOf(const std::string& text, std::string_view name) {
  uint64_t sum = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    std::istringstream rest(line.substr(line.find(':') + 1));
    uint64_t value = 0;
    rest >> value;
    sum += value;
  }
  return sum;
}

double RunDelaySeconds(int pid) {
  double sum = 0;
  const std::string tasks = FolderOf(pid) + "/task";
  for (const int task : NumbersIn(tasks)) {
    std::istringstream fields(ReadFile(Concat(tasks, "/", task, "/schedstat")));
    double run = 0;
    double delay = 0;
    fields >> run >> delay;
    sum += delay;
  }
  return sum / kNanosecondsPerSecond;
}

// To the nanosecond. The ticks of /proc are 10 ms each, which of fifty processes make half a
// second.
double CpuSeconds(int pid) {
  clockid_t clock = 0;
  timespec time = {};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) / kNanosecondsPerSecond;
}

// What a process and its ended children used. How a process shares its time out between user and
// system is known by its ticks alone.
void AddCpu(int pid, const Stat& stat, double ticks_per_second, Usage& sum) {
  const double own_ticks = stat.cpu_ticks[0] + stat.cpu_ticks[1];
  const double own_seconds = CpuSeconds(pid);
  const double user_seconds = own_ticks > 0 ? own_seconds * stat.cpu_ticks[0] / own_ticks : 0;
  sum.user_seconds += user_seconds + stat.cpu_ticks[2] / ticks_per_second;
  sum.system_seconds += own_seconds - user_seconds + stat.cpu_ticks[3] / ticks_per_second;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Usage ReadOwnUsage() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return {.user_seconds = Seconds(usage.ru_utime),
          .system_seconds = Seconds(usage.ru_stime),
          .run_delay_seconds = RunDelaySeconds(getpid()),
          .peak_memory_octets = static_cast<uint64_t>(usage.ru_maxrss) * kOctetsPerKilobyte};
}

Usage ReadUsage(const std::vector<int>& pids) {
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  Usage sum;
  for (const int pid : ProcessTree(pids)) {
    const std::optional<Stat> stat = ReadStat(pid);
    if (!stat.has_value()) continue;
    AddCpu(pid, *stat, ticks_per_second, sum);
    sum.run_delay_seconds += RunDelaySeconds(pid);
    sum.peak_memory_octets +=
        KilobytesOf(ReadFile(FolderOf(pid) + "/status"), "VmHWM") * kOctetsPerKilobyte;
  }
  return sum;
}

uint64_t ReadPrivateOctets(const std::vector<int>& pids) {
  uint64_t kilobytes = 0;
  for (const int pid : ProcessTree(pids)) {
    kilobytes += KilobytesOf(ReadFile(FolderOf(pid) + "/smaps_rollup"), "Private_");
  }
  return kilobytes * kOctetsPerKilobyte;
}

bool ProcessExists(int pid) { return ReadStat(pid).has_value(); }

std::vector<int> ProcessTree(const std::vector<int>& pids) {
  std::multimap<int, int> children;
  for (const int pid : NumbersIn("/proc")) {
    if (const std::optional<Stat> stat = ReadStat(pid)) children.emplace(stat->parent, pid);
  }
  std::vector<int> tree;
  const auto add = [&tree](int pid) {
    if (std::find(tree.begin(), tree.end(), pid) == tree.end()) tree.push_back(pid);
  };
  for (const int pid : pids) add(pid);
  for (size_t i = 0; i < tree.size(); ++i) {
    const auto [first, last] = children.equal_range(tree[i]);
    for (auto child = first; child != last; ++child) add(child->second);
  }
  return tree;
}

}  // namespace ringpost::load

#include "load/report/compare_command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "load/report/comparison.h"
#include "load/results_json.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr int kFailureExitCode = 1;
constexpr int kUsageExitCode = 2;

constexpr const char* kDescription =
    "ringpost-load compare: two results beside each other, with the ratio of the second to the "
    "first.";

constexpr const char* kFooter =
    "Examples:\n"
    "  ringpost-load smtp://127.0.0.1:2525 --json before.json\n"
    "  ringpost-load smtp://127.0.0.1:2525 --json after.json\n"
    "  ringpost-load compare before.json after.json --html both.html";

absl::StatusOr<Results> ReadResults(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(Concat(path, ": ", std::strerror(errno)));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  absl::StatusOr<Results> results = FromJson(text);
  if (results.ok()) return results;
  return absl::InvalidArgumentError(Concat(path, ": ", std::string(results.status().message())));
}

int Fail(std::string_view message) {
  std::fputs(Concat("ringpost-load compare: ", message, "\n").c_str(), stderr);
  return kFailureExitCode;
}

}  // namespace

int CompareMain(const std::vector<std::string>& arguments) {
  std::string first_path, second_path, html_path;
  CLI::App app(kDescription, "ringpost-load compare");
  app.footer(kFooter);
  app.add_option("first", first_path, "What ringpost-load --json wrote")
      ->type_name("A.json")
      ->required();
  app.add_option("second", second_path, "And what it wrote another time")
      ->type_name("B.json")
      ->required();
  app.add_option("--html", html_path, "Write both there as one page")->type_name("FILE");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageExitCode;
  }

  const absl::StatusOr<Results> first = ReadResults(first_path);
  if (!first.ok()) return Fail(std::string(first.status().message()));
  const absl::StatusOr<Results> second = ReadResults(second_path);
  if (!second.ok()) return Fail(std::string(second.status().message()));
  std::fputs(ComparisonText(*first, *second).c_str(), stdout);
  if (html_path.empty()) return 0;
  std::ofstream file(html_path, std::ios::binary);
  file << RenderComparisonPage(*first, *second) << std::flush;
  return file ? 0 : Fail(Concat(html_path, ": cannot be written"));
}

}  // namespace ringpost::load

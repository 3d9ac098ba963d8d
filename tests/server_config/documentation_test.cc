// docs/configuration.md has a row for each key, and for nothing else.
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "server/config_keys.h"
#include "server/default_config.h"

namespace ringpost::daemon {
namespace {

constexpr std::string_view kRowOpening = "| `";

std::string DocumentationPath() {
  const char* const source_folder = std::getenv("RINGPOST_SOURCE_FOLDER");
  return Concat(source_folder == nullptr ? "." : source_folder, "/docs/configuration.md");
}

std::set<std::string> RowsOfTheDocumentation() {
  std::ifstream file(DocumentationPath());
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    const bool is_option = line.starts_with("| `--");
    if (line.starts_with(kRowOpening) && !is_option) rows.insert(line);
  }
  return rows;
}

std::string RowOf(const ConfigKey& key) {
  Config config;
  config.listeners.emplace_back();
  ConfigScope scope = {config, config.session, &config.listeners.front()};
  const bool is_required = key.section == "listener" && key.name == "address";
  const std::string value =
      is_required ? "none: it is needed" : Concat('`', FormatValue(key, scope), '`');
  return Concat(kRowOpening, key.section, ".", key.name, "` | ", value, " | ", DescribeValues(key),
                " | ", key.description, " |");
}

TEST(Documentation, HasEveryKeyWithItsDefaultAndValues) {
  const std::set<std::string> rows = RowsOfTheDocumentation();
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_TRUE(rows.contains(RowOf(key))) << "docs/configuration.md lacks the row\n" << RowOf(key);
  }
}

TEST(Documentation, HasNoOtherKey) {
  std::set<std::string> known;
  for (const ConfigKey& key : ConfigKeys()) known.insert(RowOf(key));
  for (const std::string& row : RowsOfTheDocumentation()) {
    EXPECT_TRUE(known.contains(row)) << "docs/configuration.md has a row of no key\n" << row;
  }
}

}  // namespace
}  // namespace ringpost::daemon

#include "server/default_config.h"

#include "gtest/gtest.h"
#include "server/config_file.h"
#include "server/config_keys.h"

namespace ringpost::daemon {
namespace {

TEST(DefaultConfigText, ParsesToTheDefaultConfig) {
  absl::StatusOr<Config> parsed = ParseConfig(DefaultConfigText(), "default");
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  Config expected = DefaultConfig();
  ASSERT_EQ(parsed->listeners.size(), expected.listeners.size());
  ConfigScope parsed_scope = {*parsed, parsed->session, &parsed->listeners.front()};
  ConfigScope expected_scope = {expected, expected.session, &expected.listeners.front()};
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_EQ(FormatValue(key, parsed_scope), FormatValue(key, expected_scope))
        << key.section << "." << key.name;
  }
}

TEST(DefaultConfigText, HasEveryKeyOnceWithItsDescription) {
  const std::string text = DefaultConfigText();
  for (const ConfigKey& key : ConfigKeys()) {
    const std::string entry =
        "# " + std::string(key.description) + "\n" + std::string(key.name) + " = ";
    const size_t first = text.find(entry);
    ASSERT_NE(first, text.npos) << entry;
    EXPECT_EQ(text.find(entry, first + 1), text.npos) << entry;
  }
}

// An enum that grows without its names here would print another's.
TEST(ConfigKeys, EveryDefaultIsAmongItsValues) {
  Config config = DefaultConfig();
  ConfigScope scope = {config, config.session, &config.listeners.front()};
  for (const ConfigKey& key : ConfigKeys()) {
    if (const auto* choice = std::get_if<ChoiceForm>(&key.form)) {
      EXPECT_LT(choice->get(scope), choice->names.size()) << key.name;
    }
    if (const auto* count = std::get_if<CountForm>(&key.form)) {
      EXPECT_GE(count->get(scope), count->smallest) << key.name;
      EXPECT_LE(count->get(scope), count->largest) << key.name;
    }
  }
}

TEST(ConfigKeys, BelongToTheirSections) {
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_NE(FindSection(key.section), nullptr) << key.name;
    EXPECT_EQ(FindKey(key.section, key.name), &key) << key.name;
  }
}

}  // namespace
}  // namespace ringpost::daemon

// ConfigKeys: the one table of everything that a configuration file may say. The reader, the
// default file (--print-default-config), the suggestions in error messages and the test of
// docs/configuration.md all go by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/config.h"

namespace ringpost::daemon {

// Where a key's value lives: in the whole configuration, or in one listener of it.
struct ConfigScope {
  Config& config;
  SessionConfig& session;
  ListenerConfig* listener = nullptr;
};

// The forms of a value. `at` is where the typed value stands.
struct SwitchForm {
  bool& (*at)(ConfigScope&);
};
struct CountForm {
  uint64_t (*get)(ConfigScope&);
  void (*set)(ConfigScope&, uint64_t);
  uint64_t smallest;
  uint64_t largest;
};
struct OctetsForm {
  uint64_t& (*at)(ConfigScope&);
  uint64_t smallest;
  uint64_t largest;
};
struct DurationForm {
  absl::Duration& (*at)(ConfigScope&);
  absl::Duration smallest;
  absl::Duration largest;
};
struct ChoiceForm {
  std::span<const std::string_view> names;
  size_t (*get)(ConfigScope&);
  void (*set)(ConfigScope&, size_t);
};
// Not OK: why the text cannot stand there.
struct TextForm {
  std::string (*get)(ConfigScope&);
  absl::Status (*set)(ConfigScope&, std::string_view);
};
struct TextListForm {
  std::vector<std::string>& (*at)(ConfigScope&);
  absl::Status (*check)(std::string_view);
};

// A list of tables.
struct CertificateListForm {
  std::vector<CertificateFiles>& (*at)(ConfigScope&);
};

using ValueForm = std::variant<SwitchForm, CountForm, OctetsForm, DurationForm, ChoiceForm,
                               TextForm, TextListForm, CertificateListForm>;

struct ConfigKey {
  std::string_view section;
  std::string_view name;
  ValueForm form;
  std::string_view description;
};

struct ConfigSection {
  std::string_view name;
  std::string_view description;
  bool is_array = false;                // [[name]]
  bool may_differ_by_listener = false;  // [listener.name] too
};

std::span<const ConfigSection> ConfigSections();
// By section, in the order of ConfigSections().
std::span<const ConfigKey> ConfigKeys();
// nullptr when there is none.
const ConfigSection* FindSection(std::string_view name);
const ConfigKey* FindKey(std::string_view section, std::string_view name);

// The value in `scope`, as TOML writes it: `"64MiB"`, `20`, `true`, `["a.example"]`.
std::string FormatValue(const ConfigKey& key, ConfigScope& scope);
// What values there are, for people: "20 to 1000000", "reject, normalise or allow".
std::string DescribeValues(const ConfigKey& key);

}  // namespace ringpost::daemon

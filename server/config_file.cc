#include "server/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"
#include "server/config_keys.h"
#include "server/nearest_name.h"
#include "toml++/toml.h"

namespace ringpost::daemon {
namespace {

struct Complaint {
  toml::source_position at;
  std::string text;
};

// "an integer", for "expected ..., not an integer".
std::string_view TypeName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
  }
  return "something else";
}

std::string DidYouMean(std::string_view name) {
  return name.empty() ? std::string() : Concat("; did you mean ", name, "?");
}

// Whether "expected ..." says all of what values there are.
bool DescribesItself(const ValueForm& form) {
  return std::holds_alternative<SwitchForm>(form) || std::holds_alternative<TextForm>(form) ||
         std::holds_alternative<TextListForm>(form) ||
         std::holds_alternative<CertificateListForm>(form);
}

// Sets one key from one TOML value; `error` says why it could not.
class ValueSetter {
 public:
  ValueSetter(const toml::node& node, ConfigScope& scope)
      : error_at(node.source().begin), node_(node), scope_(scope) {}

  // Nothing: done.
  std::optional<std::string> error;
  // Where: the value, or an element of it.
  toml::source_position error_at;

  void operator()(const SwitchForm& form) {
    if (const auto* value = node_.as_boolean()) {
      form.at(scope_) = value->get();
    } else {
      Expect("true or false");
    }
  }

  void operator()(const CountForm& form) {
    if (const std::optional<uint64_t> count = Integer()) {
      SetWithin(form, *count);
    } else {
      Expect("an integer");
    }
  }

  void operator()(const OctetsForm& form) {
    std::optional<uint64_t> octets = Integer();
    if (const auto* text = node_.as_string()) octets = ParseOctets(text->get());
    if (octets.has_value()) {
      SetWithin(form, *octets);
    } else {
      Expect("a size such as \"64MiB\", \"10KB\" or 512");
    }
  }

  void operator()(const DurationForm& form) {
    const auto* const text = node_.as_string();
    const std::optional<absl::Duration> length =
        text == nullptr ? std::nullopt : ParseTimeSpan(text->get());
    if (length.has_value()) {
      SetWithin(form, *length);
    } else {
      Expect("a duration such as \"5m\", \"30s\" or \"300ms\"");
    }
  }

  void operator()(const ChoiceForm& form) {
    const auto* const text = node_.as_string();
    if (text == nullptr) return Expect("a text");
    const auto found = std::ranges::find(form.names, text->get());
    if (found != form.names.end()) {
      form.set(scope_, static_cast<size_t>(found - form.names.begin()));
    } else {
      Expect("one of the names", DidYouMean(NearestName(text->get(), form.names)));
    }
  }

  void operator()(const TextForm& form) {
    if (const auto* text = node_.as_string()) {
      TakeError(form.set(scope_, text->get()));
    } else {
      Expect("a text");
    }
  }

  void operator()(const TextListForm& form) {
    const auto* const list = node_.as_array();
    if (list == nullptr) return Expect("a list of texts, [\"...\", \"...\"]");
    std::vector<std::string> texts;
    for (const toml::node& element : *list) {
      const auto* const text = element.as_string();
      if (text == nullptr) return Expect("a list of texts, [\"...\", \"...\"]");
      if (TakeError(form.check(text->get()))) error_at = element.source().begin;
      texts.push_back(text->get());
    }
    form.at(scope_) = std::move(texts);
  }

  void operator()(const CertificateListForm& form) {
    const auto* const list = node_.as_array();
    if (list == nullptr) return Expect(kCertificates);
    std::vector<CertificateFiles> certificates;
    for (const toml::node& element : *list) {
      const toml::table* const table = element.as_table();
      error_at = element.source().begin;
      if (table == nullptr) return Expect(kCertificates);
      certificates.emplace_back();
      if (!ReadCertificate(*table, certificates.back())) return;
    }
    form.at(scope_) = std::move(certificates);
  }

 private:
  static constexpr std::string_view kCertificates =
      "a list of tables, [{ certificate = \"...\", key = \"...\" }]";

  bool ReadCertificate(const toml::table& table, CertificateFiles& files) {
    constexpr std::string_view kNames[] = {"certificate", "key"};
    for (const auto& [name, node] : table) {
      const auto* const text = node.as_string();
      error_at = name.source().begin;
      if (name.str() != kNames[0] && name.str() != kNames[1]) {
        error = Concat("unknown key ", name.str(), DidYouMean(NearestName(name.str(), kNames)));
      } else if (text == nullptr) {
        error = Concat(name.str(), ": expected a text, not ", TypeName(node));
      } else {
        (name.str() == kNames[0] ? files.certificate : files.key) = text->get();
      }
      if (error.has_value()) return false;
    }
    error_at = table.source().begin;
    if (files.certificate.empty()) error = "`certificate` is missing";
    return !error.has_value();
  }

  // Integers below 0 are out of every range.
  std::optional<uint64_t> Integer() const {
    const auto* const value = node_.as_integer();
    if (value == nullptr) return std::nullopt;
    return value->get() < 0 ? ~uint64_t{0} : static_cast<uint64_t>(value->get());
  }

  template <typename Form, typename Value>
  void SetWithin(const Form& form, Value value) {
    if (value < form.smallest || value > form.largest) {
      error = "out of range";
    } else if constexpr (std::is_same_v<Form, CountForm>) {
      form.set(scope_, value);
    } else {
      form.at(scope_) = value;
    }
  }

  void Expect(std::string_view what, std::string_view hint = {}) {
    if (node_.is_string()) {
      error = Concat("\"", node_.as_string()->get(), "\" is not ", what, hint);
    } else {
      error = Concat("expected ", what, ", not ", TypeName(node_));
    }
  }

  bool TakeError(const absl::Status& status) {
    if (!status.ok()) error = std::string(status.message());
    return !status.ok();
  }

  const toml::node& node_;
  ConfigScope& scope_;
};

class Reader {
 public:
  Reader(std::string_view file, Config& config) : file_(file), config_(config) {}

  void Read(const toml::table& root) {
    for (const auto& [name, node] : root) ReadTopLevel(name, node);
    // Listeners come last: they start from what the sections say for all.
    if (listeners_ != nullptr) ReadListeners(*listeners_);
  }

  void Complain(toml::source_position at, std::string text) {
    complaints_.push_back({at, std::move(text)});
  }

  absl::Status status() {
    if (complaints_.empty()) return absl::OkStatus();
    std::ranges::sort(complaints_, [](const Complaint& a, const Complaint& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    std::string lines;
    for (const Complaint& complaint : complaints_) {
      Append(lines, lines.empty() ? "" : "\n", file_, ":", complaint.at.line, ":",
             complaint.at.column, ": ", complaint.text);
    }
    return absl::InvalidArgumentError(lines);
  }

 private:
  void ReadTopLevel(const toml::key& name, const toml::node& node) {
    const ConfigSection* const section = FindSection(name.str());
    if (section == nullptr) {
      ComplainOfUnknown("", name, node);
    } else if (section->is_array) {
      listeners_ = &node;
    } else {
      ConfigScope scope = {.config = config_, .session = config_.session};
      ReadSection(*section, section->name, node, scope);
    }
  }

  void ReadSection(const ConfigSection& section, std::string_view path, const toml::node& node,
                   ConfigScope& scope) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      return Complain(node.source().begin,
                      Concat(path, ": expected a table, [", path, "], not ", TypeName(node)));
    }
    for (const auto& [name, value] : *table) ReadKey(section, path, name, value, scope);
  }

  void ReadKey(const ConfigSection& section, std::string_view path, const toml::key& name,
               const toml::node& value, ConfigScope& scope) {
    if (const ConfigKey* const key = FindKey(section.name, name.str())) {
      Set(*key, Concat(path, ".", name.str()), value, scope);
    } else if (const ConfigSection* const inner = FindInnerSection(section, name.str())) {
      ReadSection(*inner, Concat(path, ".", name.str()), value, scope);
    } else {
      ComplainOfUnknown(section.name, name, value);
    }
  }

  static const ConfigSection* FindInnerSection(const ConfigSection& outer, std::string_view name) {
    const ConfigSection* const inner = outer.is_array ? FindSection(name) : nullptr;
    return inner != nullptr && inner->may_differ_by_listener ? inner : nullptr;
  }

  void ReadListeners(const toml::node& node) {
    const toml::array* const listeners = node.as_array();
    if (listeners == nullptr || !listeners->is_homogeneous(toml::node_type::table)) {
      return Complain(node.source().begin,
                      Concat("listener: write it with two brackets, [[listener]]"));
    }
    for (const toml::node& listener : *listeners) ReadListener(*listener.as_table());
  }

  void ReadListener(const toml::table& table) {
    ListenerConfig listener = {.address = {}, .session = config_.session};
    ConfigScope scope = {.config = config_, .session = listener.session, .listener = &listener};
    ReadSection(*FindSection("listener"), "listener", table, scope);
    if (!table.contains("address")) {
      Complain(table.source().begin, "listener: `address` is missing");
    }
    config_.listeners.push_back(std::move(listener));
  }

  void Set(const ConfigKey& key, std::string_view path, const toml::node& value,
           ConfigScope& scope) {
    ValueSetter setter(value, scope);
    std::visit(setter, key.form);
    if (!setter.error.has_value()) return;
    std::string text = Concat(path, ": ", *setter.error);
    if (!DescribesItself(key.form)) Append(text, " (", DescribeValues(key), ")");
    Complain(setter.error_at, std::move(text));
  }

  void ComplainOfUnknown(std::string_view section, const toml::key& name, const toml::node& node) {
    const std::string path =
        section.empty() ? std::string(name.str()) : Concat(section, ".", name.str());
    const std::string_view kind = section.empty() && node.is_table() ? "section" : "key";
    Complain(name.source().begin,
             Concat("unknown ", kind, " ", path, DidYouMean(Suggest(section, name.str()))));
  }

  // A name of the same section that is nearly the same, or the same name in another section.
  static std::string Suggest(std::string_view section, std::string_view written) {
    std::vector<std::string_view> names;
    for (const ConfigKey& key : ConfigKeys()) {
      if (key.section == section) names.push_back(key.name);
    }
    for (const ConfigSection& candidate : ConfigSections()) {
      const bool fits =
          section.empty() || (section == "listener" && candidate.may_differ_by_listener);
      if (fits) names.push_back(candidate.name);
    }
    if (const std::string_view nearest = NearestName(written, names); !nearest.empty()) {
      return section.empty() ? std::string(nearest) : Concat(section, ".", nearest);
    }
    for (const ConfigKey& key : ConfigKeys()) {
      if (key.name == written) return Concat(key.section, ".", key.name);
    }
    return {};
  }

  const std::string_view file_;
  Config& config_;
  const toml::node* listeners_ = nullptr;
  std::vector<Complaint> complaints_;
};

}  // namespace

absl::StatusOr<Config> ParseConfig(std::string_view toml, std::string_view name) {
  Config config;
  Reader reader(name, config);
  // The library reports a syntax error by an exception: the only one that is caught in this
  // project.
  try {
    reader.Read(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    reader.Complain(error.source().begin, std::string(error.description()));
  }
  if (absl::Status status = reader.status(); !status.ok()) return status;
  return config;
}

absl::StatusOr<Config> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  if (file) content << file.rdbuf();
  if (!file || content.bad()) {
    const int reason = errno;
    const std::string message = Concat(path, ": ", std::strerror(reason));
    if (reason == ENOENT) return absl::NotFoundError(message);
    if (reason == EACCES) return absl::PermissionDeniedError(message);
    return absl::UnavailableError(message);
  }
  return ParseConfig(content.str(), path);
}

}  // namespace ringpost::daemon

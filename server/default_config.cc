#include "server/default_config.h"

#include <algorithm>
#include <string_view>

#include "ringpost/base/text.h"
#include "server/config_keys.h"
#include "server/version.h"

namespace ringpost::daemon {
namespace {

constexpr std::string_view kOpening =
    "# The configuration of ringpostd, with what holds where nothing else is said. Values stand "
    "as\n"
    "# `name = value  # what values there are`; sizes are \"64MiB\", \"10KB\" or octets, durations "
    "\"5m\",\n"
    "# \"30s\" or \"300ms\". See docs/configuration.md.\n";

constexpr uint16_t kDefaultPort = 2525;
constexpr uint32_t kLoopback = 0x7f000001;

void AppendComment(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    Append(out, "# ", line, "\n");
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

void AppendSection(std::string& out, const ConfigSection& section, ConfigScope& scope) {
  out += '\n';
  AppendComment(out, section.description);
  Append(out, section.is_array ? "[[" : "[", section.name, section.is_array ? "]]\n" : "]\n");
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.section != section.name) continue;
    AppendComment(out, key.description);
    Append(out, key.name, " = ", FormatValue(key, scope), "  # ", DescribeValues(key), "\n");
  }
}

}  // namespace

Config DefaultConfig() {
  Config config;
  config.listeners.push_back({.address = io::SocketAddress{.ip = io::IpAddress::V4(kLoopback),
                                                           .port = kDefaultPort,
                                                           .unix_path = {}},
                              .tls = kHasTls ? ListenerTls::kStartTls : ListenerTls::kAuto,
                              .session = config.session});
  config.recipients.domains = {"localhost"};
  return config;
}

std::string DefaultConfigText() {
  Config config = DefaultConfig();
  ConfigScope scope = {
      .config = config, .session = config.session, .listener = &config.listeners.front()};
  std::string text(kOpening);
  for (const ConfigSection& section : ConfigSections()) AppendSection(text, section, scope);
  return text;
}

}  // namespace ringpost::daemon

#include "server/submission_wiring.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ringpost/filter/message_completion.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

absl::StatusOr<auth::SenderLoginMap> ReadSenderMap(const Config& config) {
  auth::SenderLoginOptions options = {.domains = DomainsOf(config.recipients),
                                      .address_rules = RulesOf(config.recipients)};
  if (config.submission.sender_map_file.empty()) return auth::SenderLoginMap(std::move(options));
  const std::string path = PathBelow(config.server, config.submission.sender_map_file);
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  return auth::SenderLoginMap::Parse(*text, path, std::move(options));
}

}  // namespace

absl::StatusOr<SenderLogins> LoadSenderLogins(const Config& config) {
  if (std::ranges::none_of(config.listeners, &ListenerConfig::is_submission)) return nullptr;
  absl::StatusOr<auth::SenderLoginMap> map = ReadSenderMap(config);
  if (!map.ok()) return map.status();
  return std::make_shared<const auth::SenderLoginMap>(*std::move(map));
}

absl::Status AddSubmissionHooks(const Config& config, const SenderLogins& sender_logins,
                                hooks::Hooks& hooks) {
  if (sender_logins == nullptr) return absl::OkStatus();
  if (hooks.authenticator == nullptr) {
    return absl::InvalidArgumentError(
        "a listener takes submissions, and nobody can log in: [auth] and [oauth] name no users");
  }
  hooks.sender_policy =
      std::make_shared<auth::SenderLoginPolicy>(sender_logins, config.submission.allow_null_sender);
  if (config.submission.add_missing_headers) {
    hooks.filters.push_back(std::make_shared<filter::MessageCompletionFilter>(HostNameOf(config)));
  }
  return absl::OkStatus();
}

}  // namespace ringpost::daemon

#include "server/config.h"

#include "ringpost/base/text.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/server/authentication.h"

namespace ringpost::daemon {
namespace {

constexpr std::string_view kActivatedPrefix = "systemd:";

}  // namespace

std::vector<std::string> AllMechanismNames() {
  std::vector<std::string> names;
  for (const sasl::Mechanism mechanism : server::MechanismsStrongestFirst()) {
    names.emplace_back(sasl::MechanismName(mechanism));
  }
  return names;
}

ListenerAuth AuthOf(const ListenerConfig& listener) {
  return listener.is_submission ? ListenerAuth::kRequired : listener.auth;
}

ListenerTls TlsOf(const ListenerConfig& listener, const TlsConfig& tls) {
  if (listener.tls != ListenerTls::kAuto) return listener.tls;
  const bool offers = listener.protocol == smtp::Protocol::kSmtp && !tls.certificates.empty();
  return offers ? ListenerTls::kStartTls : ListenerTls::kNone;
}

std::string FormatListenAddress(const ListenAddress& address) {
  if (const auto* activated = std::get_if<ActivatedSocket>(&address)) {
    return Concat(kActivatedPrefix, activated->name);
  }
  return std::get<io::SocketAddress>(address).ToString();
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  if (text.starts_with(kActivatedPrefix)) {
    const std::string_view name = text.substr(kActivatedPrefix.size());
    if (name.empty()) return absl::InvalidArgumentError("systemd: without the name of a socket");
    return ActivatedSocket{std::string(name)};
  }
  absl::StatusOr<io::SocketAddress> address = io::ParseSocketAddress(text);
  if (!address.ok()) return address.status();
  return *std::move(address);
}

}  // namespace ringpost::daemon

// OAUTHBEARER (RFC 7628) and XOAUTH2: a token that somebody else has issued.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/client.h"
#include "ringpost/sasl/internal/external.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/sasl/server.h"

namespace ringpost::sasl::internal {

class OauthServer final : public ServerMechanism {
 public:
  OauthServer(Mechanism mechanism, ServerOptions options)
      : mechanism_(mechanism), options_(std::move(options)) {}

  ServerEvent Next(std::optional<std::string_view> response) override;
  ServerEvent Answer(const ServerAnswer& answer) override;

 private:
  enum class Expected : uint8_t { kMessage, kAcknowledgement, kNothing };

  ServerEvent TakeMessage(std::string_view message);
  ServerEvent TakeFields(std::string_view fields, std::string_view user);
  std::string RefusalOfToken() const;

  const Mechanism mechanism_;
  const ServerOptions options_;
  Expected expected_ = Expected::kMessage;
  std::string message_;  // what the views of the event point to
  IdentityQuestion question_;
};

class OauthClient final : public ClientMechanism {
 public:
  OauthClient(Mechanism mechanism, ClientOptions options)
      : mechanism_(mechanism), options_(std::move(options)) {}

  std::optional<std::string> InitialResponse() override;
  // A challenge is always the refusal; it wants to be acknowledged.
  std::optional<std::string> Next(std::string_view challenge) override;
  bool is_complete() const override { return has_spoken_ && !is_refused_; }

 private:
  const Mechanism mechanism_;
  const ClientOptions options_;
  bool has_spoken_ = false;
  bool is_refused_ = false;
};

// Whether the token, the user and the host can be written down.
bool CanSayToken(Mechanism mechanism, const ClientOptions& options);

}  // namespace ringpost::sasl::internal

// PLAIN (RFC 4616) and LOGIN: the password itself goes over the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/client.h"
#include "ringpost/sasl/server.h"

namespace ringpost::sasl::internal {

// What both have: a user, a password, and the questions about them.
class PasswordQuestion {
 public:
  // `authorization` may be empty. Asks the question, or fails.
  ServerEvent Ask(std::string_view authorization, std::string_view user, std::string_view password);
  ServerEvent Answer(const ServerAnswer& answer);

 private:
  enum class Asked : uint8_t { kNothing, kPassword, kAuthorization };

  Asked asked_ = Asked::kNothing;
  Identity identity_;
  std::string password_;
};

class PlainServer final : public ServerMechanism {
 public:
  ServerEvent Next(std::optional<std::string_view> response) override;
  ServerEvent Answer(const ServerAnswer& answer) override { return question_.Answer(answer); }

 private:
  bool is_over_ = false;
  PasswordQuestion question_;
};

class LoginServer final : public ServerMechanism {
 public:
  ServerEvent Next(std::optional<std::string_view> response) override;
  ServerEvent Answer(const ServerAnswer& answer) override { return question_.Answer(answer); }

 private:
  enum class Expected : uint8_t { kStart, kUser, kPassword, kNothing };

  ServerEvent TakeUser(std::string_view user);

  Expected expected_ = Expected::kStart;
  std::string user_;
  PasswordQuestion question_;
};

class PlainClient final : public ClientMechanism {
 public:
  explicit PlainClient(ClientOptions options) : options_(std::move(options)) {}

  std::optional<std::string> InitialResponse() override;
  std::optional<std::string> Next(std::string_view) override { return std::nullopt; }
  bool is_complete() const override { return has_spoken_; }

 private:
  const ClientOptions options_;
  bool has_spoken_ = false;
};

class LoginClient final : public ClientMechanism {
 public:
  explicit LoginClient(ClientOptions options) : options_(std::move(options)) {}

  std::optional<std::string> InitialResponse() override { return std::nullopt; }
  std::optional<std::string> Next(std::string_view challenge) override;
  bool is_complete() const override { return said_count_ == 2; }

 private:
  const ClientOptions options_;
  int said_count_ = 0;
};

}  // namespace ringpost::sasl::internal

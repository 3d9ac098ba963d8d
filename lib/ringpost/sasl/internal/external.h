// EXTERNAL (RFC 4422 appendix A): the client is whom its certificate names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/client.h"
#include "ringpost/sasl/server.h"

namespace ringpost::sasl::internal {

// What EXTERNAL and the token mechanisms have: somebody else says who it is.
class IdentityQuestion {
 public:
  // Keeps whom the client claims to be (may be empty). nullopt: ask now.
  std::optional<Failed> Claim(std::string_view user);
  // The claim, as it is compared.
  std::string_view claim() const { return identity_.authorization; }
  // Refused is the mechanism's to handle as long as is_open().
  ServerEvent Answer(const ServerAnswer& answer);
  bool is_open() const { return asked_ == Asked::kIdentity; }

 private:
  enum class Asked : uint8_t { kNothing, kIdentity, kAuthorization };

  Asked asked_ = Asked::kNothing;
  Identity identity_;
};

class ExternalServer final : public ServerMechanism {
 public:
  ServerEvent Next(std::optional<std::string_view> response) override;
  ServerEvent Answer(const ServerAnswer& answer) override { return question_.Answer(answer); }

 private:
  bool is_over_ = false;
  IdentityQuestion question_;
};

class ExternalClient final : public ClientMechanism {
 public:
  explicit ExternalClient(std::string authorization) : authorization_(std::move(authorization)) {}

  std::optional<std::string> InitialResponse() override;
  std::optional<std::string> Next(std::string_view) override { return std::nullopt; }
  bool is_complete() const override { return has_spoken_; }

 private:
  const std::string authorization_;
  bool has_spoken_ = false;
};

}  // namespace ringpost::sasl::internal

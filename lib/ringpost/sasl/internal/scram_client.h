// SCRAM, the client's side (RFC 5802, RFC 7677), with and without channel binding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/client.h"

namespace ringpost::sasl::internal {

class ScramClient final : public ClientMechanism {
 public:
  ScramClient(Mechanism mechanism, ClientOptions options);

  std::optional<std::string> InitialResponse() override;
  std::optional<std::string> Next(std::string_view challenge) override;
  bool is_complete() const override { return expected_ == Expected::kNothing && is_proved_; }

 private:
  enum class Expected : uint8_t { kFirst, kFinal, kNothing };

  std::optional<std::string> TakeFirst(std::string_view message);
  std::optional<std::string> TakeFinal(std::string_view message);

  const ClientOptions options_;
  Expected expected_ = Expected::kFirst;
  std::string gs2_header_;
  std::string binding_octets_;
  std::string first_bare_;
  std::string server_signature_;
  bool is_proved_ = false;
};

}  // namespace ringpost::sasl::internal

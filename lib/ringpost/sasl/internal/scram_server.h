// SCRAM, the server's side (RFC 5802, RFC 7677), with and without channel binding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/internal/scram_messages.h"
#include "ringpost/sasl/server.h"

namespace ringpost::sasl::internal {

class ScramServer final : public ServerMechanism {
 public:
  ScramServer(Mechanism mechanism, ServerOptions options);

  ServerEvent Next(std::optional<std::string_view> response) override;
  ServerEvent Answer(const ServerAnswer& answer) override;

 private:
  enum class Expected : uint8_t {
    kFirst,
    kKeys,  // an answer
    kFinal,
    kAuthorization,  // an answer
    kAcknowledgement,
    kNothing,
  };

  ServerEvent TakeFirst(std::string_view message);
  std::optional<FailureReason> AgreeOnBinding(const Gs2Header& header);
  ServerEvent TakeKeys(const ServerAnswer& answer);
  ServerEvent TakeFinal(std::string_view message);
  bool IsProof(std::string_view proof, std::string_view auth_message) const;
  ServerEvent TakeAuthorization(const ServerAnswer& answer);
  ServerEvent SayServerFinal();

  const Mechanism mechanism_;
  const ServerOptions options_;
  Expected expected_ = Expected::kFirst;
  Identity identity_;
  std::string channel_binding_;  // what "c=" must be
  std::string nonce_;            // the client's and ours
  std::string auth_message_;     // as far as it is known
  ScramKeys keys_;
  bool user_is_known_ = false;
};

}  // namespace ringpost::sasl::internal

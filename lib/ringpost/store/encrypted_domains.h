// EncryptedDomains: domains whose mail is taken from encrypted sessions alone. In front of the
// validators that know who lives there, so that a session in plain does not learn that either.
//
//   hooks.recipient_validators = {std::make_shared<EncryptedDomains>(domains), whoever_knows_them};
//
// A recipient at one of them is refused with 550 5.7.10 in a plain session, and left to the others
// in an encrypted one. Threads: any; it does not change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ringpost/hooks/recipient_validator.h"

namespace ringpost::store {

class EncryptedDomains final : public hooks::RecipientValidator {
 public:
  explicit EncryptedDomains(const std::vector<std::string>& domains);

  Task<void> OnRecipients(const hooks::Context& context, const smtp::Envelope& envelope,
                          std::span<const smtp::Recipient> recipients,
                          std::span<hooks::Verdict> verdicts) override;

 private:
  bool Has(std::string_view domain) const;

  const std::vector<std::string> domains_;
};

}  // namespace ringpost::store

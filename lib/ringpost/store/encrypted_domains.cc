#include "ringpost/store/encrypted_domains.h"

#include <algorithm>

#include "ringpost/base/ascii.h"

namespace ringpost::store {
namespace {

constexpr smtp::Reply kEncryptionNeeded =
    smtp::Reply::Fixed(550, {5, 7, 10}, "Encryption needed: use STARTTLS");

}  // namespace

EncryptedDomains::EncryptedDomains(const std::vector<std::string>& domains) : domains_(domains) {}

Task<void> EncryptedDomains::OnRecipients(const hooks::Context& context, const smtp::Envelope&,
                                          std::span<const smtp::Recipient> recipients,
                                          std::span<hooks::Verdict> verdicts) {
  for (size_t i = 0; i < recipients.size() && context.session.security == nullptr; ++i) {
    if (Has(recipients[i].mailbox.domain)) verdicts[i] = hooks::Verdict::Reject(kEncryptionNeeded);
  }
  return ReadyTask();
}

bool EncryptedDomains::Has(std::string_view domain) const {
  return std::ranges::any_of(
      domains_, [domain](const std::string& ours) { return EqualsIgnoreCase(ours, domain); });
}

}  // namespace ringpost::store

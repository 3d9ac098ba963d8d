#include "ringpost/store/local_recipients.h"

#include <utility>
#include <variant>

#include "ringpost/base/text.h"

namespace ringpost::store {
namespace {

absl::Status Invalid(std::string_view kind, std::string_view text, std::string_view problem) {
  return absl::InvalidArgumentError(Concat(kind, " \"", text, "\" ", problem));
}

hooks::Verdict VerdictOf(LocalRecipients::Standing standing) {
  switch (standing) {
    case LocalRecipients::Standing::kOurs:
      break;
    case LocalRecipients::Standing::kNoSuchMailbox:
      return hooks::Verdict::Reject(smtp::Reply::Fixed(550, {5, 1, 1}, "no such mailbox"));
    case LocalRecipients::Standing::kNotOurDomain:
      return hooks::Verdict::Reject(smtp::Reply::Fixed(550, {5, 7, 1}, "relaying denied"));
  }
  return hooks::Verdict::Accept();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LocalRecipients>> LocalRecipients::Create(
    LocalRecipientsOptions options) {
  std::shared_ptr<LocalRecipients> made(new LocalRecipients());
  made->rules_ = std::move(options.address_rules);
  made->aliases_ = std::move(options.aliases);
  for (const std::string& domain : options.domains) {
    if (absl::Status status = made->AddDomain(domain); !status.ok()) return status;
  }
  for (const std::string& recipient : options.recipients) {
    if (absl::Status status = made->AddRecipient(recipient); !status.ok()) return status;
  }
  const absl::Status status = made->aliases_.CheckDomains([&](std::string_view domain) {
    const std::optional<LocalAddress> at = LocalAddress::Make("", domain, made->rules_);
    return at.has_value() && made->domains_.contains(at->domain());
  });
  if (!status.ok()) return status;
  return made;
}

absl::Status LocalRecipients::AddDomain(std::string_view domain) {
  if (!smtp::IsDomain(domain, {.allow_utf8 = true}) && !smtp::IsAddressLiteral(domain)) {
    return Invalid("domain", domain, "is neither a domain name nor an address literal");
  }
  const std::optional<LocalAddress> folded = LocalAddress::Make("", domain, rules_);
  if (!folded.has_value()) return Invalid("domain", domain, "is too long");
  if (domains_.empty()) first_domain_ = std::string(folded->domain());
  domains_.insert(std::string(folded->domain()));
  return absl::OkStatus();
}

absl::Status LocalRecipients::AddRecipient(std::string_view recipient) {
  // A bare local part is read as one at a domain that is replaced by nothing below.
  const bool has_domain = recipient.find('@') != recipient.npos;
  const std::string text = has_domain ? std::string(recipient) : Concat(recipient, "@x");
  const auto parsed = smtp::ParseMailbox(text, {.allow_utf8 = true});
  const auto* const mailbox = std::get_if<smtp::Mailbox>(&parsed);
  const std::optional<LocalAddress> address =
      mailbox == nullptr ? std::nullopt : LocalAddress::FromMailbox(*mailbox, rules_);
  if (!address.has_value()) return Invalid("recipient", recipient, "is no address");
  if (!has_domain) {
    listed_names_.insert(std::string(address->local_part()));
  } else if (domains_.contains(address->domain())) {
    listed_addresses_.insert(std::string(address->text()));
  } else {
    return Invalid("recipient", recipient, "is at no domain of ours");
  }
  return absl::OkStatus();
}

LocalRecipients::Standing LocalRecipients::StandingOf(const smtp::Mailbox& recipient) const {
  const std::optional<LocalAddress> address = AddressOf(recipient);
  if (!address.has_value()) return Standing::kNoSuchMailbox;
  if (!domains_.contains(address->domain())) return Standing::kNotOurDomain;
  const bool takes_all = listed_addresses_.empty() && listed_names_.empty();
  const bool is_ours = takes_all || recipient.is_postmaster() || IsListed(*address) ||
                       aliases_.HasAlias(*address) || aliases_.HasCatchAll(address->domain());
  return is_ours ? Standing::kOurs : Standing::kNoSuchMailbox;
}

bool LocalRecipients::AppendMailboxes(const smtp::Mailbox& recipient,
                                      std::vector<LocalAddress>& mailboxes) const {
  const std::optional<LocalAddress> address = AddressOf(recipient);
  if (!address.has_value()) return false;
  aliases_.Expand(*address, /*through_catch_all=*/!IsListed(*address), mailboxes);
  return true;
}

std::optional<LocalAddress> LocalRecipients::AddressOf(const smtp::Mailbox& recipient) const {
  if (!recipient.is_postmaster()) return LocalAddress::FromMailbox(recipient, rules_);
  // In any case one mailbox, whatever the rules say of others.
  const bool is_bare = recipient.domain.empty();
  return LocalAddress::Make("postmaster", is_bare ? first_domain_ : recipient.domain, rules_);
}

bool LocalRecipients::IsListed(const LocalAddress& address) const {
  const auto is_listed = [this](const LocalAddress& exact) {
    return listed_addresses_.contains(exact.text()) || listed_names_.contains(exact.local_part());
  };
  return is_listed(address) || (address.has_tag() && is_listed(address.WithoutTag()));
}

Task<void> LocalRecipientValidator::OnRecipients(const hooks::Context&, const smtp::Envelope&,
                                                 std::span<const smtp::Recipient> recipients,
                                                 std::span<hooks::Verdict> verdicts) {
  for (size_t i = 0; i < recipients.size(); ++i) {
    verdicts[i] = VerdictOf(recipients_->StandingOf(recipients[i].mailbox));
  }
  return ReadyTask();
}

}  // namespace ringpost::store

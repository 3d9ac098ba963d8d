// LocalRecipients: which recipients are ours, and the mailboxes behind each.
//
//   absl::StatusOr<std::shared_ptr<const LocalRecipients>> recipients =
//       LocalRecipients::Create({.domains = {"example.org"}});
//   hooks.recipient_validators.push_back(LocalRecipientValidator(*recipients));
//   hooks.store = MaildirStore({..., .recipients = *recipients});
//
// What is at a domain of ours is ours: every local part when no recipients are listed, else those
// listed and those with an alias. A catch-all (Aliases) takes the rest of its domain. Postmaster is
// ours at each of our domains, and bare (RFC 5321 §4.5.1). Without a domain nothing is ours,
// postmaster included.
//
// The validator decides for every recipient: 550 5.1.1 for a mailbox that is not there, 550 5.7.1
// for what is not at our domains. In a chain it stands last. Threads: immutable, so the shards may
// share one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/hooks/recipient_validator.h"
#include "ringpost/store/aliases.h"
#include "ringpost/store/local_address.h"

namespace ringpost::store {

struct LocalRecipientsOptions {
  // Names, in each form in which they are to be taken (see LocalAddress), or address literals with
  // their brackets. Bare <postmaster> belongs to the first.
  std::vector<std::string> domains = {};
  // local_part, at every domain, or local_part@domain. A sub-address belongs to its user.
  std::vector<std::string> recipients = {};
  Aliases aliases = {};
  AddressRules address_rules = {};
};

class LocalRecipients {
 public:
  // InvalidArgument: a domain or recipient that cannot be one, a recipient or an alias target that
  // is at no domain of ours.
  static absl::StatusOr<std::shared_ptr<const LocalRecipients>> Create(
      LocalRecipientsOptions options);

  enum class Standing : uint8_t { kOurs, kNoSuchMailbox, kNotOurDomain };
  // No allocation where there is no alias file and the local part is not quoted.
  Standing StandingOf(const smtp::Mailbox& recipient) const;

  // Appends the mailboxes behind `recipient` that are not in `mailboxes` yet. A recipient that is
  // not ours (another validator took it) has its own address. False when it has none: it is longer
  // than an address can be.
  bool AppendMailboxes(const smtp::Mailbox& recipient, std::vector<LocalAddress>& mailboxes) const;

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

  LocalRecipients() = default;
  absl::Status AddDomain(std::string_view domain);
  absl::Status AddRecipient(std::string_view recipient);

  std::optional<LocalAddress> AddressOf(const smtp::Mailbox& recipient) const;
  bool IsListed(const LocalAddress& address) const;

  TextSet domains_;
  TextSet listed_addresses_;
  TextSet listed_names_;
  std::string first_domain_;
  Aliases aliases_;
  AddressRules rules_;
};

class LocalRecipientValidator final : public hooks::RecipientValidator {
 public:
  explicit LocalRecipientValidator(std::shared_ptr<const LocalRecipients> recipients)
      : recipients_(std::move(recipients)) {}

  Task<void> OnRecipients(const hooks::Context& context, const smtp::Envelope& envelope,
                          std::span<const smtp::Recipient> recipients,
                          std::span<hooks::Verdict> verdicts) override;

 private:
  std::shared_ptr<const LocalRecipients> recipients_;
};

}  // namespace ringpost::store

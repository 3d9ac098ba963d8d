// SenderLoginMap: which senders each identity may use, and the SenderPolicy that goes by it
// (RFC 6409 §6.1). The map is read from a file in the form of store/table_file.h:
//
//   sales@example.org: alice, bob     who may send as this address
//   @lists.example: archive           as any other address of this domain
//   noreply@example.org: *            whoever has logged in
//
// The most specific line counts, and it alone: user+tag@domain, user@domain, @domain. Besides, each
// identity may send as its own address: an identity with a domain is one, one without has one at
// each domain of ours; with a tag too. Identities are compared letter by letter, senders as the
// address rules say.
//
// Errors: InvalidArgument "FILE:LINE: what". Threads: immutable, so the shards may share one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/hooks/sender_policy.h"
#include "ringpost/smtp/path.h"
#include "ringpost/store/local_address.h"
#include "ringpost/store/table_file.h"

namespace ringpost::auth {

struct SenderLoginOptions {
  // Of ours, in each form in which they are to be taken (see LocalAddress).
  std::vector<std::string> domains = {};
  store::AddressRules address_rules = {};
};

class SenderLoginMap {
 public:
  // Without a file: own addresses alone.
  explicit SenderLoginMap(SenderLoginOptions options);
  // `file_name` is for messages.
  static absl::StatusOr<SenderLoginMap> Parse(std::string_view text, std::string_view file_name,
                                              SenderLoginOptions options);

  bool MaySend(std::string_view identity, const smtp::Mailbox& sender) const;

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Identities = std::vector<std::string>;
  using IdentitiesByKey = std::unordered_map<std::string, Identities, TextHash, std::equal_to<>>;

  absl::Status AddEntry(const store::TableEntry& entry, std::string_view file_name);
  bool IsOwnAddress(std::string_view identity, const store::LocalAddress& sender) const;
  const Identities* FindIdentities(const store::LocalAddress& sender) const;

  SenderLoginOptions options_;
  IdentitiesByKey by_address_;  // local_part@domain
  IdentitiesByKey by_domain_;
};

// Asks for sessions of submission listeners, and for whoever has logged in elsewhere: 530 5.7.0
// before authentication, 553 5.7.1 for a sender that is not the identity's. Others it lets pass.
class SenderLoginPolicy final : public hooks::SenderPolicy {
 public:
  // `allows_null_sender`: for notifications that a mail program sends (RFC 8098 §3).
  SenderLoginPolicy(std::shared_ptr<const SenderLoginMap> map, bool allows_null_sender)
      : map_(std::move(map)), allows_null_sender_(allows_null_sender) {}

  Task<hooks::Verdict> OnSender(const hooks::Context& context,
                                const smtp::Envelope& envelope) override;

 private:
  hooks::Verdict VerdictOf(std::string_view identity, const smtp::ReversePath& sender) const;

  const std::shared_ptr<const SenderLoginMap> map_;
  const bool allows_null_sender_;
};

}  // namespace ringpost::auth

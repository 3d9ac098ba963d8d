#include "ringpost/auth/sender_login_map.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "ringpost/auth/internal/user_name.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::auth {

using hooks::Verdict;
using smtp::Reply;
using store::LocalAddress;

namespace {

constexpr std::string_view kEveryIdentity = "*";
constexpr Reply kAuthenticationRequired = Reply::Fixed(530, {5, 7, 0}, "Authentication required");
constexpr Reply kNotYourSender =
    Reply::Fixed(553, {5, 7, 1}, "Sender address rejected: not owned by the user who logged in");
constexpr Reply kNoNullSender =
    Reply::Fixed(553, {5, 7, 1}, "Sender address rejected: the null sender is not for submission");

bool IsDomain(std::string_view text) {
  return smtp::IsDomain(text, {.allow_utf8 = true}) || smtp::IsAddressLiteral(text);
}

}  // namespace

SenderLoginMap::SenderLoginMap(SenderLoginOptions options) : options_(std::move(options)) {}

absl::StatusOr<SenderLoginMap> SenderLoginMap::Parse(std::string_view text,
                                                     std::string_view file_name,
                                                     SenderLoginOptions options) {
  SenderLoginMap map(std::move(options));
  absl::Status status = store::ReadTable(
      text, file_name, "sender: identity, ...",
      [&](const store::TableEntry& entry) { return map.AddEntry(entry, file_name); });
  if (!status.ok()) return status;
  return map;
}

absl::Status SenderLoginMap::AddEntry(const store::TableEntry& entry, std::string_view file_name) {
  const auto error = [&](std::string_view problem) {
    return store::TableError(file_name, entry.line, problem);
  };
  const bool is_domain = entry.key.starts_with('@');
  const auto mailbox = smtp::ParseMailbox(entry.key, {.allow_utf8 = true});
  const auto* const sender = std::get_if<smtp::Mailbox>(&mailbox);
  const bool is_good = is_domain ? IsDomain(entry.key.substr(1)) : sender != nullptr;
  const std::optional<LocalAddress> address =
      is_domain ? LocalAddress::Make({}, entry.key.substr(1), options_.address_rules)
      : is_good ? LocalAddress::FromMailbox(*sender, options_.address_rules)
                : std::nullopt;
  if (!is_good || !address.has_value()) {
    return error(Concat("\"", entry.key, "\" is none of name@domain, @domain"));
  }
  IdentitiesByKey& table = is_domain ? by_domain_ : by_address_;
  const auto [found, is_new] =
      table.try_emplace(std::string(is_domain ? address->domain() : address->text()));
  if (!is_new) return error(Concat("there is a line for ", entry.key, " already"));
  for (const std::string_view identity : entry.values) {
    if (!internal::IsUserName(identity)) return error("an identity cannot have this name");
    found->second.emplace_back(identity);
  }
  return absl::OkStatus();
}

bool SenderLoginMap::MaySend(std::string_view identity, const smtp::Mailbox& sender) const {
  const std::optional<LocalAddress> address =
      LocalAddress::FromMailbox(sender, options_.address_rules);
  if (!address.has_value()) return false;
  if (IsOwnAddress(identity, *address)) return true;
  const Identities* const identities = FindIdentities(*address);
  return identities != nullptr &&
         std::ranges::any_of(*identities, [identity](const std::string& named) {
           return named == identity || named == kEveryIdentity;
         });
}

bool SenderLoginMap::IsOwnAddress(std::string_view identity, const LocalAddress& sender) const {
  const size_t at = identity.rfind('@');
  const bool has_domain = at != identity.npos;
  if (!has_domain && std::ranges::none_of(options_.domains, [&](const std::string& domain) {
        return EqualsIgnoreCase(domain, sender.domain());
      })) {
    return false;
  }
  const std::optional<LocalAddress> own = LocalAddress::Make(
      identity.substr(0, at), has_domain ? identity.substr(at + 1) : sender.domain(),
      options_.address_rules);
  return own.has_value() && (*own == sender || *own == sender.WithoutTag());
}

const SenderLoginMap::Identities* SenderLoginMap::FindIdentities(const LocalAddress& sender) const {
  if (const auto found = by_address_.find(sender.text()); found != by_address_.end()) {
    return &found->second;
  }
  if (sender.has_tag()) {
    const LocalAddress whole = sender.WithoutTag();
    if (const auto found = by_address_.find(whole.text()); found != by_address_.end()) {
      return &found->second;
    }
  }
  const auto found = by_domain_.find(sender.domain());
  return found == by_domain_.end() ? nullptr : &found->second;
}

Task<Verdict> SenderLoginPolicy::OnSender(const hooks::Context& context,
                                          const smtp::Envelope& envelope) {
  const hooks::SessionView& session = context.session;
  const bool is_ours_to_judge = session.is_submission || !session.authorization.empty();
  return ReadyTask(is_ours_to_judge ? VerdictOf(session.authorization, envelope.sender)
                                    : Verdict::Continue());
}

Verdict SenderLoginPolicy::VerdictOf(std::string_view identity,
                                     const smtp::ReversePath& sender) const {
  if (identity.empty()) return Verdict::Reject(kAuthenticationRequired);
  if (sender.is_null()) {
    return allows_null_sender_ ? Verdict::Continue() : Verdict::Reject(kNoNullSender);
  }
  return map_->MaySend(identity, *sender.mailbox) ? Verdict::Continue()
                                                  : Verdict::Reject(kNotYourSender);
}

}  // namespace ringpost::auth

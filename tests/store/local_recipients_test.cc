#include "ringpost/store/local_recipients.h"

#include <gtest/gtest.h>

#include <memory_resource>

#include "ringpost/coro/sync_wait.h"

namespace ringpost::store {
namespace {

using Standing = LocalRecipients::Standing;

std::shared_ptr<const LocalRecipients> Created(LocalRecipientsOptions options) {
  auto created = LocalRecipients::Create(std::move(options));
  EXPECT_TRUE(created.ok()) << created.status();
  return created.ok() ? *created : nullptr;
}

std::string CreateError(LocalRecipientsOptions options) {
  return std::string(LocalRecipients::Create(std::move(options)).status().message());
}

Aliases AliasesOf(std::string_view text) { return *Aliases::Parse(text, "aliases", {}); }

// "local@domain", or a bare local part.
smtp::Mailbox MailboxOf(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == text.npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

Standing StandingOf(const LocalRecipients& recipients, std::string_view text) {
  return recipients.StandingOf(MailboxOf(text));
}

std::string MailboxesOf(const LocalRecipients& recipients, std::string_view text) {
  std::vector<LocalAddress> mailboxes;
  EXPECT_TRUE(recipients.AppendMailboxes(MailboxOf(text), mailboxes));
  std::string joined;
  for (const LocalAddress& mailbox : mailboxes) {
    if (!joined.empty()) joined += ' ';
    joined += mailbox.text();
  }
  return joined;
}

TEST(LocalRecipients, OwnNothingWithoutADomain) {
  const auto recipients = Created({});
  EXPECT_EQ(StandingOf(*recipients, "john@example.org"), Standing::kNotOurDomain);
  EXPECT_EQ(StandingOf(*recipients, "postmaster@example.org"), Standing::kNotOurDomain);
  EXPECT_EQ(StandingOf(*recipients, "postmaster"), Standing::kNotOurDomain);
}

TEST(LocalRecipients, OwnEveryLocalPartOfTheirDomains) {
  const auto recipients = Created({.domains = {"Example.org", "example.net"}});
  EXPECT_EQ(StandingOf(*recipients, "john@EXAMPLE.ORG"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "\"a b\"@example.net"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "john@example.com"), Standing::kNotOurDomain);
  EXPECT_EQ(StandingOf(*recipients, "john@sub.example.org"), Standing::kNotOurDomain);
  EXPECT_EQ(StandingOf(*recipients, "john%example.com@example.net.evil"), Standing::kNotOurDomain);
}

TEST(LocalRecipients, OwnOnlyTheListedWhereThereIsAList) {
  const auto recipients = Created({.domains = {"a.example", "b.example"},
                                   .recipients = {"john", "jane@a.example", "\"o p\"@b.example"}});
  EXPECT_EQ(StandingOf(*recipients, "John@a.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "john@b.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "john+lists@b.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "jane@a.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "jane@b.example"), Standing::kNoSuchMailbox);
  EXPECT_EQ(StandingOf(*recipients, "\"o\\ p\"@b.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "joe@a.example"), Standing::kNoSuchMailbox);
  EXPECT_EQ(StandingOf(*recipients, "john@c.example"), Standing::kNotOurDomain);
}

TEST(LocalRecipients, TellCaseApartWhereTheRulesDo) {
  const auto recipients = Created({.domains = {"a.example"},
                                   .recipients = {"John"},
                                   .address_rules = {.fold_local_part = false}});
  EXPECT_EQ(StandingOf(*recipients, "John@A.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "john@a.example"), Standing::kNoSuchMailbox);
  EXPECT_EQ(StandingOf(*recipients, "PostMaster@a.example"), Standing::kOurs);
  EXPECT_EQ(MailboxesOf(*recipients, "PostMaster@a.example"), "postmaster@a.example");
}

TEST(LocalRecipients, AlwaysOwnPostmaster) {
  const auto recipients = Created({.domains = {"a.example", "b.example"}, .recipients = {"john"}});
  EXPECT_EQ(StandingOf(*recipients, "postmaster@b.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "POSTMASTER"), Standing::kOurs);
  EXPECT_EQ(MailboxesOf(*recipients, "Postmaster"), "postmaster@a.example");
  EXPECT_EQ(MailboxesOf(*recipients, "Postmaster@b.example"), "postmaster@b.example");
}

TEST(LocalRecipients, OwnAliasesAndWhatACatchAllTakes) {
  const auto recipients = Created({.domains = {"a.example", "b.example"},
                                   .recipients = {"john"},
                                   .aliases = AliasesOf("sales: john\n@b.example: jane\n")});
  EXPECT_EQ(StandingOf(*recipients, "sales@a.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "joe@a.example"), Standing::kNoSuchMailbox);
  EXPECT_EQ(StandingOf(*recipients, "joe@b.example"), Standing::kOurs);
  EXPECT_EQ(MailboxesOf(*recipients, "sales@a.example"), "john@a.example");
  EXPECT_EQ(MailboxesOf(*recipients, "joe@b.example"), "jane@b.example");
  EXPECT_EQ(MailboxesOf(*recipients, "john@b.example"), "john@b.example");
}

TEST(LocalRecipients, TakeAddressLiteralsAsDomains) {
  const auto recipients = Created({.domains = {"a.example", "[192.0.2.1]"}});
  EXPECT_EQ(StandingOf(*recipients, "john@[192.0.2.1]"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "john@[192.0.2.2]"), Standing::kNotOurDomain);
}

TEST(LocalRecipients, CompareULabelsOctetByOctet) {
  const auto recipients = Created({.domains = {"b\xc3\xbc\x63her.example"}});
  EXPECT_EQ(StandingOf(*recipients, "j@B\xc3\xbc\x43HER.example"), Standing::kOurs);
  EXPECT_EQ(StandingOf(*recipients, "j@B\xc3\x9c\x43HER.example"), Standing::kNotOurDomain);
}

TEST(LocalRecipients, GiveForeignRecipientsTheirOwnMailbox) {
  const auto recipients = Created({.domains = {"a.example"}});
  EXPECT_EQ(MailboxesOf(*recipients, "john@other.example"), "john@other.example");
}

TEST(LocalRecipients, HaveNoMailboxForAnOverlongAddress) {
  const auto recipients = Created({.domains = {"a.example"}});
  const std::string address = std::string(65, 'l') + "@a.example";
  std::vector<LocalAddress> mailboxes;
  EXPECT_EQ(StandingOf(*recipients, address), Standing::kNoSuchMailbox);
  EXPECT_FALSE(recipients->AppendMailboxes(MailboxOf(address), mailboxes));
}

TEST(LocalRecipients, RefuseWhatCannotBeMeant) {
  EXPECT_EQ(CreateError({.domains = {"no domain"}}),
            "domain \"no domain\" is neither a domain name nor an address literal");
  EXPECT_EQ(CreateError({.domains = {"a.example"}, .recipients = {"john@b.example"}}),
            "recipient \"john@b.example\" is at no domain of ours");
  EXPECT_EQ(CreateError({.domains = {"a.example"}, .recipients = {"two words"}}),
            "recipient \"two words\" is no address");
  EXPECT_EQ(CreateError({.domains = {"a.example"}, .aliases = AliasesOf("x: y@b.example")}),
            "aliases:1: the target y@b.example is at no domain of ours; mail is not forwarded");
}

}  // namespace
}  // namespace ringpost::store

#include "ringpost/store/mailbox_path.h"

#include <gtest/gtest.h>

#include <map>

#include "ringpost/base/random.h"

namespace ringpost::store {
namespace {

LocalAddress Address(std::string_view local_part, std::string_view domain = "example.org") {
  return *LocalAddress::Make(local_part, domain, {});
}

std::string Folder(std::string_view path, const LocalAddress& address) {
  return MailboxPath::Parse(path)->FolderOf(address);
}

std::string ParseError(std::string_view path) {
  return std::string(MailboxPath::Parse(path).status().message());
}

TEST(MailboxPath, FillsInThePlaceholders) {
  const LocalAddress address = Address("John+Lists", "Example.org");
  EXPECT_EQ(Folder("/var/mail/{domain}/{user}", address), "/var/mail/example.org/john");
  EXPECT_EQ(Folder("./mail/{local}", address), "./mail/john+lists");
  EXPECT_EQ(Folder("{address}", address), "john+lists@example.org");
  EXPECT_EQ(Folder("m/{user}@{domain}/.{tag}/", address), "m/john@example.org/.lists");
}

TEST(MailboxPath, TakesATemplateWithoutPlaceholders) {
  EXPECT_EQ(Folder("/var/mail/all/", Address("john")), "/var/mail/all");
}

TEST(MailboxPath, LeavesAnEmptyTagOut) {
  EXPECT_EQ(Folder("/m/{user}/.{tag}", Address("john")), "/m/john/.");
}

TEST(MailboxPath, LetsNoValueLeaveItsPlace) {
  const std::string_view path = "/m/{domain}/{user}";
  EXPECT_EQ(Folder(path, Address("../../etc")), "/m/example.org/%2E.%2F..%2Fetc");
  EXPECT_EQ(Folder(path, Address("..")), "/m/example.org/%2E.");
  EXPECT_EQ(Folder(path, Address(".")), "/m/example.org/%2E");
  EXPECT_EQ(Folder(path, Address(".hidden")), "/m/example.org/%2Ehidden");
  EXPECT_EQ(Folder(path, Address("a/b")), "/m/example.org/a%2Fb");
  EXPECT_EQ(Folder(path, Address(std::string_view("a\0b\n\x7f", 5))), "/m/example.org/a%00b%0A%7F");
  EXPECT_EQ(Folder("/m/{user}/.{tag}", Address("john+../x")), "/m/john/.%2E.%2Fx");
}

TEST(MailboxPath, GivesAnEmptyValueAPlace) {
  EXPECT_EQ(Folder("/m/{domain}/{user}", Address("")), "/m/example.org/%");
  EXPECT_EQ(Folder("{domain}/{user}", Address("john", "")), "%/john");
}

TEST(MailboxPath, KeepsWhatLooksEncodedApart) {
  const std::string_view path = "/m/{user}";
  EXPECT_EQ(Folder(path, Address("a%2fb")), "/m/a%252fb");
  EXPECT_NE(Folder(path, Address("a/b")), Folder(path, Address("a%2fb")));
  EXPECT_NE(Folder(path, Address("")), Folder(path, Address("%")));
}

TEST(MailboxPath, CutsValuesThatAreTooLongForAFileName) {
  const std::string domain(smtp::kLongestDomain, 'd');
  const std::string folder = Folder("/m/{address}", Address(std::string(64, '/'), domain));
  size_t start = 0;
  for (size_t end; start < folder.size(); start = end + 1) {
    end = std::min(folder.find('/', start), folder.size());
    EXPECT_LE(end - start, 255u);
  }
  EXPECT_NE(folder.find("%+/"), folder.npos);
}

TEST(MailboxPath, NeverGivesTwoMailboxesOneFolder) {
  Random random(3);
  constexpr std::string_view kAlphabet = "ab./%2+F\n";
  const absl::StatusOr<MailboxPath> path = MailboxPath::Parse("/m/{domain}/{local}");
  std::map<std::string, std::string> owners;
  for (int round = 0; round < 20000; ++round) {
    std::string local_part;
    for (uint64_t i = random.Below(65); i > 0; --i) {
      local_part += kAlphabet[random.Below(kAlphabet.size())];
    }
    const LocalAddress address = Address(local_part, random.OneIn(2) ? "a" : "b");
    const auto [owner, is_new] =
        owners.try_emplace(path->FolderOf(address), std::string(address.text()));
    EXPECT_EQ(owner->second, address.text());
    EXPECT_EQ(owner->first.find("/."), std::string::npos) << owner->first;
  }
}

TEST(MailboxPath, KnowsWhereTheFixedPartEnds) {
  const auto fixed = [](std::string_view path) { return MailboxPath::Parse(path)->fixed_folder(); };
  EXPECT_EQ(fixed("/var/mail/{domain}/{user}"), "/var/mail");
  EXPECT_EQ(fixed("/var/mail/x-{user}"), "/var/mail");
  EXPECT_EQ(fixed("{user}"), ".");
  EXPECT_EQ(fixed("/{user}"), "/");
  EXPECT_EQ(fixed("/var/mail/all"), "/var/mail");
}

TEST(MailboxPath, KnowsHowDeepMailboxesLie) {
  const auto depth = [](std::string_view path) { return MailboxPath::Parse(path)->depth(); };
  EXPECT_EQ(depth("/var/mail/{domain}/{user}"), 2u);
  EXPECT_EQ(depth("{domain}/{user}/.{tag}"), 3u);
  EXPECT_EQ(depth("/{user}"), 1u);
  EXPECT_EQ(depth("/var/mail/all"), 1u);
}

TEST(MailboxPath, RefusesTemplatesThatCannotBeMeant) {
  EXPECT_EQ(ParseError(""), "mailbox path \"\": names no folder");
  EXPECT_EQ(ParseError("/"), "mailbox path \"/\": names no folder");
  EXPECT_EQ(ParseError("/m/{name}"),
            "mailbox path \"/m/{name}\": {name} is none of {user}, {tag}, {local}, {domain}, "
            "{address}");
  EXPECT_EQ(ParseError("/m/{user"), "mailbox path \"/m/{user\": a placeholder is not closed");
  EXPECT_EQ(ParseError("/m/../{user}"), "mailbox path \"/m/../{user}\": must not go up by \"..\"");
  EXPECT_EQ(ParseError("/m/{user}/{tag}"),
            "mailbox path \"/m/{user}/{tag}\": {tag} cannot be a folder of its own; write .{tag}");
}

}  // namespace
}  // namespace ringpost::store

#include "ringpost/store/local_address.h"

#include <gtest/gtest.h>

namespace ringpost::store {
namespace {

LocalAddress Address(std::string_view local_part, std::string_view domain,
                     const AddressRules& rules = {}) {
  return *LocalAddress::Make(local_part, domain, rules);
}

TEST(LocalAddress, FoldsDomainAndLocalPart) {
  EXPECT_EQ(Address("John", "Example.ORG").text(), "john@example.org");
  EXPECT_EQ(Address("John", "Example.ORG", {.fold_local_part = false}).text(), "John@example.org");
}

TEST(LocalAddress, FoldsAsciiAlone) {
  EXPECT_EQ(Address("J\xc3\x96RG", "B\xc3\x9c\x43HER.example").text(),
            "j\xc3\x96rg@b\xc3\x9c\x63her.example");
}

TEST(LocalAddress, SplitsOffTheTag) {
  const LocalAddress address = Address("john+lists", "example.org");
  EXPECT_EQ(address.local_part(), "john+lists");
  EXPECT_EQ(address.user(), "john");
  EXPECT_EQ(address.tag(), "lists");
  EXPECT_EQ(address.domain(), "example.org");
  EXPECT_EQ(address.WithoutTag().text(), "john@example.org");
  EXPECT_FALSE(address.WithoutTag().has_tag());
}

TEST(LocalAddress, SplitsAtTheFirstOfSeveralSeparators) {
  const AddressRules rules = {.tag_separators = "-+"};
  EXPECT_EQ(Address("john+a-b", "x", rules).user(), "john");
  EXPECT_EQ(Address("john-a+b", "x", rules).tag(), "a+b");
}

TEST(LocalAddress, HasNoTagWhereThereIsNoUserBeforeIt) {
  EXPECT_EQ(Address("+lists", "x").user(), "+lists");
  EXPECT_FALSE(Address("+lists", "x").has_tag());
  EXPECT_EQ(Address("++lists", "x").user(), "+");
}

TEST(LocalAddress, KnowsAnEmptyTag) {
  const LocalAddress address = Address("john+", "x");
  EXPECT_TRUE(address.has_tag());
  EXPECT_EQ(address.tag(), "");
  EXPECT_EQ(address.user(), "john");
}

TEST(LocalAddress, HasNoTagsWithoutSeparators) {
  EXPECT_EQ(Address("john+lists", "x", {.tag_separators = ""}).user(), "john+lists");
}

TEST(LocalAddress, IsWithoutQuotes) {
  const auto quoted = LocalAddress::FromMailbox({"\"John\"", "x"}, {});
  EXPECT_EQ(*quoted, Address("john", "x"));
  const auto escaped = LocalAddress::FromMailbox({"\"a\\ b\"", "x"}, {});
  EXPECT_EQ(escaped->local_part(), "a b");
}

TEST(LocalAddress, MovesToAnotherDomain) {
  const LocalAddress moved = *Address("john+lists", "old").AtDomain("NEW.example");
  EXPECT_EQ(moved.text(), "john+lists@new.example");
  EXPECT_EQ(moved.user(), "john");
}

TEST(LocalAddress, TakesTheLongestAndNothingLonger) {
  const std::string local_part(smtp::kLongestLocalPart, 'l');
  const std::string domain(smtp::kLongestDomain, 'd');
  EXPECT_EQ(Address(local_part, domain).text(), local_part + "@" + domain);
  EXPECT_FALSE(LocalAddress::Make(local_part + "l", domain, {}).has_value());
  EXPECT_FALSE(LocalAddress::Make(local_part, domain + "d", {}).has_value());
  EXPECT_FALSE(Address("a", "b").AtDomain(domain + "d").has_value());
}

}  // namespace
}  // namespace ringpost::store

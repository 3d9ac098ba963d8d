#include "ringpost/store/encrypted_domains.h"

#include <memory_resource>

#include "store_fixture.h"

namespace ringpost::store {
namespace {

class EncryptedDomainsTest : public StoreTest {
 protected:
  std::vector<uint16_t> CodesFor(std::vector<std::string_view> domains) {
    std::vector<smtp::Recipient> recipients(domains.size());
    for (size_t i = 0; i < domains.size(); ++i) recipients[i].mailbox = {"anna", domains[i]};
    std::vector<hooks::Verdict> verdicts(domains.size());
    const smtp::Envelope envelope{std::pmr::get_default_resource()};
    RunTask(shard_, validator_.OnRecipients(Context(), envelope, recipients, verdicts));
    std::vector<uint16_t> codes;
    for (const hooks::Verdict& verdict : verdicts) {
      codes.push_back(verdict.is_decisive() ? verdict.reply()->code() : uint16_t{0});
    }
    return codes;
  }

  EncryptedDomains validator_{{"Secret.example", "b.example"}};
};

TEST_F(EncryptedDomainsTest, RefusesTheirRecipientsInAPlainSession) {
  EXPECT_EQ(CodesFor({"secret.EXAMPLE", "open.example", "b.example", "x.b.example", ""}),
            (std::vector<uint16_t>{550, 0, 550, 0, 0}));
}

TEST_F(EncryptedDomainsTest, LeavesThemToOthersInAnEncryptedOne) {
  const net::SecurityFacts facts = {.version = "TLSv1.3"};
  session_.security = &facts;
  EXPECT_EQ(CodesFor({"secret.example", "b.example"}), (std::vector<uint16_t>{0, 0}));
}

}  // namespace
}  // namespace ringpost::store

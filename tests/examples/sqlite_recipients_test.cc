#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <optional>

#include "example_process.h"

namespace ringpost::example {
namespace {

class SqliteRecipients : public testing::Test {
 protected:
  SqliteRecipients() {
    std::string name = std::filesystem::temp_directory_path() / "ringpost-sqlite-XXXXXX";
    folder_ = mkdtemp(name.data());
    Execute("CREATE TABLE mailboxes (address TEXT PRIMARY KEY COLLATE NOCASE)");
    Execute("INSERT INTO mailboxes VALUES ('jane@example.org'), ('Joe@example.org')");
    server_.emplace(SQLITE_RECIPIENTS,
                    std::vector<std::string>{folder_ / "mailboxes.db", "127.0.0.1:0"});
  }
  ~SqliteRecipients() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Execute(const char* statement) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "mailboxes.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, statement, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  std::filesystem::path folder_;
  std::optional<ExampleProcess> server_;
};

TEST_F(SqliteRecipients, KnowsTheMailboxesOfTheDatabase) {
  SmtpClient client(*server_);
  EXPECT_TRUE(client.SendMessage("JANE@example.org", "\r\n").starts_with("250 "));
  EXPECT_EQ(client.SendMessage("nobody@example.org", ""), "550 5.1.1 no such mailbox");
  Execute("INSERT INTO mailboxes VALUES ('nobody@example.org')");
  EXPECT_TRUE(client.SendMessage("nobody@example.org", "\r\n").starts_with("250 "));
}

TEST_F(SqliteRecipients, AsksOnceForABatch) {
  SmtpClient client(*server_);
  client.Ask("EHLO client.example");
  client.Send(
      "MAIL FROM:<>\r\nRCPT TO:<jane@example.org>\r\nRCPT TO:<no@example.org>\r\n"
      "RCPT TO:<joe@example.org>\r\nNOOP\r\n");
  EXPECT_TRUE(client.NextReply().starts_with("250 "));
  EXPECT_TRUE(client.NextReply().starts_with("250 "));
  EXPECT_EQ(client.NextReply(), "550 5.1.1 no such mailbox");
  EXPECT_TRUE(client.NextReply().starts_with("250 "));
  EXPECT_TRUE(client.NextReply().starts_with("250 "));
  EXPECT_EQ(server_->NextLine(), "asking for 3");
}

TEST_F(SqliteRecipients, DefersWhileTheDatabaseFails) {
  Execute("DROP TABLE mailboxes");
  SmtpClient client(*server_);
  EXPECT_TRUE(client.SendMessage("jane@example.org", "").starts_with("451 4.3.0 "));
}

}  // namespace
}  // namespace ringpost::example

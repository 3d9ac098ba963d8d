#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "example_process.h"

namespace ringpost::example {
namespace {

class HeaderTagger : public testing::Test {
 protected:
  HeaderTagger() {
    std::string name = std::filesystem::temp_directory_path() / "ringpost-tagger-XXXXXX";
    folder_ = mkdtemp(name.data());
    server_.emplace(HEADER_TAGGER, std::vector<std::string>{folder_, "127.0.0.1:0", "example.org"});
  }
  ~HeaderTagger() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  // What lies in jane's Maildir when `message` was taken, from the client's own first field on.
  std::string Stored(std::string_view message) {
    SmtpClient client(*server_);
    EXPECT_TRUE(client.SendMessage("jane@example.org", message).starts_with("250 "));
    std::filesystem::directory_iterator messages(folder_ / "jane/new");
    std::ifstream file(messages->path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const size_t received = content.find("Received:");
    size_t end = content.find("\r\n", received);
    while (content.substr(end + 2, 1) == "\t") end = content.find("\r\n", end + 2);
    return content.substr(end + 2);
  }

  std::filesystem::path folder_;
  std::optional<ExampleProcess> server_;
};

TEST_F(HeaderTagger, MarksSpam) {
  EXPECT_EQ(Stored("From: a@b\r\nSubject: Get FREE\r\n Money now\r\n\r\nbody\r\n"),
            "From: a@b\r\nSubject: Get FREE\r\n Money now\r\nX-Spam-Flag: YES\r\n\r\nbody\r\n");
}

TEST_F(HeaderTagger, LeavesOtherMailAsItIs) {
  EXPECT_EQ(Stored("Subject: hello\r\n\r\nfree money\r\n"), "Subject: hello\r\n\r\nfree money\r\n");
}

TEST_F(HeaderTagger, BelievesNoFlagOfTheSender) {
  EXPECT_EQ(Stored("X-Spam-Flag: NO\r\nSubject: hello\r\n\r\nbody\r\n"),
            "Subject: hello\r\n\r\nbody\r\n");
}

}  // namespace
}  // namespace ringpost::example

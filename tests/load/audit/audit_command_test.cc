#include "load/audit/audit_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "load/audit/content.h"
#include "load/audit/journal_writer.h"
#include "load/audit/message_id.h"
#include "ringpost/base/text.h"
#include "temporary_folder.h"

namespace ringpost::load {
namespace {

using ::testing::HasSubstr;

struct Output {
  int exit_code = 0;
  std::string out = {};
  std::string error = {};
};

class AuditCommand : public ::testing::Test {
 protected:
  // One message for two recipients, of which one has a Maildir, and an mbox.
  AuditCommand() {
    auto journal = *JournalWriter::Create(folder_.Path("run"), 0, {.run = 1});
    journal->Sent(1, ContentOf("\r\nhi\r\n"), {});
    journal->Accepted(1, 2, {});
    EXPECT_TRUE(journal->Close().ok());
    const std::string message = Concat(FormatIdLine({.run = 1, .number = 1}), "\nhi\n");
    folder_.Write("mail/new/1", message);
    folder_.Write("mbox", Concat("From a@b\n", message, "\n"));
    folder_.Write("export/1", message);
  }

  Output Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), folder_.Path("run"));
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Output output = {.exit_code = AuditMain(arguments)};
    output.out = ::testing::internal::GetCapturedStdout();
    output.error = ::testing::internal::GetCapturedStderr();
    return output;
  }

  TemporaryFolder folder_;
};

TEST_F(AuditCommand, WantsACopyForEachRecipientInMaildirs) {
  const Output output = Run({"--maildir", folder_.Path("mail")});
  EXPECT_EQ(output.exit_code, kAuditFailedExitCode);
  EXPECT_THAT(output.out, HasSubstr("lost 1: accepted at 0.000 s, found 1 of 2 copies"));
  EXPECT_EQ(Run({"--maildir", folder_.Path("mail"), "--copies", "any"}).exit_code, 0);
  EXPECT_EQ(Run({"--maildir", folder_.Path("mail"), "--copies", "message"}).exit_code, 0);
}

TEST_F(AuditCommand, WantsOneCopyElsewhere) {
  const std::vector<std::vector<std::string>> places = {{"--mbox", folder_.Path("mbox")},
                                                        {"--sink-dump", folder_.Path("mbox")},
                                                        {"--sink-dump", folder_.Path("mail")},
                                                        {"--folder", folder_.Path("export")}};
  for (const std::vector<std::string>& arguments : places) {
    const Output output = Run(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.out << output.error;
    EXPECT_THAT(output.out, HasSubstr("every accepted message is there, once and whole"));
  }
}

TEST_F(AuditCommand, AddsSourcesUp) {
  const Output output = Run({"--maildir", folder_.Path("mail"), "--mbox", folder_.Path("mbox")});
  EXPECT_EQ(output.exit_code, 0) << output.out;
}

TEST_F(AuditCommand, WritesJsonAndFindings) {
  Run({"--maildir", folder_.Path("mail"), "--json", folder_.Path("json"), "--findings",
       folder_.Path("findings"), "--list", "0"});
  const auto read = [](const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_THAT(read(folder_.Path("json")), HasSubstr("\"findings\": []"));
  EXPECT_THAT(read(folder_.Path("json")), HasSubstr("\"lost\": 1"));
  EXPECT_THAT(read(folder_.Path("findings")), HasSubstr("lost 1"));
}

TEST_F(AuditCommand, SaysWhatItCannotDo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes = {
      {{}, "where is the mail?"},
      {{"--maildir", folder_.Path("nowhere")}, "nowhere: No such file"},
      {{"--mbox", folder_.Path("mbox"), "--copies", "many"}, "--copies"},
      {{"--mbox", folder_.Path("mbox"), "--json", "/proc/x"}, "/proc/x: cannot be written"},
      {{"--unknown"}, "--unknown"}};
  for (const auto& [arguments, expected] : mistakes) {
    const Output output = Run(arguments);
    EXPECT_EQ(output.exit_code, kAuditImpossibleExitCode);
    EXPECT_THAT(output.error, HasSubstr(expected));
  }
}

TEST_F(AuditCommand, HasHelp) {
  const Output output = Run({"--help"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out, HasSubstr("Examples:"));
}

}  // namespace
}  // namespace ringpost::load

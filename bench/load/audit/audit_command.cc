#include "load/audit/audit_command.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "CLI/CLI.hpp"
#include "load/audit/audit.h"
#include "load/audit/folder_source.h"
#include "load/audit/mbox_source.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr const char* kDescription =
    "ringpost-load audit: was every 250 kept?\n"
    "\n"
    "Compares the journal of a run with --audit DIR with the mail that the server kept. Nothing\n"
    "should be delivered, read or moved about there meanwhile.";

constexpr const char* kFooter =
    "Exit code: 0 when every accepted message is there, once and whole; 1 when one is lost, "
    "duplicated\n"
    "or damaged; 2 when that cannot be said, since not all could be read.\n"
    "\n"
    "Examples:\n"
    "  ringpost-load smtp://127.0.0.1:2525 --duration 10s --audit run1\n"
    "  ringpost-load audit run1 --maildir /srv/mail\n"
    "  ringpost-load audit run1 --mbox /var/mail/load --copies message --json audit.json";

struct AuditArguments {
  std::string journal_folder;
  std::vector<std::string> maildirs;
  std::vector<std::string> mboxes;
  std::vector<std::string> folders;
  std::vector<std::string> sink_dumps;
  std::string copies;
  size_t listed_count = 20;
  std::string json_path;
  std::string findings_path;

  size_t source_count() const {
    return maildirs.size() + mboxes.size() + folders.size() + sink_dumps.size();
  }
};

void AddOptions(CLI::App& app, AuditArguments& arguments) {
  app.add_option("journal", arguments.journal_folder, "The folder that --audit named in the run")
      ->type_name("DIR")
      ->required();
  app.add_option("--maildir", arguments.maildirs,
                 "Every Maildir at or below PATH; may be given again, as the next ones may")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--mbox", arguments.mboxes, "Messages in one file")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--folder", arguments.folders, "Every file at or below PATH, a message in each")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--sink-dump", arguments.sink_dumps,
                 "What ringpost-sink --dump wrote: a Maildir or an mbox")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--copies", arguments.copies,
                 "How often a message for several recipients is to be there: for each `recipient` "
                 "(the default of --maildir), once a `message` (of all others), or `any`: at least "
                 "once, and once in a mailbox")
      ->type_name("RULE")
      ->check(CLI::IsMember({"recipient", "message", "any"}));
  app.add_option("--list", arguments.listed_count, "Findings of each kind to print")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--findings", arguments.findings_path, "Write every finding to FILE, one a line")
      ->type_name("FILE");
  app.add_option("--json", arguments.json_path, "Write the result to FILE")->type_name("FILE");
}

Copies CopiesOf(const AuditArguments& arguments) {
  if (arguments.copies == "any") return Copies::kAny;
  if (arguments.copies == "message") return Copies::kMessage;
  // A server that keeps a file for each recipient is the only one that can be held to it.
  const bool is_of_recipients = arguments.copies == "recipient" || !arguments.maildirs.empty();
  return is_of_recipients ? Copies::kRecipient : Copies::kMessage;
}

std::unique_ptr<MessageSource> SinkDump(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return std::make_unique<MboxSource>(path);
  return std::make_unique<FolderSource>(path, FolderSource::Layout::kMaildirs);
}

AuditOptions OptionsOf(const AuditArguments& arguments) {
  AuditOptions options = {.journal_folder = arguments.journal_folder,
                          .copies = CopiesOf(arguments),
                          .listed_count = arguments.listed_count,
                          .findings_path = arguments.findings_path};
  auto& sources = options.sources;
  for (const std::string& path : arguments.maildirs) {
    sources.push_back(std::make_unique<FolderSource>(path, FolderSource::Layout::kMaildirs));
  }
  for (const std::string& path : arguments.mboxes) {
    sources.push_back(std::make_unique<MboxSource>(path));
  }
  for (const std::string& path : arguments.folders) {
    sources.push_back(std::make_unique<FolderSource>(path, FolderSource::Layout::kFiles));
  }
  for (const std::string& path : arguments.sink_dumps) sources.push_back(SinkDump(path));
  return options;
}

int Fail(const std::string& message) {
  std::fprintf(stderr, "ringpost-load audit: %s\n", message.c_str());
  return kAuditImpossibleExitCode;
}

bool WriteFile(const std::string& path, const std::string& text) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return false;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && is_written;
}

}  // namespace

int AuditMain(const std::vector<std::string>& arguments) {
  AuditArguments parsed;
  CLI::App app(kDescription, "ringpost-load audit");
  app.footer(kFooter);
  AddOptions(app, parsed);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kAuditImpossibleExitCode;
  }
  if (parsed.source_count() == 0) {
    return Fail("where is the mail? Give --maildir, --mbox, --folder or --sink-dump");
  }

  const absl::StatusOr<Audit> audit = RunAudit(OptionsOf(parsed));
  if (!audit.ok()) return Fail(std::string(audit.status().message()));
  std::fputs(FormatText(audit->results, audit->listed).c_str(), stdout);
  if (!parsed.json_path.empty() &&
      !WriteFile(parsed.json_path, FormatJson(audit->results, audit->listed))) {
    return Fail(Concat(parsed.json_path, ": cannot be written"));
  }
  return audit->results.is_good() ? 0 : kAuditFailedExitCode;
}

}  // namespace ringpost::load

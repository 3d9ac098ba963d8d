#include "server/user_command.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/auth/secret_file.h"
#include "ringpost/auth/user_entry.h"
#include "ringpost/auth/users_text.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/scram_keys.h"
#include "server/edited_file.h"
#include "server/terminal.h"

namespace ringpost::daemon {
namespace {

constexpr int kFailureExitCode = 1;
constexpr int kUsageExitCode = 2;

constexpr const char* kExamples =
    "Examples:\n"
    "  ringpost user add --file /etc/ringpost/users alice      asks for the password, twice\n"
    "  pwgen -s 24 1 | ringpost user passwd --file /etc/ringpost/users robot\n"
    "  ringpost user list --file /etc/ringpost/users\n"
    "  ringpost user remove --file /etc/ringpost/users alice\n"
    "\n"
    "A running ringpostd reads its users file anew when it gets HUP.";

struct UserArguments {
  std::string file;
  std::string name;
  auth::NewUserOptions options;
};

// What a hash of a users file is called.
std::string_view SchemeOf(std::string_view hash) {
  if (hash.empty()) return "no-password";
  if (hash.starts_with("$y$")) return "yescrypt";
  return hash.starts_with("$6$") ? "sha512" : "bcrypt";
}

std::string DescribeUser(const auth::UserEntry& entry) {
  std::string line = Concat(entry.name, '\t', SchemeOf(entry.password_hash));
  if (entry.scram_sha1.has_value()) line += " scram-sha-1";
  if (entry.scram_sha256.has_value()) line += " scram-sha-256";
  if (entry.is_locked) line += " locked";
  return line;
}

// --- The commands
// ---------------------------------------------------------------------------------

absl::StatusOr<auth::UserEntry> AskForUser(const UserArguments& arguments) {
  const absl::StatusOr<std::string> name = auth::PrepareUserName(arguments.name);
  if (!name.ok()) return name.status();
  const absl::StatusOr<std::string> password = AskPassword(Concat("password of ", *name));
  if (!password.ok()) return password.status();
  return auth::MakeUserEntry(*name, *password, arguments.options);
}

absl::Status SetUser(const UserArguments& arguments, bool is_new) {
  const absl::StatusOr<auth::UserEntry> entry = AskForUser(arguments);
  if (!entry.ok()) return entry.status();
  const auto missing = is_new ? MissingFile::kIsCreated : MissingFile::kIsAnError;
  return EditFile(arguments.file, missing, [&](std::string& content) -> absl::Status {
    auth::UsersText text(content);
    if (is_new && text.Contains(entry->name)) {
      return absl::AlreadyExistsError(Concat(entry->name, " is a user already (see passwd)"));
    }
    if (!is_new && !text.Contains(entry->name)) {
      return absl::NotFoundError(Concat(entry->name, " is no user (see add)"));
    }
    text.Set(*entry);
    content = text.text();
    return absl::OkStatus();
  });
}

absl::Status AddUser(const UserArguments& arguments) { return SetUser(arguments, true); }
absl::Status ChangePassword(const UserArguments& arguments) { return SetUser(arguments, false); }

absl::Status RemoveUser(const UserArguments& arguments) {
  const auto missing = MissingFile::kIsAnError;
  return EditFile(arguments.file, missing, [&](std::string& content) -> absl::Status {
    auth::UsersText text(content);
    if (!text.Remove(arguments.name)) {
      return absl::NotFoundError(Concat(arguments.name, " is no user"));
    }
    content = text.text();
    return absl::OkStatus();
  });
}

absl::Status ListUsers(const UserArguments& arguments) {
  const absl::StatusOr<std::string> content = auth::ReadSecretFile(arguments.file);
  if (!content.ok()) return content.status();
  std::string_view rest = *content;
  for (size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const absl::StatusOr<auth::UserEntry> entry = auth::ParseUserEntry(line);
    if (!entry.ok()) {
      return absl::InvalidArgumentError(
          Concat(arguments.file, ":", number, ": ", std::string(entry.status().message())));
    }
    std::puts(DescribeUser(*entry).c_str());
  }
  return absl::OkStatus();
}

// --- The command line
// -----------------------------------------------------------------------------

using Command = absl::Status (*)(const UserArguments&);

CLI::App* AddCommand(CLI::App& app, const char* name, const char* description,
                     UserArguments& arguments, Command command, Command& chosen) {
  CLI::App* const added = app.add_subcommand(name, description);
  added->add_option("--file", arguments.file, "The users file")->required()->type_name("FILE");
  added->callback([command, &chosen] { chosen = command; });
  added->set_help_flag("--help,-h", "Print this, and end");
  return added;
}

void AddName(CLI::App& command, UserArguments& arguments) {
  command.add_option("name", arguments.name, "The user")->required()->type_name("NAME");
}

void AddPasswordOptions(CLI::App& command, UserArguments& arguments) {
  static const std::map<std::string, crypto::PasswordScheme> kSchemes = {
      {"yescrypt", crypto::PasswordScheme::kYescrypt},
      {"bcrypt", crypto::PasswordScheme::kBcrypt},
      {"sha512", crypto::PasswordScheme::kSha512}};
  command
      .add_option_function<std::string>(
          "--hash",
          [&arguments](const std::string& name) { arguments.options.scheme = kSchemes.at(name); },
          "yescrypt (the default), bcrypt or sha512")
      ->check(CLI::IsMember({"yescrypt", "bcrypt", "sha512"}))
      ->type_name("KIND");
  command.add_flag_callback(
      "--no-scram", [&arguments] { arguments.options.has_scram = false; },
      "Keep no keys for SCRAM: the user can log in by PLAIN and LOGIN alone");
  command
      .add_option("--iterations", arguments.options.scram_iteration_count,
                  "For SCRAM's keys; 10000 if nothing else is said")
      ->check(CLI::Range(sasl::kLeastScramIterations, sasl::kMostScramIterations))
      ->type_name("N");
}

}  // namespace

int RunUserCommand(int argc, const char* const* argv) {
  UserArguments arguments;
  Command chosen = nullptr;
  CLI::App app("Edits the users file of ringpostd.", "ringpost user");
  app.footer(kExamples);
  app.require_subcommand(1);
  app.set_help_flag("--help,-h", "Print this, and end");
  CLI::App* const add =
      AddCommand(app, "add", "Add a user; asks for a password", arguments, AddUser, chosen);
  CLI::App* const change =
      AddCommand(app, "passwd", "Give a user another password", arguments, ChangePassword, chosen);
  CLI::App* const remove =
      AddCommand(app, "remove", "Remove a user", arguments, RemoveUser, chosen);
  AddCommand(app, "list", "Print the users, and what each can log in by", arguments, ListUsers,
             chosen);
  for (CLI::App* const command : {add, change}) AddPasswordOptions(*command, arguments);
  for (CLI::App* const command : {add, change, remove}) AddName(*command, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageExitCode;
  }
  const absl::Status status = chosen(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "ringpost user: %s\n", std::string(status.message()).c_str());
  return kFailureExitCode;
}

}  // namespace ringpost::daemon

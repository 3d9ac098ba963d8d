#include "ringpost/auth/users_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "../hooks/hook_fixture.h"
#include "ringpost/auth/users_text.h"
#include "ringpost/base/text.h"
#include "ringpost/coro/when_all.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/sasl/client.h"
#include "ringpost/server/authentication.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::auth {
namespace {

using sasl::Mechanism;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RunTask;

std::string LineOf(std::string_view name, std::string_view password,
                   const NewUserOptions& options = {.scheme = crypto::PasswordScheme::kSha512}) {
  return Concat(FormatUserEntry(*MakeUserEntry(name, password, options)), '\n');
}

std::shared_ptr<const Users> Parse(std::string_view text) {
  absl::StatusOr<Users> users = Users::Parse(text, "users");
  EXPECT_TRUE(users.ok()) << users.status();
  return std::make_shared<const Users>(*std::move(users));
}

std::string ErrorOf(std::string_view text) {
  return std::string(Users::Parse(text, "users").status().message());
}

TEST(Users, AreFoundByName) {
  const auto users = Parse(Concat("# ours\n\n", LineOf("alice", "pencil"), "bob:*\n"));
  EXPECT_EQ(users->size(), 2u);
  ASSERT_NE(users->Find("alice"), nullptr);
  EXPECT_NE(users->Find("bob"), nullptr);
  EXPECT_EQ(users->Find("Alice"), nullptr);
  EXPECT_EQ(users->Find("# ours"), nullptr);
}

TEST(Users, WhoIsLockedIsNotThere) { EXPECT_EQ(Parse("alice:!*\n")->Find("alice"), nullptr); }

TEST(Users, ALastLineNeedsNoEnd) { EXPECT_NE(Parse("alice:*")->Find("alice"), nullptr); }

TEST(Users, ErrorsNameFileAndLine) {
  EXPECT_THAT(ErrorOf("# one\nalice:*\nbob:secret\n"), HasSubstr("users:3: the password hash"));
  EXPECT_EQ(ErrorOf("alice:*\nbob:*\nalice:*\n"), "users:3: alice is a user already, in line 1");
}

TEST(Users, ServeWhatTheirEntriesHave) {
  EXPECT_TRUE(Parse(LineOf("alice", "pencil"))->abilities().scram_sha256);
  EXPECT_TRUE(Parse(LineOf("alice", "pencil"))->abilities().passwords);
  const auto plain = Parse(
      LineOf("alice", "pencil", {.scheme = crypto::PasswordScheme::kSha512, .has_scram = false}));
  EXPECT_FALSE(plain->abilities().scram_sha1);
  EXPECT_FALSE(plain->abilities().scram_sha256);
  EXPECT_FALSE(plain->abilities().tokens);
  EXPECT_FALSE(plain->abilities().certificates);
}

// So that AUTH is there before the first user is.
TEST(Users, NobodyIsAskedForPasswordsToo) { EXPECT_TRUE(Parse("")->abilities().passwords); }

TEST(Users, TellUnknownNamesTheUsualIterationCount) {
  const auto line = [](std::string_view name, uint32_t iteration_count) {
    return LineOf(
        name, "pencil",
        {.scheme = crypto::PasswordScheme::kSha512, .scram_iteration_count = iteration_count});
  };
  const auto users = Parse(Concat(line("a", 5000), line("b", 6000), line("c", 6000)));
  EXPECT_EQ(users->abilities().scram_iteration_count, 6000u);
}

// Of a file with several kinds, the time would tell else.
TEST(Users, StandInsAreOfEveryKindAndTheSameForOneName) {
  const auto users = Parse(Concat(
      LineOf("alice", "pencil", {.scheme = crypto::PasswordScheme::kSha512, .has_scram = false}),
      LineOf("bob", "pencil", {.scheme = crypto::PasswordScheme::kYescrypt, .has_scram = false})));
  std::set<std::string> kinds;
  for (int i = 0; i < 100; ++i) {
    const std::string name = Concat("nobody", i);
    EXPECT_EQ(users->StandInHash(name), users->StandInHash(name));
    kinds.insert(users->StandInHash(name).substr(0, 3));
  }
  EXPECT_THAT(kinds, ElementsAre("$6$", "$y$"));
}

class ReadUsersFileTest : public ::testing::Test {
 protected:
  ReadUsersFileTest() {
    std::string name = std::filesystem::temp_directory_path() / "ringpost-users-XXXXXX";
    folder_ = mkdtemp(name.data());
    path_ = folder_ / "users";
  }
  ~ReadUsersFileTest() override { std::filesystem::remove_all(folder_); }

  void Write(std::string_view text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(ReadUsersFileTest, ReadsThem) {
  Write("alice:*\n");
  const auto users = ReadUsersFile(path_);
  ASSERT_TRUE(users.ok()) << users.status();
  EXPECT_NE((*users)->Find("alice"), nullptr);
}

TEST_F(ReadUsersFileTest, TellsWhereAnErrorIs) {
  Write("alice:*\nbob\n");
  EXPECT_THAT(std::string(ReadUsersFile(path_).status().message()),
              HasSubstr(Concat(path_.string(), ":2: ")));
}

TEST_F(ReadUsersFileTest, RefusesAFileThatOthersMayRead) {
  for (const mode_t mode : {0644u, 0604u, 0660u, 0602u, 0777u}) {
    Write("alice:*\n", mode);
    EXPECT_THAT(std::string(ReadUsersFile(path_).status().message()),
                HasSubstr("it may be 0640 at most"))
        << mode;
  }
  for (const mode_t mode : {0600u, 0640u, 0400u, 0440u}) {
    Write("", 0600);
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_TRUE(ReadUsersFile(path_).ok()) << mode;
  }
}

TEST_F(ReadUsersFileTest, RefusesWhatIsNoFile) {
  EXPECT_TRUE(absl::IsNotFound(ReadUsersFile(path_).status()));
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(std::string(ReadUsersFile(path_).status().message()), HasSubstr("is no file"));
  EXPECT_THAT(std::string(ReadUsersFile(folder_).status().message()), HasSubstr("is no file"));
}

// --- The authenticator
// ------------------------------------------------------------------------------------------------

class UsersFileAuthenticatorTest : public ::testing::Test {
 protected:
  UsersFileAuthenticatorTest() : reactor_(*io::CreateUringReactor({})), shard_(*reactor_, 0, 1) {}

  hooks::Context Context() {
    return {shard_, session_, {.deadline = shard_.Now() + absl::Minutes(1)}};
  }

  // Says yes to "pencil", and remembers which hashes it was asked for.
  UsersFileAuthenticator::PasswordCheck Recorder() {
    return [this](std::string_view hash, std::string_view password) {
      const std::lock_guard lock(mutex_);
      hashes_.emplace_back(hash);
      return password == "pencil";
    };
  }

  std::unique_ptr<io::Reactor> reactor_;
  io::Shard shard_;
  std::mutex mutex_;
  std::vector<std::string> hashes_;
  std::shared_ptr<const Users> users_ =
      Parse(Concat(LineOf("alice", "pencil"), "robot:*\n", "carol:!",
                   LineOf("carol", "pencil").substr(std::string_view("carol:").size())));
  std::shared_ptr<io::OffloadPool> hashing_ =
      std::make_shared<io::OffloadPool>(io::OffloadPool::Options{.thread_count = 1});
  hooks::SessionView session_ = hooks::PlainSession();
};

TEST_F(UsersFileAuthenticatorTest, KnowsItsUsersByTheirPasswords) {
  UsersFileAuthenticator authenticator(users_, hashing_);
  const auto ask = [&](std::string_view user, std::string_view password) {
    return *RunTask(shard_, authenticator.OnPassword(Context(), user, password));
  };
  EXPECT_EQ(ask("alice", "pencil"), "alice");
  EXPECT_EQ(ask("alice", "rubber"), std::nullopt);
  EXPECT_EQ(ask("alice", ""), std::nullopt);
  EXPECT_EQ(ask("nobody", "pencil"), std::nullopt);
  EXPECT_EQ(ask("robot", "pencil"), std::nullopt);
  EXPECT_EQ(ask("carol", "pencil"), std::nullopt);
}

// The count, not the time: what takes the same is the same work.
TEST_F(UsersFileAuthenticatorTest, ComputesExactlyOneHashForWhoeverAsks) {
  UsersFileAuthenticator authenticator(users_, hashing_, Recorder());
  for (const std::string_view user : {"alice", "nobody", "robot", "carol"}) {
    for (const std::string_view password : {"pencil", "rubber"}) {
      hashes_.clear();
      const auto answer = RunTask(shard_, authenticator.OnPassword(Context(), user, password));
      const bool is_right = user == "alice" && password == "pencil";
      EXPECT_EQ(answer->has_value(), is_right) << user << " " << password;
      EXPECT_THAT(hashes_, ElementsAre(users_->Find("alice")->password_hash)) << user;
    }
  }
}

TEST_F(UsersFileAuthenticatorTest, GivesTheKeysOfScram) {
  UsersFileAuthenticator authenticator(users_, hashing_);
  const auto ask = [&](std::string_view user, Mechanism mechanism) {
    return *RunTask(shard_, authenticator.OnScram(Context(), user, mechanism));
  };
  EXPECT_EQ(ask("alice", Mechanism::kScramSha256)->stored_key,
            users_->Find("alice")->scram_sha256->stored_key);
  EXPECT_EQ(ask("alice", Mechanism::kScramSha1Plus)->stored_key,
            users_->Find("alice")->scram_sha1->stored_key);
  EXPECT_FALSE(ask("nobody", Mechanism::kScramSha256).has_value());
  EXPECT_FALSE(ask("robot", Mechanism::kScramSha256).has_value());
  EXPECT_FALSE(ask("carol", Mechanism::kScramSha256).has_value());
}

// One login is hashed, one waits, and the shard goes on.
TEST_F(UsersFileAuthenticatorTest, AFloodIsToldToComeBack) {
  std::mutex mutex;
  std::condition_variable changed;
  int hashing_count = 0;
  bool may_go_on = false;
  auto narrow = std::make_shared<io::OffloadPool>(
      io::OffloadPool::Options{.thread_count = 1, .queue_limit = 1});
  UsersFileAuthenticator authenticator(users_, narrow, [&](std::string_view, std::string_view) {
    std::unique_lock lock(mutex);
    ++hashing_count;
    changed.notify_all();
    changed.wait(lock, [&] { return may_go_on; });
    return true;
  });
  std::vector<absl::StatusOr<std::optional<std::string>>> answers;
  const auto login = [](UsersFileAuthenticator& asked, hooks::Context context,
                        std::vector<absl::StatusOr<std::optional<std::string>>>& into) -> Task<> {
    into.push_back(co_await asked.OnPassword(context, "alice", "pencil"));
  };
  const ScopedRunQueue scoped(shard_.run_queue());
  const auto turn = [&] { shard_.Turn(shard_.Now() + absl::Milliseconds(1)); };

  shard_.scope().Spawn(login(authenticator, Context(), answers));
  turn();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return hashing_count == 1; });
  }
  shard_.scope().Spawn(login(authenticator, Context(), answers));
  for (int i = 0; i < 10; ++i) shard_.scope().Spawn(login(authenticator, Context(), answers));
  turn();
  ASSERT_EQ(answers.size(), 10u);
  for (const auto& answer : answers) EXPECT_TRUE(absl::IsResourceExhausted(answer.status()));

  {
    const std::lock_guard lock(mutex);
    may_go_on = true;
  }
  changed.notify_all();
  testing::RunUntil(shard_, [&] { return answers.size() == 12; });
  EXPECT_EQ(*answers[10], "alice");
  EXPECT_EQ(*answers[11], "alice");
}

// Over the whole exchange, with the client's side of each mechanism.
TEST_F(UsersFileAuthenticatorTest, EveryMechanismThatItServesLogsIn) {
  auto authenticator = std::make_shared<UsersFileAuthenticator>(users_, hashing_);
  server::SharedAuthentication shared;
  server::AuthenticationEnvironment environment{.shared = shared};
  const sasl::ChannelBindings bindings = {.tls_server_end_point = "hash of a certificate"};
  const auto talk = [&](Mechanism mechanism, std::string user, std::string password) {
    const bool is_sha1 =
        mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
    const auto client = sasl::MakeClient(
        mechanism, {.user = std::move(user),
                    .password = std::move(password),
                    .channel_bindings = bindings,
                    .server_offers_channel_binding = sasl::BindsChannel(mechanism),
                    .hash = &crypto::HashFunctionsOf(is_sha1 ? crypto::HashAlgorithm::kSha1
                                                             : crypto::HashAlgorithm::kSha256),
                    .nonce = "fyko+d2lbbFgONRv9qkxdawL"});
    server::Authentication exchange(environment, authenticator, mechanism, bindings,
                                    sasl::BindsChannel(mechanism));
    std::optional<std::string> response = client->InitialResponse();
    server::AuthenticationStep step = RunTask(shard_, exchange.Next(Context(), response));
    while (step.challenge.has_value()) {
      response = client->Next(*step.challenge);
      step = RunTask(shard_, exchange.Next(Context(), response.value_or("")));
    }
    return Concat(step.reply->code(), ' ', step.identity.authentication);
  };
  for (const Mechanism mechanism :
       {Mechanism::kPlain, Mechanism::kLogin, Mechanism::kScramSha1, Mechanism::kScramSha1Plus,
        Mechanism::kScramSha256, Mechanism::kScramSha256Plus}) {
    EXPECT_EQ(talk(mechanism, "alice", "pencil"), "235 alice") << sasl::MechanismName(mechanism);
    EXPECT_EQ(talk(mechanism, "alice", "rubber"), "535 ") << sasl::MechanismName(mechanism);
    EXPECT_EQ(talk(mechanism, "carol", "pencil"), "535 ") << sasl::MechanismName(mechanism);
  }
}

}  // namespace
}  // namespace ringpost::auth

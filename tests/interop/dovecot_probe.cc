// Asks a real Dovecot by DovecotAuthenticator: for dovecot_auth_test.py.
//
//   dovecot_probe unix:/run/dovecot/auth-client <<'END'
//   password alice secret
//   token alice abc.def
//   END
//
// All lines are asked at the same time. For each, in order, it prints "accepted NAME", "refused" or
// "error WHY".
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "ringpost/auth/dovecot_authenticator.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/net/security_facts.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::auth {
namespace {

struct Question {
  std::string kind;
  std::string user;
  std::string secret;
  std::string outcome = {};
};

std::vector<Question> ReadQuestions() {
  std::vector<Question> questions;
  for (std::string line; std::getline(std::cin, line);) {
    Question question;
    std::istringstream words(line);
    words >> question.kind >> question.user >> question.secret;
    questions.push_back(std::move(question));
  }
  return questions;
}

std::string Describe(const hooks::AuthenticatedUser& user) {
  if (!user.ok()) return "error " + std::string(user.status().message());
  return user->has_value() ? "accepted " + **user : "refused";
}

Task<void> Ask(DovecotAuthenticator& authenticator, hooks::Context context, Question& question) {
  if (question.kind == "password") {
    question.outcome =
        Describe(co_await authenticator.OnPassword(context, question.user, question.secret));
  } else {
    question.outcome = Describe(
        co_await authenticator.OnToken(context, {.token = question.secret, .user = question.user}));
  }
}

int Run(const char* address) {
  std::vector<Question> questions = ReadQuestions();
  const absl::StatusOr<io::SocketAddress> dovecot = io::ParseSocketAddress(address);
  absl::StatusOr<std::unique_ptr<io::Reactor>> reactor = io::CreateUringReactor({});
  if (!dovecot.ok() || !reactor.ok()) {
    std::cerr << dovecot.status() << ' ' << reactor.status() << '\n';
    return 1;
  }
  io::Shard shard(**reactor, /*index=*/0,
                  /*seed=*/static_cast<uint64_t>((*reactor)->Now().nanoseconds));
  const ScopedRunQueue scoped(shard.run_queue());
  const io::SocketAddress client = *io::ParseSocketAddress("192.0.2.7:40000");
  const io::SocketAddress server = *io::ParseSocketAddress("192.0.2.1:587");
  const net::SecurityFacts facts;
  const hooks::SessionView session = {.id = "PROBE",
                                      .client = client,
                                      .server = server,
                                      .connected_at = {},
                                      .protocol = smtp::Protocol::kSmtp,
                                      .hello_name = "probe.test",
                                      .protocol_keyword = "ESMTPS",
                                      .security = &facts};
  {
    DovecotAuthenticator authenticator(shard, {.address = *dovecot});
    const hooks::Context context = {shard, session, {}};
    TaskScope asking;
    // The first is asked before the others, so that tokens are asked for by what Dovecot offers.
    for (size_t i = 0; i < questions.size(); ++i) {
      asking.Spawn(Ask(authenticator, context, questions[i]));
      if (i == 0) testing::RunTask(shard, asking.Join());
    }
    testing::RunTask(shard, asking.Join());
  }
  testing::RunTask(shard, shard.scope().Join());
  for (const Question& question : questions) std::cout << question.outcome << '\n';
  return 0;
}

}  // namespace
}  // namespace ringpost::auth

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: dovecot_probe ADDRESS\n";
    return 2;
  }
  return ringpost::auth::Run(argv[1]);
}

// Plays each dialog of this folder against the pure session: turn by turn, all at once, octet by
// octet and cut at random. However it is cut, the session says the same and takes the same
// messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../smtp/session_driver.h"
#include "dialog.h"
#include "dialog_files.h"
#include "ringpost/base/random.h"
#include "session_options.h"

namespace ringpost::dialogs {

namespace {

using smtp::ServerSessionOptions;

constexpr int kRandomRounds = 20;

// --- From a dialog to a session
// ---------------------------------------------------------------------

smtp::Verdicts VerdictsOf(const Dialog& dialog) {
  smtp::Verdicts verdicts;
  verdicts.mechanisms = dialog.mechanisms;
  verdicts.mechanisms_over_tls = dialog.mechanisms_over_tls;
  for (const User& user : dialog.users) verdicts.users.emplace(user.name, user.password);
  for (const Refusal& refusal : dialog.refusals) {
    const smtp::Reply reply = ReplyOf(refusal);
    switch (refusal.stage) {
      case Refusal::Stage::kConnection:
        verdicts.connection = reply;
        break;
      case Refusal::Stage::kHello:
        verdicts.hello = reply;
        break;
      case Refusal::Stage::kStartTls:
        verdicts.start_tls = reply;
        break;
      case Refusal::Stage::kSender:
        verdicts.sender = reply;
        break;
      case Refusal::Stage::kRecipient:
        verdicts.recipients.emplace(refusal.subject, reply);
        break;
      case Refusal::Stage::kStart:
        verdicts.message_start = reply;
        break;
      case Refusal::Stage::kBody:
        verdicts.body = reply;
        verdicts.refuse_after = refusal.after_octets;
        break;
      case Refusal::Stage::kMessage:
        if (refusal.subject.empty()) {
          verdicts.message = reply;
        } else {
          verdicts.message_for.emplace(refusal.subject, reply);
        }
        break;
    }
  }
  return verdicts;
}

// --- Playing
// ----------------------------------------------------------------------------------------

// All that comes of a dialog.
struct Outcome {
  std::string replies;
  std::vector<Message> messages;
  std::vector<std::string> aborts;
  std::string close_reason;

  bool operator==(const Outcome&) const = default;
};

class Player {
 public:
  explicit Player(const Dialog& dialog) : dialog_(dialog) {
    for (const Option& option : dialog.options) ApplyOption(option, options_);
    driver_.emplace(options_, VerdictsOf(dialog));
    if (!dialog.starts_with_handshake()) outcome_.replies = driver_->Run();
  }

  // Stops at a failure.
  void PlayByTurns() {
    std::string octets;
    for (const Step& step : dialog_.steps) {
      if (step.kind == Step::Kind::kSend) {
        octets += step.text;
        continue;
      }
      Send(std::exchange(octets, {}));
      if (step.kind == Step::Kind::kHangUp) {
        outcome_.replies += driver_->EndInput();
      } else if (step.kind == Step::Kind::kHandshake) {
        ASSERT_TRUE(MayShakeHands(step)) << "line " << step.line_number << ": no STARTTLS here";
        outcome_.replies += driver_->Secure();
      } else {
        Expect(step);
      }
      if (::testing::Test::HasFailure()) return;
    }
    Send(octets);
    EXPECT_EQ(Unread(), "") << "said and not expected";
  }

  // `next_length` tells where to cut.
  template <typename NextLength>
  Outcome PlayCut(NextLength next_length) {
    std::string octets;
    for (const Step& step : dialog_.steps) {
      if (step.kind == Step::Kind::kSend) octets += step.text;
      if (step.kind != Step::Kind::kHandshake) continue;
      SendCut(std::exchange(octets, {}), next_length);
      if (!MayShakeHands(step)) return Finish();
      outcome_.replies += driver_->Secure();
    }
    SendCut(octets, next_length);
    const bool hangs_up =
        std::any_of(dialog_.steps.begin(), dialog_.steps.end(),
                    [](const Step& step) { return step.kind == Step::Kind::kHangUp; });
    if (hangs_up) outcome_.replies += driver_->EndInput();
    return Finish();
  }

  Outcome Finish() {
    for (const smtp::AcceptedMessage& message : driver_->messages()) {
      outcome_.messages.push_back({message.sender, message.recipients, message.octets});
    }
    for (const std::string& line : driver_->log()) {
      if (line.starts_with("aborted ")) outcome_.aborts.push_back(line.substr(8));
      if (line.starts_with("closed ")) outcome_.close_reason = line.substr(7);
    }
    return outcome_;
  }

 private:
  void Send(const std::string& octets) {
    if (!octets.empty()) outcome_.replies += driver_->Send(octets);
  }

  template <typename NextLength>
  void SendCut(const std::string& octets, NextLength& next_length) {
    for (size_t at = 0; at < octets.size();) {
      const std::string piece = octets.substr(at, next_length());
      Send(piece);
      at += piece.size();
    }
  }

  bool MayShakeHands(const Step& step) const {
    return driver_->handshake_is_due() || &step == &dialog_.steps.front();
  }

  std::string Unread() const { return outcome_.replies.substr(read_octets_); }

  std::string TakeLine() {
    const size_t line_end = outcome_.replies.find("\r\n", read_octets_);
    if (line_end == std::string::npos) return "nothing";
    const std::string line = outcome_.replies.substr(read_octets_, line_end - read_octets_);
    read_octets_ = line_end + 2;
    return line;
  }

  void Expect(const Step& step) {
    if (step.kind == Step::Kind::kExpectClose) {
      ASSERT_TRUE(driver_->close_reason()) << "line " << step.line_number << ": still open";
      const std::string_view reason = smtp::CloseReasonName(*driver_->close_reason());
      ASSERT_TRUE(step.text.empty() || step.text == reason)
          << "line " << step.line_number << ": closed as " << reason;
      return;
    }
    std::string line = TakeLine();
    while (step.kind == Step::Kind::kExpectLast && line.size() > 3 && line[3] == '-') {
      line = TakeLine();
    }
    ASSERT_TRUE(Matches(step.text, line))
        << "line " << step.line_number << ": expected " << step.text << ", got " << line;
  }

  const Dialog& dialog_;
  ServerSessionOptions options_;
  std::optional<smtp::SessionDriver> driver_;
  Outcome outcome_;
  size_t read_octets_ = 0;
};

// --- The files
// --------------------------------------------------------------------------------------

class SessionDialog : public ::testing::TestWithParam<std::string> {};

TEST_P(SessionDialog, IsPlayedAsWritten) {
  const Dialog dialog = ReadDialog(GetParam());
  Player by_turns(dialog);
  by_turns.PlayByTurns();
  if (HasFailure()) return;
  const Outcome expected = by_turns.Finish();
  EXPECT_EQ(expected.messages, dialog.messages);
  EXPECT_EQ(expected.aborts, dialog.aborts);

  EXPECT_TRUE(Player(dialog).PlayCut([] { return std::string::npos; }) == expected) << "whole";
  EXPECT_TRUE(Player(dialog).PlayCut([] { return size_t{1}; }) == expected) << "octet by octet";
  for (int seed = 0; seed < kRandomRounds; ++seed) {
    Random random(static_cast<uint64_t>(seed));
    EXPECT_TRUE(Player(dialog).PlayCut([&] { return 1 + random.Below(40); }) == expected)
        << "cut at random, seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SessionDialog, ::testing::ValuesIn(DialogNames()),
                         [](const auto& test_info) { return TestNameOf(test_info.param); });

TEST(SessionDialogs, AreThere) { EXPECT_GE(DialogNames().size(), 60u); }

}  // namespace
}  // namespace ringpost::dialogs

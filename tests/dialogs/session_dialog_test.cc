// Plays each dialog of this folder against the pure session: turn by turn, all at once, octet by
// octet and cut at random. However it is cut, the session says the same and takes the same
// messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "../smtp/session_driver.h"
#include "dialog.h"
#include "ringpost/base/random.h"
#include "ringpost/base/text.h"

namespace ringpost::dialogs {

// GoogleTest finds it by the type's namespace.
static void PrintTo(const Message& message, std::ostream* out) {
  *out << '<' << message.sender << "> " << ::testing::PrintToString(message.recipients) << ' '
       << ::testing::PrintToString(message.octets);
}

namespace {

using smtp::Leniency;
using smtp::ServerSessionOptions;

constexpr int kRandomRounds = 20;

// --- From a dialog to a session
// ---------------------------------------------------------------------

Leniency ParseLeniency(const std::string& value) {
  if (value == "reject") return Leniency::kReject;
  if (value == "normalise") return Leniency::kNormalise;
  if (value == "allow") return Leniency::kAllow;
  ADD_FAILURE() << "no leniency: " << value;
  return Leniency::kReject;
}

template <typename Number>
void SetNumber(Number& field, const std::string& value) {
  const std::optional<uint64_t> number = ParseDecimal(value);
  if (!number) ADD_FAILURE() << "no number: " << value;
  field = static_cast<Number>(number.value_or(0));
}

// The keys are those of the configuration file (docs/configuration.md).
void Apply(const Option& option, ServerSessionOptions& options) {
  const std::string& name = option.name;
  const std::string& value = option.value;
  const bool flag = value == "true";
  smtp::Limits& limits = options.limits;
  smtp::Strictness& strictness = options.strictness;
  smtp::Capabilities& capabilities = options.capabilities;
  if (name == "listener.protocol" && value == "lmtp") {
    options.protocol = smtp::Protocol::kLmtp;
  } else if (name == "limits.command_line") {
    SetNumber(limits.command_line_octets, value);
  } else if (name == "limits.text_line") {
    SetNumber(limits.text_line_octets, value);
  } else if (name == "limits.max_message_size") {
    SetNumber(limits.message_octets, value);
  } else if (name == "limits.discarded") {
    SetNumber(limits.discarded_octets, value);
  } else if (name == "limits.recipients") {
    SetNumber(limits.recipients, value);
  } else if (name == "limits.recipient_batch") {
    SetNumber(limits.recipient_batch, value);
  } else if (name == "limits.messages") {
    SetNumber(limits.messages, value);
  } else if (name == "limits.errors") {
    SetNumber(limits.errors, value);
  } else if (name == "limits.unknown_commands") {
    SetNumber(limits.unknown_commands, value);
  } else if (name == "limits.idle_commands") {
    SetNumber(limits.idle_commands, value);
  } else if (name == "strictness.bare_cr") {
    strictness.bare_cr = ParseLeniency(value);
  } else if (name == "strictness.bare_lf") {
    strictness.bare_lf = ParseLeniency(value);
  } else if (name == "strictness.nul") {
    strictness.nul = ParseLeniency(value);
  } else if (name == "strictness.allow_space_before_path") {
    strictness.allow_space_before_path = flag;
  } else if (name == "strictness.allow_any_hello_name") {
    strictness.allow_any_hello_name = flag;
  } else if (name == "capabilities.size") {
    capabilities.size = flag;
  } else if (name == "capabilities.eight_bit_mime") {
    capabilities.eight_bit_mime = flag;
  } else if (name == "capabilities.smtputf8") {
    capabilities.smtputf8 = flag;
  } else if (name == "capabilities.chunking") {
    capabilities.chunking = flag;
  } else if (name == "capabilities.binary_mime") {
    capabilities.binary_mime = flag;
  } else if (name == "capabilities.dsn") {
    capabilities.dsn = flag;
  } else if (name == "capabilities.limits") {
    capabilities.limits = flag;
  } else {
    ADD_FAILURE() << "unknown option: " << name << ' ' << value;
  }
}

smtp::Reply ReplyOf(const Refusal& refusal) {
  smtp::EnhancedStatus status;
  if (!refusal.status.empty()) {
    const char* const end = refusal.status.data() + refusal.status.size();
    status.status_class = static_cast<uint8_t>(refusal.status[0] - '0');
    const auto subject = std::from_chars(refusal.status.data() + 2, end, status.subject);
    std::from_chars(subject.ptr + 1, end, status.detail);
  }
  return smtp::Reply::Make(refusal.code, status, refusal.text);
}

smtp::Verdicts VerdictsOf(const Dialog& dialog) {
  smtp::Verdicts verdicts;
  for (const Refusal& refusal : dialog.refusals) {
    const smtp::Reply reply = ReplyOf(refusal);
    switch (refusal.stage) {
      case Refusal::Stage::kConnection:
        verdicts.connection = reply;
        break;
      case Refusal::Stage::kHello:
        verdicts.hello = reply;
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
    for (const Option& option : dialog.options) Apply(option, options_);
    driver_.emplace(options_, VerdictsOf(dialog));
    outcome_.replies = driver_->Run();
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
    bool hangs_up = false;
    for (const Step& step : dialog_.steps) {
      if (step.kind == Step::Kind::kSend) octets += step.text;
      if (step.kind == Step::Kind::kHangUp) hangs_up = true;
    }
    for (size_t at = 0; at < octets.size();) {
      const std::string piece = octets.substr(at, next_length());
      Send(piece);
      at += piece.size();
    }
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

std::vector<std::string> DialogNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(RINGPOST_DIALOG_FOLDER)) {
    if (entry.path().extension() == ".dialog") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::variant<Dialog, DialogError> ReadDialog(const std::string& name) {
  std::ifstream file(std::string(RINGPOST_DIALOG_FOLDER) + "/" + name + ".dialog");
  std::stringstream text;
  text << file.rdbuf();
  return ParseDialog(text.str());
}

class SessionDialog : public ::testing::TestWithParam<std::string> {};

TEST_P(SessionDialog, IsPlayedAsWritten) {
  const auto parsed = ReadDialog(GetParam());
  if (const auto* error = std::get_if<DialogError>(&parsed)) {
    FAIL() << GetParam() << ".dialog:" << error->line_number << ": " << error->message;
  }
  const auto& dialog = std::get<Dialog>(parsed);
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
                         [](const auto& test_info) {
                           std::string name = test_info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SessionDialogs, AreThere) { EXPECT_GE(DialogNames().size(), 60u); }

}  // namespace
}  // namespace ringpost::dialogs

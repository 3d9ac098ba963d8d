#include "load/dialog.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

using Step = Dialog::Step;
using Outcome = Dialog::Outcome;
using EventKind = Dialog::EventKind;

constexpr std::string_view kEhloReply =
    "250-mx.test\r\n250-PIPELINING\r\n250-chunking\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n";

// A dialog past its EHLO, and what its replies mean.
class DialogTest : public ::testing::Test {
 protected:
  void Open(const DialogOptions& options = {}) {
    dialog_.emplace(options);
    EXPECT_EQ(Feed("220 mx.test\r\n"), Step::kSendEhlo);
    EXPECT_EQ(Feed(kEhloReply), Step::kReady);
  }
  // The step after the last of the replies; outcomes_ has those of messages.
  Step Feed(std::string_view replies) {
    Step step = Step::kAwait;
    for (;;) {
      last_ = dialog_->Next(replies);
      if (last_.kind == EventKind::kNothing) return step;
      if (last_.outcome != Outcome::kNone) outcomes_.push_back(last_.outcome);
      recipient_count_ = last_.recipient_count;
      phases_.push_back(last_.phase);
      kind_ = last_.kind;
      step = last_.step;
    }
  }
  // The same, octet by octet.
  Step FeedOctets(std::string_view replies) {
    Step step = Step::kAwait;
    for (const char c : replies) {
      const Step next = Feed(std::string_view(&c, 1));
      if (next != Step::kAwait) step = next;
    }
    return step;
  }

  std::optional<Dialog> dialog_;
  Dialog::Event last_;
  EventKind kind_ = EventKind::kNothing;
  uint64_t recipient_count_ = 0;
  std::vector<Outcome> outcomes_;
  std::vector<Phase> phases_;
};

using Outcomes = std::vector<Outcome>;
using Phases = std::vector<Phase>;

TEST_F(DialogTest, OneCommandAtATime) {
  Open();
  EXPECT_EQ(dialog_->Begin(), Step::kSendMail);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendRecipient);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendData);
  EXPECT_EQ(Feed("354 go\r\n"), Step::kSendBody);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kReady);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kAccepted}));
  EXPECT_EQ(phases_, Phases({Phase::kBanner, Phase::kEhlo, Phase::kMail, Phase::kRcpt, Phase::kData,
                             Phase::kBody}));
  EXPECT_EQ(dialog_->Quit(), Step::kSendQuit);
  EXPECT_EQ(Feed("221 bye\r\n"), Step::kClose);
}

TEST_F(DialogTest, TheEnvelopeInOneWrite) {
  Open({.pipelining = Pipelining::kWithin, .recipient_count = 2});
  EXPECT_EQ(dialog_->Begin(), Step::kSendEnvelope);
  EXPECT_EQ(FeedOctets("250 a\r\n250 b\r\n250 c\r\n"), Step::kAwait);
  EXPECT_EQ(FeedOctets("354 go\r\n"), Step::kSendBody);
  EXPECT_EQ(FeedOctets("250 OK\r\n"), Step::kReady);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kAccepted}));
}

TEST_F(DialogTest, TheNextEnvelopeBehindTheBody) {
  Open({.pipelining = Pipelining::kAcross});
  EXPECT_EQ(dialog_->Begin(), Step::kSendEnvelope);
  EXPECT_EQ(Feed("250 a\r\n250 b\r\n354 go\r\n"), Step::kSendBody);
  dialog_->BeginBehind();
  EXPECT_EQ(Feed("554 no\r\n250 a\r\n250 b\r\n354 go\r\n"), Step::kSendBody);
  EXPECT_EQ(Feed("250 kept\r\n"), Step::kReady);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kRefused, Outcome::kAccepted}));
}

TEST_F(DialogTest, ChunkingWithAndWithoutPipelining) {
  Open({.uses_bdat = true});
  EXPECT_EQ(dialog_->Begin(), Step::kSendMail);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendRecipient);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendChunk);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kReady);
  Open({.pipelining = Pipelining::kWithin, .uses_bdat = true});
  EXPECT_EQ(dialog_->Begin(), Step::kSendTransaction);
  EXPECT_EQ(Feed("250 a\r\n250 b\r\n250 kept\r\n"), Step::kReady);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kAccepted, Outcome::kAccepted}));
}

TEST_F(DialogTest, RefusedAtEachCommand) {
  Open();
  dialog_->Begin();
  EXPECT_EQ(Feed("550 no\r\n"), Step::kReady);  // MAIL: nothing to reset
  dialog_->Begin();
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendRecipient);
  EXPECT_EQ(Feed("450 later\r\n"), Step::kSendReset);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kReady);
  dialog_->Begin();
  Feed("250 OK\r\n");
  Feed("250 OK\r\n");
  EXPECT_EQ(Feed("451 no\r\n"), Step::kSendReset);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kReady);
  dialog_->Begin();
  Feed("250 OK\r\n");
  Feed("250 OK\r\n");
  EXPECT_EQ(Feed("354 go\r\n"), Step::kSendBody);
  EXPECT_EQ(Feed("554 no\r\n"), Step::kReady);  // the transaction is over
  EXPECT_EQ(outcomes_, Outcomes(4, Outcome::kRefused));
}

TEST_F(DialogTest, SomeRecipientsSuffice) {
  Open({.recipient_count = 3});
  dialog_->Begin();
  Feed("250 OK\r\n");
  EXPECT_EQ(Feed("550 no\r\n"), Step::kSendRecipient);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendRecipient);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendData);
  Feed("354 go\r\n");
  Feed("250 OK\r\n");
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kAccepted}));
}

TEST_F(DialogTest, AnAcceptedMessageTellsForHowMany) {
  Open({.pipelining = Pipelining::kWithin, .recipient_count = 3});
  dialog_->Begin();
  Feed("250 a\r\n250 b\r\n550 c\r\n250 d\r\n354 go\r\n");
  std::string_view input = "250 OK\r\n";
  EXPECT_EQ(dialog_->Next(input).recipient_count, 2u);
}

TEST_F(DialogTest, A354ForNobodyIsAnsweredByTheEndAlone) {
  Open({.pipelining = Pipelining::kWithin});
  dialog_->Begin();
  EXPECT_EQ(Feed("250 OK\r\n550 no\r\n354 go\r\n"), Step::kSendEmptyBody);
  EXPECT_EQ(Feed("554 no valid recipients\r\n"), Step::kReady);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kRefused}));
}

TEST_F(DialogTest, APipelinedRefusalOfDataResets) {
  Open({.pipelining = Pipelining::kWithin});
  dialog_->Begin();
  EXPECT_EQ(Feed("250 OK\r\n550 no\r\n503 no recipients\r\n"), Step::kSendReset);
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kReady);
  dialog_->Begin();
  EXPECT_EQ(Feed("550 no\r\n503 no\r\n503 no\r\n"), Step::kReady);
}

TEST_F(DialogTest, ARefusedChunkResets) {
  Open({.pipelining = Pipelining::kWithin, .uses_bdat = true});
  dialog_->Begin();
  EXPECT_EQ(Feed("250 OK\r\n550 no\r\n503 no\r\n"), Step::kSendReset);
}

TEST_F(DialogTest, LmtpAnswersForEachRecipient) {
  Open({.is_lmtp = true, .recipient_count = 3});
  dialog_->Begin();
  Feed("250 OK\r\n");
  Feed("250 OK\r\n");
  Feed("550 no\r\n");
  EXPECT_EQ(Feed("250 OK\r\n"), Step::kSendData);
  EXPECT_EQ(Feed("354 go\r\n"), Step::kSendBody);
  EXPECT_EQ(Feed("250 kept\r\n"), Step::kAwait);
  EXPECT_EQ(Feed("452 full\r\n"), Step::kReady);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kAccepted}));
  EXPECT_EQ(recipient_count_, 1u);
}

TEST_F(DialogTest, A421EndsItAnywhere) {
  Open();
  EXPECT_EQ(Feed("421 timed out\r\n"), Step::kClose);
  Open();
  dialog_->Begin();
  EXPECT_EQ(Feed("421 shutting down\r\n"), Step::kClose);
  EXPECT_EQ(outcomes_, Outcomes({Outcome::kRefused}));
}

TEST_F(DialogTest, ARefusedGreetingEndsIt) {
  for (const char* const greeting : {"554 no\r\n", "421 busy\r\n", "450 later\r\n"}) {
    dialog_.emplace(DialogOptions());
    EXPECT_EQ(Feed(greeting), Step::kClose);
    EXPECT_EQ(kind_, EventKind::kReply);
  }
}

TEST_F(DialogTest, HeloWhereEhloIsUnknown) {
  dialog_.emplace(DialogOptions());
  Feed("220 old\r\n");
  EXPECT_EQ(Feed("502 what?\r\n"), Step::kSendHelo);
  EXPECT_EQ(Feed("250 hello\r\n"), Step::kReady);
}

TEST_F(DialogTest, WhatTheServerDoesNotOfferIsNamed) {
  const std::pair<DialogOptions, std::string_view> cases[] = {
      {{.pipelining = Pipelining::kWithin}, "PIPELINING"},
      {{.uses_bdat = true}, "CHUNKING"},
      {{.needs_smtputf8 = true}, "SMTPUTF8"},
      {{.needs_8bitmime = true}, "8BITMIME"}};
  for (auto [options, name] : cases) {
    dialog_.emplace(options);
    Feed("220 mx.test\r\n");
    EXPECT_EQ(Feed("250-mx.test\r\n250 SIZE\r\n"), Step::kClose);
    EXPECT_EQ(kind_, EventKind::kLacking);
    EXPECT_EQ(dialog_->lacking(), name);
    options.forces = true;
    dialog_.emplace(options);
    Feed("220 mx.test\r\n");
    EXPECT_EQ(Feed("250-mx.test\r\n250 SIZE\r\n"), Step::kReady);
  }
}

TEST_F(DialogTest, StartTlsAndThenEverythingAnew) {
  dialog_.emplace(DialogOptions{.tls = TlsUse::kStartTls, .pipelining = Pipelining::kWithin});
  Feed("220 mx.test\r\n");
  EXPECT_EQ(Feed("250-mx.test\r\n250 STARTTLS\r\n"), Step::kSendStartTls);
  EXPECT_EQ(dialog_->awaited_phase(), Phase::kStartTls);
  EXPECT_EQ(Feed("220 go\r\n"), Step::kSecure);
  EXPECT_EQ(dialog_->awaited_phase(), Phase::kTls);
  EXPECT_EQ(dialog_->OnSecured(), Step::kSendEhlo);
  EXPECT_EQ(Feed("250-mx.test\r\n250 PIPELINING\r\n"), Step::kReady);
}

TEST_F(DialogTest, WhatWasOfferedInTheClearIsForgotten) {
  dialog_.emplace(DialogOptions{.tls = TlsUse::kStartTls, .pipelining = Pipelining::kWithin});
  Feed("220 mx.test\r\n");
  Feed("250-mx.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n");
  Feed("220 go\r\n");
  dialog_->OnSecured();
  EXPECT_EQ(Feed("250-mx.test\r\n250 SIZE\r\n"), Step::kClose);
  EXPECT_EQ(dialog_->lacking(), "PIPELINING");
}

TEST_F(DialogTest, AReplyInTheHandshakeEndsIt) {
  dialog_.emplace(DialogOptions{.tls = TlsUse::kStartTls});
  Feed("220 mx.test\r\n");
  Feed("250 STARTTLS\r\n");
  Feed("220 go\r\n");
  EXPECT_EQ(Feed("250 injected\r\n"), Step::kClose);
  EXPECT_EQ(kind_, EventKind::kUnexpected);
}

TEST_F(DialogTest, ImplicitTlsBeginsWithTheHandshake) {
  dialog_.emplace(DialogOptions{.tls = TlsUse::kImplicit});
  EXPECT_EQ(dialog_->awaited_phase(), Phase::kTls);
  EXPECT_EQ(dialog_->OnSecured(), Step::kAwait);
  EXPECT_EQ(Feed("220 mx.test\r\n"), Step::kSendEhlo);
  EXPECT_EQ(Feed(kEhloReply), Step::kReady);
}

TEST_F(DialogTest, AuthGoesOnUntilItsLastReply) {
  dialog_.emplace(DialogOptions{.mechanism = "SCRAM-SHA-256"});
  Feed("220 mx.test\r\n");
  EXPECT_EQ(Feed("250-mx.test\r\n250 AUTH PLAIN scram-sha-256\r\n"), Step::kSendAuth);
  EXPECT_EQ(Feed("334 Y2hhbGxlbmdl\r\n"), Step::kSendAuthResponse);
  EXPECT_EQ(Feed("334 YW5vdGhlcg==\r\n"), Step::kSendAuthResponse);
  EXPECT_EQ(Feed("235 welcome\r\n"), Step::kReady);
  EXPECT_EQ(phases_.back(), Phase::kAuth);
}

TEST_F(DialogTest, ARefusedAuthOrStartTlsEndsIt) {
  dialog_.emplace(DialogOptions{.mechanism = "PLAIN"});
  Feed("220 mx.test\r\n");
  Feed("250 AUTH PLAIN\r\n");
  EXPECT_EQ(Feed("535 no\r\n"), Step::kClose);
  EXPECT_EQ(kind_, EventKind::kReply);
  dialog_.emplace(DialogOptions{.tls = TlsUse::kStartTls});
  Feed("220 mx.test\r\n");
  Feed("250 STARTTLS\r\n");
  EXPECT_EQ(Feed("454 later\r\n"), Step::kClose);
}

// A name that only begins like the one that is wanted is another.
TEST_F(DialogTest, TlsAndAuthAreNeverDoneWithout) {
  const std::pair<DialogOptions, std::string_view> cases[] = {
      {{.tls = TlsUse::kStartTls}, "STARTTLS"}, {{.mechanism = "SCRAM-SHA-256"}, "SCRAM-SHA-256"}};
  for (auto [options, name] : cases) {
    for (const char* const reply :
         {"250-mx.test\r\n250 AUTH SCRAM-SHA-256-PLUS\r\n", "502 what?\r\n"}) {
      dialog_.emplace(options);
      Feed("220 mx.test\r\n");
      EXPECT_EQ(Feed(reply), Step::kClose);
      EXPECT_EQ(dialog_->lacking(), name);
    }
    options.forces = true;
    dialog_.emplace(options);
    Feed("220 mx.test\r\n");
    EXPECT_EQ(Feed("502 what?\r\n"), Step::kClose);  // HELO knows neither
  }
}

TEST_F(DialogTest, AMalformedReplyEndsIt) {
  Open();
  dialog_->Begin();
  std::string_view input = "oops\r\n";
  const Dialog::Event event = dialog_->Next(input);
  EXPECT_EQ(event.kind, EventKind::kMalformed);
  EXPECT_EQ(event.flaw, smtp::ReplyFlaw::kBadCode);
  EXPECT_EQ(event.phase, Phase::kMail);
  EXPECT_EQ(event.step, Step::kClose);
}

TEST_F(DialogTest, AReplyThatNothingAskedForEndsIt) {
  Open();
  EXPECT_EQ(Feed("250 hello again\r\n"), Step::kClose);
  EXPECT_EQ(kind_, EventKind::kUnexpected);
}

}  // namespace
}  // namespace ringpost::load

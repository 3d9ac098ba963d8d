#include "ringpost/smtp/parameters.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace ringpost::smtp {
namespace {

constexpr ParameterRules kAll{.size = true,
                              .eight_bit_mime = true,
                              .binary_mime = true,
                              .smtputf8 = true,
                              .dsn = true,
                              .auth = true,
                              .require_tls = true,
                              .future_release = true,
                              .deliver_by = true,
                              .mt_priority = true};

class ParametersTest : public ::testing::Test {
 protected:
  MailParameters Mail(std::string_view text, ParameterRules rules = kAll) {
    const auto result = ParseMailParameters(text, rules, arena_);
    EXPECT_TRUE(std::holds_alternative<MailParameters>(result)) << text;
    return std::holds_alternative<MailParameters>(result) ? std::get<MailParameters>(result)
                                                          : MailParameters{};
  }
  std::optional<ParameterError> MailError(std::string_view text, ParameterRules rules = kAll) {
    const auto result = ParseMailParameters(text, rules, arena_);
    if (const auto* error = std::get_if<ParameterError>(&result)) return *error;
    return std::nullopt;
  }
  RecipientParameters Rcpt(std::string_view text, ParameterRules rules = kAll) {
    const auto result = ParseRecipientParameters(text, rules, arena_);
    EXPECT_TRUE(std::holds_alternative<RecipientParameters>(result)) << text;
    return std::holds_alternative<RecipientParameters>(result)
               ? std::get<RecipientParameters>(result)
               : RecipientParameters{};
  }
  std::optional<ParameterError> RcptError(std::string_view text, ParameterRules rules = kAll) {
    const auto result = ParseRecipientParameters(text, rules, arena_);
    if (const auto* error = std::get_if<ParameterError>(&result)) return *error;
    return std::nullopt;
  }
  std::string Decoded(std::string_view xtext) {
    return std::string(DecodeXtext(xtext, arena_).value_or("malformed"));
  }

  Arena arena_;
};

TEST_F(ParametersTest, NothingIsFine) {
  EXPECT_EQ(Mail("").declared_size, std::nullopt);
  EXPECT_EQ(Mail("   ").body, BodyType::k7Bit);
  EXPECT_EQ(Rcpt("").notify.has_value(), false);
}

TEST_F(ParametersTest, TakesSeveralInAnyCaseAndOrder) {
  const MailParameters parameters =
      Mail(" body=8bitmime  Size=12 smtputf8 RET=hdrs ENVID=QQ314159");
  EXPECT_EQ(parameters.declared_size, 12u);
  EXPECT_EQ(parameters.body, BodyType::k8BitMime);
  EXPECT_TRUE(parameters.smtputf8);
  EXPECT_EQ(parameters.dsn_return, DsnReturn::kHeaders);
  EXPECT_EQ(parameters.envelope_id, "QQ314159");
}

TEST_F(ParametersTest, SizeIsADecimalNumber) {
  EXPECT_EQ(Mail(" SIZE=0").declared_size, 0u);
  EXPECT_EQ(Mail(" SIZE=00000000000000000012").declared_size, 12u);
}

TEST_F(ParametersTest, SizeOfTwentyDigitsIsMoreThanAnyLimit) {
  EXPECT_EQ(Mail(" SIZE=18446744073709551615").declared_size, UINT64_MAX);
  EXPECT_EQ(Mail(" SIZE=99999999999999999999").declared_size, UINT64_MAX);
}

TEST_F(ParametersTest, RefusesWhatIsNoSize) {
  for (const char* text : {" SIZE", " SIZE=", " SIZE=-1", " SIZE=+1", " SIZE=1k", " SIZE=0x10",
                           " SIZE=1=2", " SIZE=111111111111111111111"}) {
    EXPECT_EQ(MailError(text), ParameterError::kBadValue) << text;
  }
}

TEST_F(ParametersTest, BodyIsOneOfThree) {
  EXPECT_EQ(Mail(" BODY=7BIT").body, BodyType::k7Bit);
  EXPECT_EQ(Mail(" BODY=BINARYMIME").body, BodyType::kBinaryMime);
  for (const char* text : {" BODY", " BODY=", " BODY=8BIT", " BODY=8BITMIMEX"}) {
    EXPECT_EQ(MailError(text), ParameterError::kBadValue) << text;
  }
}

TEST_F(ParametersTest, BinaryNeedsItsExtension) {
  ParameterRules rules = kAll;
  rules.binary_mime = false;
  EXPECT_EQ(MailError(" BODY=BINARYMIME", rules), ParameterError::kBadValue);
  EXPECT_EQ(MailError(" BODY=8BITMIME", rules), std::nullopt);
}

TEST_F(ParametersTest, Smtputf8HasNoValue) {
  EXPECT_EQ(MailError(" SMTPUTF8=yes"), ParameterError::kBadValue);
  EXPECT_EQ(MailError(" SMTPUTF8="), ParameterError::kBadValue);
}

TEST_F(ParametersTest, KeywordsMatchInAsciiOnly) {
  EXPECT_EQ(MailError(" \xc5\xbfIZE=1"), ParameterError::kBadValue);  // U+017F, the long s
  EXPECT_EQ(RcptError(" \xe2\x84\xaa"
                      "=1"),
            ParameterError::kBadValue);  // U+212A, the Kelvin sign
}

TEST_F(ParametersTest, RefusesRepetition) {
  for (const char* text : {" SIZE=1 SIZE=1", " BODY=7BIT body=7bit", " SMTPUTF8 SMTPUTF8",
                           " RET=FULL RET=HDRS", " ENVID=a ENVID=a", " AUTH=<> AUTH=<>",
                           " REQUIRETLS REQUIRETLS", " HOLDFOR=1 HOLDUNTIL=2026-01-01T00:00:00Z",
                           " BY=1;R BY=1;N", " MT-PRIORITY=1 MT-PRIORITY=1"}) {
    EXPECT_EQ(MailError(text), ParameterError::kRepeated) << text;
  }
  EXPECT_EQ(RcptError(" NOTIFY=NEVER NOTIFY=NEVER"), ParameterError::kRepeated);
  EXPECT_EQ(RcptError(" ORCPT=rfc822;a ORCPT=rfc822;a"), ParameterError::kRepeated);
}

TEST_F(ParametersTest, TellsUnknownFromMalformedKeywords) {
  for (const char* text : {" FOO", " FOO=1", " AUTHOR=<>", " X-1=a", " NOTIFY=NEVER"}) {
    EXPECT_EQ(MailError(text), ParameterError::kUnknownKeyword) << text;
  }
  for (const char* text : {" =1", " -X=1", " A_B=1", " A\tB"}) {
    EXPECT_EQ(MailError(text), ParameterError::kBadValue) << text;
  }
  EXPECT_EQ(RcptError(" SIZE=1"), ParameterError::kUnknownKeyword);
}

TEST_F(ParametersTest, AreUnknownWithoutTheirExtension) {
  for (const char* text :
       {" SIZE=1", " BODY=7BIT", " SMTPUTF8", " RET=FULL", " ENVID=a", " AUTH=<>", " REQUIRETLS",
        " HOLDFOR=1", " HOLDUNTIL=2026-01-01T00:00:00Z", " BY=1;R", " MT-PRIORITY=1"}) {
    EXPECT_EQ(MailError(text, {}), ParameterError::kUnknownKeyword) << text;
  }
  for (const char* text : {" NOTIFY=NEVER", " ORCPT=rfc822;a"}) {
    EXPECT_EQ(RcptError(text, {}), ParameterError::kUnknownKeyword) << text;
  }
}

// RFC 4954 §5, and its example.
TEST_F(ParametersTest, AuthIsAMailboxInXtextOrNobody) {
  const MailParameters parameters = Mail(" AUTH=e+3Dmc2@example.com");
  ASSERT_TRUE(parameters.auth && parameters.auth->mailbox);
  EXPECT_EQ(parameters.auth->ToString(), "e=mc2@example.com");
  EXPECT_TRUE(Mail(" auth=<>").auth->is_null());
  EXPECT_TRUE(Mail(" AUTH=+3C+3E").auth->is_null());
  EXPECT_FALSE(Mail("").auth);
  for (const char* value : {"", "joe", "<joe@example.com>", "a@b+", "a@b+0A", "a=b@c", "a@b+20c"}) {
    EXPECT_EQ(MailError(" AUTH=" + std::string(value)), ParameterError::kBadValue) << value;
  }
  EXPECT_EQ(MailError(" AUTH"), ParameterError::kBadValue);
  EXPECT_EQ(MailError(" AUTH=" + std::string(501, 'x')), ParameterError::kBadValue);
}

TEST_F(ParametersTest, RequireTlsHasNoValue) {
  EXPECT_TRUE(Mail(" RequireTLS").require_tls);
  EXPECT_FALSE(Mail("").require_tls);
  EXPECT_EQ(MailError(" REQUIRETLS=1"), ParameterError::kBadValue);
}

TEST_F(ParametersTest, AMessageIsHeldForATimeOrUntilOne) {
  const auto interval = Mail(" HOLDFOR=86400").future_release;
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->kind, FutureRelease::Kind::kInterval);
  EXPECT_EQ(interval->seconds, 86400);
  const auto time = Mail(" holduntil=2026-11-26T18:00:00+01:00").future_release;
  ASSERT_TRUE(time);
  EXPECT_EQ(time->kind, FutureRelease::Kind::kTime);
  EXPECT_EQ(time->seconds, 1795712400);
  for (const char* text :
       {" HOLDFOR", " HOLDFOR=", " HOLDFOR=0", " HOLDFOR=-1", " HOLDFOR=1000000000", " HOLDFOR=1h",
        " HOLDUNTIL", " HOLDUNTIL=", " HOLDUNTIL=2026-11-26", " HOLDUNTIL=1795712400"}) {
    EXPECT_EQ(MailError(text), ParameterError::kBadValue) << text;
  }
}

// RFC 2852 §4.
TEST_F(ParametersTest, DeliveryIsByATimeInAMode) {
  const auto by = Mail(" BY=120;R").deliver_by;
  ASSERT_TRUE(by);
  EXPECT_EQ(by->mode, DeliverBy::Mode::kReturn);
  EXPECT_EQ(by->seconds, 120);
  EXPECT_FALSE(by->traces);
  const auto late = Mail(" by=-30;nt").deliver_by;
  ASSERT_TRUE(late);
  EXPECT_EQ(late->mode, DeliverBy::Mode::kNotify);
  EXPECT_EQ(late->seconds, -30);
  EXPECT_TRUE(late->traces);
  EXPECT_EQ(Mail(" BY=+999999999;RT").deliver_by->seconds, 999999999);
  for (const char* value : {"", "1", ";R", "1;", "1;T", "1;X", "1;RN", "1;RTT", "0;R", "-1;R",
                            "1000000000;N", "+-1;N", "1 ;R", "1;R;R"}) {
    EXPECT_EQ(MailError(" BY=" + std::string(value)).has_value(), true) << value;
  }
}

TEST_F(ParametersTest, PriorityIsOneDigitOfEitherSign) {
  EXPECT_EQ(Mail(" MT-PRIORITY=9").priority, 9);
  EXPECT_EQ(Mail(" mt-priority=-9").priority, -9);
  EXPECT_EQ(Mail(" MT-PRIORITY=0").priority, 0);
  for (const char* value : {"", "-", "-0", "+1", "10", "-10", "x"}) {
    EXPECT_EQ(MailError(" MT-PRIORITY=" + std::string(value)), ParameterError::kBadValue) << value;
  }
}

TEST_F(ParametersTest, EnvelopeIdIsXtextOfAHundredOctets) {
  EXPECT_EQ(Mail(" ENVID=a+2Bb").envelope_id, "a+b");
  EXPECT_EQ(MailError(" ENVID=" + std::string(100, 'x')), std::nullopt);
  for (const std::string& text :
       {" ENVID=" + std::string(101, 'x'), std::string(" ENVID="), std::string(" ENVID"),
        std::string(" ENVID=a=b"), std::string(" ENVID=a+0D+0Ab")}) {
    EXPECT_EQ(MailError(text), ParameterError::kBadValue) << text;
  }
}

TEST_F(ParametersTest, NotifyNeverStandsAlone) {
  const auto notify = Rcpt(" NOTIFY=NEVER").notify;
  ASSERT_TRUE(notify.has_value());
  EXPECT_FALSE(notify->on_success || notify->on_failure || notify->on_delay);
  for (const char* text : {" NOTIFY=NEVER,SUCCESS", " NOTIFY=DELAY,NEVER", " NOTIFY=", " NOTIFY",
                           " NOTIFY=SUCCESS,", " NOTIFY=,SUCCESS", " NOTIFY=ALWAYS"}) {
    EXPECT_EQ(RcptError(text), ParameterError::kBadValue) << text;
  }
}

TEST_F(ParametersTest, NotifyIsAList) {
  const auto notify = Rcpt(" NOTIFY=delay,SUCCESS").notify;
  ASSERT_TRUE(notify.has_value());
  EXPECT_TRUE(notify->on_success);
  EXPECT_FALSE(notify->on_failure);
  EXPECT_TRUE(notify->on_delay);
}

TEST_F(ParametersTest, OriginalRecipientHasTypeAndAddress) {
  const auto original = Rcpt(" ORCPT=rfc822;Bob+2Bx@example.com").original_recipient;
  ASSERT_TRUE(original.has_value());
  EXPECT_EQ(original->address_type, "rfc822");
  EXPECT_EQ(original->address, "Bob+x@example.com");
}

TEST_F(ParametersTest, RefusesBadOriginalRecipients) {
  for (const std::string& text :
       {std::string(" ORCPT=rfc822"), std::string(" ORCPT=;a@b"), std::string(" ORCPT="),
        std::string(" ORCPT=rfc822;"), std::string(" ORCPT=rfc822;a=b"),
        std::string(" ORCPT=rfc822;a+0Ab"), std::string(" ORCPT=rfc822;a+2b"),
        std::string(" ORCPT=rf c;a"), " ORCPT=rfc822;" + std::string(494, 'x')}) {
    EXPECT_TRUE(RcptError(text).has_value()) << text;
  }
}

TEST_F(ParametersTest, AUtf8OriginalRecipientNeedsSmtputf8) {
  const char* const text = " ORCPT=utf-8;gr\xc3\xbc\xc3\x9f@example";
  EXPECT_EQ(Rcpt(text).original_recipient->address, "gr\xc3\xbc\xc3\x9f@example");
  EXPECT_EQ(RcptError(text, {.dsn = true}), ParameterError::kBadValue);
  EXPECT_EQ(RcptError(" ORCPT=rfc822;gr\xc3\xbc\xc3\x9f@example"), ParameterError::kBadValue);
  EXPECT_EQ(RcptError(" ORCPT=utf-8;gr\xfc@example"), ParameterError::kBadValue);
}

TEST_F(ParametersTest, DecodesXtext) {
  EXPECT_EQ(Decoded("plain"), "plain");
  EXPECT_EQ(Decoded("a+2Bb+3Dc"), "a+b=c");
  EXPECT_EQ(Decoded("+20"), " ");
  EXPECT_EQ(Decoded(""), "");
}

TEST_F(ParametersTest, RefusesMalformedXtext) {
  for (const char* text :
       {"+", "a+2", "+2b", "+GG", "a=b", "a b", "a\tb", "+ 1", "\x7f", "\xc3\xbc"}) {
    EXPECT_EQ(Decoded(text), "malformed") << text;
  }
}

TEST_F(ParametersTest, XtextHidesNoControlCharacter) {
  for (const char* text : {"a+0Ab", "a+0Db", "+00", "+1F", "+7F"}) {
    EXPECT_EQ(Decoded(text), "malformed") << text;
  }
}

TEST_F(ParametersTest, EncodesWhatItDecodes) {
  const std::string text = "a+b=c d\xc3\xbc~!";
  EXPECT_EQ(EncodeXtext(text), "a+2Bb+3Dc+20d+C3+BC~!");
  EXPECT_EQ(Decoded(EncodeXtext(text)), text);
}

}  // namespace
}  // namespace ringpost::smtp

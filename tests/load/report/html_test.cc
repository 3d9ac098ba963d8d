#include "load/report/html.h"

#include <gtest/gtest.h>

namespace ringpost::load {
namespace {

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(EscapeHtml("</script><img src=\"x\" onerror='a&b'>"),
            "&lt;/script&gt;&lt;img src=&quot;x&quot; onerror=&#39;a&amp;b&#39;&gt;");
}

TEST(EscapeHtml, LeavesPlainTextAlone) {
  EXPECT_EQ(EscapeHtml("2.0.0 grüße – 5 µs"), "2.0.0 grüße – 5 µs");
}

TEST(EscapeHtml, ShowsControlCharacters) {
  EXPECT_EQ(EscapeHtml(std::string_view("a\0b\x1b[31m\x7f", 9)), "a\ufffdb\ufffd[31m\ufffd");
}

TEST(EscapeJsonForScript, LeavesNothingThatEndsTheElement) {
  EXPECT_EQ(EscapeJsonForScript(R"({"a": "</script><!--"})"),
            R"({"a": "\u003c/script>\u003c!--"})");
}

}  // namespace
}  // namespace ringpost::load

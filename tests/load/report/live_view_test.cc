#include "load/report/live_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ringpost::load {
namespace {

using ::testing::HasSubstr;

// A terminal that is small, and strict: it knows the orders that the view may use and no others.
class Screen {
 public:
  explicit Screen(size_t columns) : columns_(columns) {}

  void Write(std::string_view text) {
    while (!text.empty()) text.remove_prefix(Take(text));
  }
  size_t columns() const { return columns_; }
  void Resize(size_t columns) { columns_ = columns; }
  bool is_cursor_visible() const { return is_cursor_visible_; }
  size_t row() const { return row_; }
  std::string Line(size_t row) const {
    std::string line;
    for (const std::string& character : lines_.at(row)) line += character;
    return line;
  }
  size_t line_count() const { return lines_.size(); }
  bool has_wrapped() const { return has_wrapped_; }

 private:
  size_t Take(std::string_view text) {
    const std::pair<std::string_view, void (Screen::*)()> orders[] = {
        {"\x1b[?25l", &Screen::Hide},   {"\x1b[?25h", &Screen::Show},
        {"\x1b[K", &Screen::ClearLine}, {"\x1b[J", &Screen::ClearBelow},
        {"\x1b[1A", &Screen::Up},       {"\r", &Screen::Return},
        {"\n", &Screen::Down},
    };
    for (const auto& [order, effect] : orders) {
      if (text.starts_with(order)) {
        (this->*effect)();
        return order.size();
      }
    }
    EXPECT_NE(text[0], '\x1b') << "an unknown order";
    size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
      ++length;
    Put(text.substr(0, length));
    return length;
  }
  void Put(std::string_view character) {
    if (column_ + 1 >= columns_) has_wrapped_ = true;
    auto& line = lines_[row_];
    if (line.size() <= column_) line.resize(column_ + 1, " ");
    line[column_++] = character;
  }
  void Hide() { is_cursor_visible_ = false; }
  void Show() { is_cursor_visible_ = true; }
  void ClearLine() { lines_[row_].resize(std::min(lines_[row_].size(), column_)); }
  void ClearBelow() {
    ClearLine();
    lines_.resize(row_ + 1);
  }
  void Up() {
    ASSERT_GT(row_, 0u);
    --row_;
  }
  void Return() { column_ = 0; }
  void Down() {
    if (++row_ == lines_.size()) lines_.emplace_back();
  }

  size_t columns_;
  std::vector<std::vector<std::string>> lines_ = {{}};
  size_t row_ = 0;
  size_t column_ = 0;
  bool is_cursor_visible_ = true;
  bool has_wrapped_ = false;
};

class LiveViewTest : public ::testing::Test {
 protected:
  LiveView::Terminal Terminal(bool has_unicode = true) {
    return {.write = [this](std::string_view text) { screen_.Write(text); },
            .columns = [this] { return screen_.columns(); },
            .has_unicode = has_unicode};
  }
  static Progress At(int seconds) {
    return {.elapsed = absl::Seconds(seconds),
            .planned = absl::Seconds(10),
            .accepted = 131'060,
            .open_connections = 50,
            .per_second = 31'248,
            .p50_us = 1500,
            .p99_us = 4120};
  }

  Screen screen_{100};
};

TEST_F(LiveViewTest, DrawsOverItself) {
  LiveView view(Terminal());
  for (int second = 0; second < 8; ++second) view.OnProgress(At(second));
  EXPECT_EQ(screen_.line_count(), 2u);
  EXPECT_EQ(screen_.row(), 0u);
  EXPECT_THAT(screen_.Line(0), HasSubstr("70 %  0:07 of 0:10"));
  EXPECT_THAT(screen_.Line(0), HasSubstr("████░"));
  EXPECT_THAT(screen_.Line(1), HasSubstr("31,248/s · p50 1.50 ms"));
}

TEST_F(LiveViewTest, LeavesTheScreenAsItWas) {
  LiveView view(Terminal());
  view.OnProgress(At(1));
  EXPECT_FALSE(screen_.is_cursor_visible());
  view.OnEnd();
  EXPECT_TRUE(screen_.is_cursor_visible());
  EXPECT_EQ(screen_.line_count(), 1u);
  EXPECT_EQ(screen_.Line(0), "");
}

TEST_F(LiveViewTest, ShowsTheCursorWhenItGoes) {
  {
    LiveView(Terminal()).OnProgress(At(1));
  }
  EXPECT_TRUE(screen_.is_cursor_visible());
}

TEST_F(LiveViewTest, WritesNothingWhenNothingWasDrawn) {
  {
    LiveView(Terminal()).OnEnd();
  }
  EXPECT_EQ(screen_.Line(0), "");
}

TEST_F(LiveViewTest, KeepsStepsAboveThePicture) {
  LiveView view(Terminal());
  view.OnProgress(At(1));
  view.OnStep({.rate_per_second = 4000, .achieved_per_second = 4000, .passed = true});
  view.OnProgress(At(2));
  EXPECT_THAT(screen_.Line(0), HasSubstr("tried 4,000/s"));
  EXPECT_THAT(screen_.Line(1), HasSubstr("20 %"));
  EXPECT_EQ(screen_.line_count(), 3u);
}

TEST_F(LiveViewTest, NeverReachesTheLastColumn) {
  LiveView view(Terminal());
  for (size_t columns = 2; columns < 200; ++columns) {
    screen_.Resize(columns);
    view.OnProgress(At(5));
    view.OnStep({.rate_per_second = 4000});
    ASSERT_FALSE(screen_.has_wrapped()) << columns;
  }
}

TEST_F(LiveViewTest, ShowsAsciiToTerminalsWithoutMore) {
  LiveView view(Terminal(/*has_unicode=*/false));
  Progress progress = At(5);
  progress.p50_us = 15;
  view.OnProgress(progress);
  for (const size_t row : {0u, 1u}) {
    for (const char c : screen_.Line(row)) EXPECT_GE(c, ' ');
  }
  EXPECT_THAT(screen_.Line(0), HasSubstr("###---"));
  EXPECT_THAT(screen_.Line(1), HasSubstr("| p50 15.0 us |"));
}

}  // namespace
}  // namespace ringpost::load

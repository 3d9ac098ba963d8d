#include "dialog.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ringpost::dialogs {
namespace {

// Thrown and caught in this file only.
struct Malformed {
  std::string message;
};

std::string_view TakeWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

size_t ToNumber(std::string_view text, int base = 10) {
  size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, base);
  if (text.empty() || result.ec != std::errc() || result.ptr != end) {
    throw Malformed{"not a number: " + std::string(text)};
  }
  return number;
}

std::string Unescape(std::string_view text);

// "25*NOOP\r\n" of "\{25*NOOP\r\n}".
std::string Repeat(std::string_view text) {
  const size_t star = text.find('*');
  if (star == std::string_view::npos) throw Malformed{"\\{N*text} lacks its '*'"};
  const std::string once = Unescape(text.substr(star + 1));
  std::string all;
  for (size_t i = ToNumber(text.substr(0, star)); i > 0; --i) all += once;
  return all;
}

std::string Unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] != '\\') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const char kind = text.size() > 1 ? text[1] : ' ';
    size_t length = 2;
    if (kind == 'r') {
      out += '\r';
    } else if (kind == 'n') {
      out += '\n';
    } else if (kind == '\\') {
      out += '\\';
    } else if (kind == 'x') {
      length = 4;
      out += static_cast<char>(ToNumber(text.substr(2, 2), 16));
    } else if (kind == '{') {
      length = text.find('}') + 1;
      if (length == 0) throw Malformed{"\\{ without }"};
      out += Repeat(text.substr(2, length - 3));
    } else {
      throw Malformed{"unknown escape in: " + std::string(text)};
    }
    text.remove_prefix(std::min(length, text.size()));
  }
  return out;
}

// "<a@b> <c@d>": the sender, then the recipients.
Message ParseMessage(std::string_view text) {
  Message message;
  bool is_sender = true;
  for (std::string_view word = TakeWord(text); !word.empty(); word = TakeWord(text)) {
    if (word.size() < 2 || word.front() != '<' || word.back() != '>') {
      throw Malformed{"Mail: takes <paths>"};
    }
    const std::string path = Unescape(word.substr(1, word.size() - 2));
    if (is_sender) {
      message.sender = path;
    } else {
      message.recipients.push_back(path);
    }
    is_sender = false;
  }
  return message;
}

Refusal::Stage ParseStage(std::string_view word) {
  if (word == "connection") return Refusal::Stage::kConnection;
  if (word == "hello") return Refusal::Stage::kHello;
  if (word == "starttls") return Refusal::Stage::kStartTls;
  if (word == "sender") return Refusal::Stage::kSender;
  if (word == "recipient") return Refusal::Stage::kRecipient;
  if (word == "start") return Refusal::Stage::kStart;
  if (word == "body") return Refusal::Stage::kBody;
  if (word == "message") return Refusal::Stage::kMessage;
  throw Malformed{"no stage that can be refused: " + std::string(word)};
}

bool IsStatus(std::string_view word) {
  return word.size() > 4 && word[1] == '.' && std::all_of(word.begin(), word.end(), [](char c) {
           return c == '.' || (c >= '0' && c <= '9');
         });
}

// "recipient a@b 550 5.1.1 text", "body 100 554 5.6.0 text", "sender 450 text".
Refusal ParseRefusal(std::string_view text) {
  Refusal refusal{};
  refusal.stage = ParseStage(TakeWord(text));
  std::string_view word = TakeWord(text);
  const bool is_code = word.size() == 3 && word.find('@') == std::string_view::npos;
  if (refusal.stage == Refusal::Stage::kBody) {
    refusal.after_octets = ToNumber(word);
    word = TakeWord(text);
  } else if (!is_code) {
    refusal.subject = word;
    word = TakeWord(text);
  }
  refusal.code = static_cast<uint16_t>(ToNumber(word));
  std::string_view rest = text;
  if (const std::string_view status = TakeWord(rest); IsStatus(status)) {
    refusal.status = status;
    text = rest;
  }
  refusal.text = Unescape(text);
  return refusal;
}

class Parser {
 public:
  std::variant<Dialog, DialogError> Parse(std::string_view text) {
    try {
      while (!text.empty()) {
        const size_t line_end = std::min(text.find('\n'), text.size());
        ++line_number_;
        ParseLine(text.substr(0, line_end));
        text.remove_prefix(std::min(line_end + 1, text.size()));
      }
    } catch (const Malformed& error) {
      return DialogError{line_number_, error.message};
    }
    if (dialog_.steps.empty()) return DialogError{line_number_, "a dialog without steps"};
    return dialog_;
  }

 private:
  void ParseLine(std::string_view line) {
    if (line.starts_with('#')) {
      if (dialog_.title.empty())
        dialog_.title = line.substr(std::min(line.find_first_not_of("# "), line.size()));
      return;
    }
    if (line.empty()) return;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) throw Malformed{"neither `NAME: text` nor a # comment"};
    std::string_view name = line.substr(0, colon);
    std::string_view text = line.substr(colon + 1);
    if (text.starts_with(' ')) text.remove_prefix(1);
    size_t count = 1;
    if (const size_t star = name.find('*'); star != std::string_view::npos) {
      count = ToNumber(name.substr(star + 1));
      name = name.substr(0, star);
    }
    for (size_t i = 0; i < count; ++i) ParseDirective(name, text);
  }

  void ParseDirective(std::string_view name, std::string_view text) {
    if (name == "C") return AddStep(Step::Kind::kSend, Unescape(text) + "\r\n");
    if (name == "C-raw") return AddStep(Step::Kind::kSend, Unescape(text));
    if (name == "C-end") return AddStep(Step::Kind::kHangUp, "");
    if (name == "C-tls") return AddStep(Step::Kind::kHandshake, "");
    if (name == "S") return AddStep(Step::Kind::kExpect, Unescape(text));
    if (name == "S-last") return AddStep(Step::Kind::kExpectLast, Unescape(text));
    if (name == "S-end") return AddStep(Step::Kind::kExpectClose, std::string(text));
    if (name == "Mail") return dialog_.messages.push_back(ParseMessage(text));
    if (name == "Body") return AddBody(Unescape(text) + "\r\n");
    if (name == "Body-raw") return AddBody(Unescape(text));
    if (name == "Abort") return dialog_.aborts.push_back(std::string(text));
    if (!dialog_.steps.empty())
      throw Malformed{"comes after the first step, or is unknown: " + std::string(name)};
    if (name == "only" && text == "pure") {
      dialog_.is_pure_only = true;
    } else if (name == "option") {
      const std::string option_name(TakeWord(text));
      dialog_.options.push_back({option_name, std::string(text)});
    } else if (name == "refuse") {
      dialog_.refusals.push_back(ParseRefusal(text));
    } else if (name == "mechanisms") {
      dialog_.mechanisms = text;
    } else if (name == "mechanisms-over-tls") {
      dialog_.mechanisms_over_tls = text;
    } else if (name == "user") {
      const std::string user_name(TakeWord(text));
      dialog_.users.push_back({user_name, std::string(text)});
    } else {
      throw Malformed{"unknown: " + std::string(name)};
    }
  }

  void AddStep(Step::Kind kind, std::string text) {
    dialog_.steps.push_back({kind, std::move(text), line_number_});
  }

  void AddBody(const std::string& octets) {
    if (dialog_.messages.empty()) throw Malformed{"Body: before its Mail:"};
    dialog_.messages.back().octets += octets;
  }

  Dialog dialog_;
  int line_number_ = 0;
};

}  // namespace

bool Dialog::needs_tls() const {
  const bool is_offered = std::any_of(options.begin(), options.end(), [](const Option& option) {
    return option.name == "listener.tls";
  });
  return is_offered || std::any_of(steps.begin(), steps.end(), [](const Step& step) {
           return step.kind == Step::Kind::kHandshake;
         });
}

std::variant<Dialog, DialogError> ParseDialog(std::string_view text) {
  return Parser().Parse(text);
}

bool Matches(std::string_view pattern, std::string_view line) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == line;
  if (!line.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (size_t at = star; at <= line.size(); ++at) {
    if (Matches(rest, line.substr(at))) return true;
  }
  return false;
}

}  // namespace ringpost::dialogs

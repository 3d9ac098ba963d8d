// Dialog: a conversation of a client with a server, in a file that people read (README.md tells
// how).
//
//   const std::variant<Dialog, DialogError> dialog = ParseDialog(text);
//
// It knows nothing of sessions or sockets: one runner plays it against the pure session, another
// against a live server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ringpost::dialogs {

// "option: limits.errors 3": a key of the configuration file, and its value.
struct Option {
  std::string name;
  std::string value;
};

// "refuse: recipient no@b.example 550 5.1.1 no such mailbox": what the application says no to.
struct Refusal {
  enum class Stage : uint8_t {
    kConnection,
    kHello,
    kStartTls,
    kSender,
    kRecipient,  // of `subject`
    kStart,      // before the first octet of a message
    kBody,       // once more than `after_octets` have come
    kMessage,    // at its end; in LMTP for `subject` alone, when there is one
  };
  Stage stage;
  std::string subject;
  size_t after_octets;
  uint16_t code;
  std::string status;  // "5.1.1", or empty
  std::string text;
};

// "user: joe secret": one who can log in.
struct User {
  std::string name;
  std::string password;
};

struct Step {
  enum class Kind : uint8_t {
    kSend,         // octets of the client
    kHangUp,       // the client sends no more
    kHandshake,    // of TLS: behind a STARTTLS that was accepted, or before anything else
    kExpect,       // one line of the server that matches `text`
    kExpectLast,   // any lines of a multi-line reply, then one that matches `text`
    kExpectClose,  // the server ends the session; `text` is its reason, or empty
  };
  Kind kind;
  std::string text;
  int line_number;
};

// A message that the server has accepted.
struct Message {
  std::string sender;
  std::vector<std::string> recipients;
  std::string octets;

  bool operator==(const Message&) const = default;
};

struct Dialog {
  std::string title;          // the comment at the top
  bool is_pure_only = false;  // what it takes cannot be arranged with a live server
  std::vector<Option> options;
  std::vector<Refusal> refusals;
  std::string mechanisms;           // of AUTH, while the session is not secure
  std::string mechanisms_over_tls;  // and once it is
  std::vector<User> users;
  std::vector<Step> steps;
  // All that are accepted and all that are aborted ("too-big"), in order.
  std::vector<Message> messages;
  std::vector<std::string> aborts;

  // What a server has to be set up with to play it.
  bool needs_tls() const;
  bool needs_authentication() const { return !mechanisms.empty() || !mechanisms_over_tls.empty(); }
  bool starts_with_handshake() const { return steps.front().kind == Step::Kind::kHandshake; }
};

struct DialogError {
  int line_number;
  std::string message;
};

std::variant<Dialog, DialogError> ParseDialog(std::string_view text);

// `pattern` is the whole line; each '*' in it stands for any octets.
bool Matches(std::string_view pattern, std::string_view line);

}  // namespace ringpost::dialogs

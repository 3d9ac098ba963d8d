#include "ringpost/server/log_observer.h"

#include <variant>

namespace ringpost::server {
namespace {

void AppendReply(LogLine& line, uint16_t code, std::string_view text) {
  if (code == 0) return;
  line.Number("code", code);
  line.TextUnlessEmpty("reply", text);
}

void AppendSecurity(LogLine& line, const net::SecurityFacts* security) {
  if (security == nullptr) return;
  line.Text("tls", security->version);
  line.Text("cipher", security->cipher_suite);
}

}  // namespace

void LogObserver::OnObservations(std::span<const hooks::Observation> observations) {
  for (const hooks::Observation& observation : observations) {
    std::string* const out = writer_->NewLine();
    if (out == nullptr) continue;
    std::visit([&](const auto& stage) { AppendLine(stage, *out); }, observation);
    writer_->EndLine();
  }
}

void LogObserver::AppendLine(const hooks::SessionOpened& opened, std::string& out) {
  LogLine line = NewLine(out, opened.at, "connection");
  line.Text("session", opened.session_id);
  line.Text("client", opened.client.ToString());
  line.Text("server", opened.server.ToString());
  line.End();
}

void LogObserver::AppendLine(const hooks::AuthenticationDecided& decided, std::string& out) {
  LogLine line = NewLine(out, decided.at, "auth");
  line.Text("session", decided.session_id);
  line.Text("client", decided.client.ToString());
  line.Text("mechanism", decided.mechanism);
  line.TextUnlessEmpty("user", decided.user);
  if (decided.authorization != decided.user) {
    line.TextUnlessEmpty("acts_as", decided.authorization);
  }
  AppendReply(line, decided.reply_code, {});
  line.TextUnlessEmpty("reason", decided.reason);
  line.End();
}

void LogObserver::AppendLine(const hooks::SenderDecided& decided, std::string& out) {
  LogLine line = NewLine(out, clock_.WallNow(), "sender");
  line.Text("session", decided.session_id);
  line.Text("from", decided.sender);
  line.Number("code", decided.reply_code);
  line.End();
}

void LogObserver::AppendLine(const hooks::RecipientDecided& decided, std::string& out) {
  LogLine line = NewLine(out, clock_.WallNow(), "recipient");
  line.Text("session", decided.session_id);
  line.Text("to", decided.recipient);
  AppendReply(line, decided.reply_code, decided.reply_text);
  line.End();
}

void LogObserver::AppendLine(const hooks::MessageFinished& finished, std::string& out) {
  LogLine line = NewLine(out, finished.at, "message");
  line.Text("session", finished.session_id);
  line.Text("fate", hooks::MessageFateName(finished.fate));
  line.TextUnlessEmpty("id", finished.store_id);
  line.Text("client", finished.client.ToString());
  line.TextUnlessEmpty("hello", finished.hello_name);
  line.Text("protocol", finished.protocol_keyword);
  AppendSecurity(line, finished.security);
  line.TextUnlessEmpty("user", finished.authentication);
  line.Text("from", finished.sender);
  line.TextUnlessEmpty("to", finished.first_recipient);
  line.Number("recipients", finished.recipient_count);
  line.Number("octets", finished.octets);
  line.Seconds("seconds", finished.duration);
  AppendReply(line, finished.reply_code, finished.reply_text);
  line.TextUnlessEmpty("reason", finished.reason);
  line.End();
}

void LogObserver::AppendLine(const hooks::SessionEnded& ended, std::string& out) {
  LogLine line = NewLine(out, ended.at, "session");
  line.Text("session", ended.session_id);
  line.Text("end", smtp::CloseReasonName(ended.reason));
  line.Text("client", ended.client.ToString());
  line.TextUnlessEmpty("hello", ended.hello_name);
  AppendSecurity(line, ended.security);
  line.TextUnlessEmpty("user", ended.authentication);
  line.Number("messages", ended.message_count);
  line.Number("errors", ended.error_count);
  line.Number("commands", ended.command_count);
  line.Number("received", ended.received_octets);
  line.Number("sent", ended.sent_octets);
  line.Seconds("seconds", ended.duration);
  line.TextUnlessEmpty("reason", ended.detail);
  line.End();
}

LogLine LogObserver::NewLine(std::string& out, absl::Time at, std::string_view event) {
  return LogLine(writer_->format(), out, timestamps_.Format(at), event);
}

}  // namespace ringpost::server

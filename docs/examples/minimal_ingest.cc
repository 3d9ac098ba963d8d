// A server that takes mail for one domain and keeps the latest messages in memory: a MessageStore
// of one's own, and nothing else.
//
//   minimal_ingest [ADDRESS:PORT [DOMAIN]]
#include <deque>
#include <iostream>
#include <memory>
#include <string>

#include "ringpost/store/local_recipients.h"
#include "serve.h"

using namespace ringpost;

// What arrived. One for each shard (and this server has one), so it needs no lock.
struct Inbox {
  static constexpr size_t kKeptMessages = 100;

  size_t message_count = 0;
  std::deque<std::string> latest;
};

// One message on its way in. The server calls Append() for each piece, then either Commit() or
// Abort().
class InboxWriter final : public hooks::MessageWriter {
 public:
  explicit InboxWriter(Inbox& inbox) : inbox_(inbox) {}

  Task<absl::Status> Append(const hooks::Context&, io::Chunk chunk) override {
    message_.append(chunk.octets);
    co_return absl::OkStatus();
  }

  // Once this says OK the client reads 250, and the message is ours to lose.
  Task<hooks::CommitResult> Commit(const hooks::Context& context, hooks::Durability) override {
    ++inbox_.message_count;
    std::cout << "message " << inbox_.message_count << ": " << message_.size() << " octets from "
              << context.session.hello_name << std::endl;
    inbox_.latest.push_back(std::move(message_));
    if (inbox_.latest.size() > Inbox::kKeptMessages) inbox_.latest.pop_front();
    hooks::CommitResult result;
    result.id = std::to_string(inbox_.message_count);
    co_return result;
  }

  Task<void> Abort(const hooks::Context&, smtp::AbortReason reason) override {
    std::cout << "aborted: " << smtp::AbortReasonName(reason) << std::endl;
    co_return;
  }

 private:
  Inbox& inbox_;
  std::string message_;
};

class InboxStore final : public hooks::MessageStore {
 public:
  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context&,
                                                     const smtp::Envelope&) override {
    co_return hooks::MessageWriterPtr(new InboxWriter(inbox_));
  }
  // A restart forgets everything.
  hooks::Durability strongest_durability() const override { return hooks::Durability::kMemory; }

 private:
  Inbox inbox_;
};

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:2525";
  const std::string domain = argc > 2 ? argv[2] : "example.org";
  const auto recipients = store::LocalRecipients::Create({.domains = {domain}});
  if (!recipients.ok()) {
    std::cerr << recipients.status().message() << "\n";
    return 2;
  }

  server::ServerOptions options;
  options.durability = hooks::Durability::kMemory;
  return example::ServeUntilEnded(
      options, address, [&](io::Shard&) -> absl::StatusOr<hooks::Hooks> {
        hooks::Hooks hooks;
        hooks.recipient_validators = {
            std::make_shared<store::LocalRecipientValidator>(*recipients)};
        hooks.store = std::make_shared<InboxStore>();
        return hooks;
      });
}

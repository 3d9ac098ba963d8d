// A server whose recipients are the rows of a database: a RecipientValidator that asks SQLite once
// for each batch of pipelined RCPTs, on a thread where it may block.
//
//   sqlite_recipients DATABASE [ADDRESS:PORT]
//
// The database has `CREATE TABLE mailboxes (address TEXT PRIMARY KEY COLLATE NOCASE)`. Messages go
// nowhere (DiscardStore): put a store of your own in its place.
#include <sqlite3.h>

#include <iostream>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "ringpost/io/offload.h"
#include "ringpost/store/discard_store.h"
#include "serve.h"

using namespace ringpost;

// One connection to the database. SQLite's own lock makes it safe for the threads of a pool.
class MailboxDatabase {
 public:
  static absl::StatusOr<std::shared_ptr<MailboxDatabase>> Open(const std::string& path) {
    sqlite3* database = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &database,
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, nullptr);
    std::shared_ptr<MailboxDatabase> opened(new MailboxDatabase(database));
    if (result != SQLITE_OK) return opened->LastError(path);
    return opened;
  }
  ~MailboxDatabase() { sqlite3_close_v2(database_); }

  // Those of `addresses` that are there, in lower case. Blocks.
  absl::StatusOr<std::unordered_set<std::string>> Find(const std::vector<std::string>& addresses) {
    std::string query = "SELECT lower(address) FROM mailboxes WHERE address IN (?";
    for (size_t i = 1; i < addresses.size(); ++i) query += ",?";
    query += ")";
    sqlite3_stmt* prepared = nullptr;
    const int result = sqlite3_prepare_v2(database_, query.c_str(), -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared,
                                                                               sqlite3_finalize);
    if (result != SQLITE_OK) return LastError(query);
    for (size_t i = 0; i < addresses.size(); ++i) {
      sqlite3_bind_text(prepared, static_cast<int>(i + 1), addresses[i].data(),
                        static_cast<int>(addresses[i].size()), SQLITE_STATIC);
    }
    std::unordered_set<std::string> found;
    int step;
    while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
      found.insert(reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0)));
    }
    if (step != SQLITE_DONE) return LastError(query);
    return found;
  }

 private:
  explicit MailboxDatabase(sqlite3* database) : database_(database) {}

  absl::Status LastError(const std::string& what) const {
    return absl::UnavailableError(what + ": " + sqlite3_errmsg(database_));
  }

  sqlite3* database_;
};

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

class SqliteRecipients final : public hooks::RecipientValidator {
 public:
  SqliteRecipients(std::shared_ptr<MailboxDatabase> database, io::OffloadPool& pool)
      : database_(std::move(database)), pool_(pool) {}

  // A client that pipelines its RCPTs costs one query, however many there are.
  Task<void> OnRecipients(const hooks::Context& context, const smtp::Envelope&,
                          std::span<const smtp::Recipient> recipients,
                          std::span<hooks::Verdict> verdicts) override {
    std::vector<std::string> addresses;
    for (const smtp::Recipient& recipient : recipients) {
      addresses.push_back(LowerCase(recipient.mailbox.ToString()));
    }
    std::cout << "asking for " << addresses.size() << std::endl;
    const auto answer =
        co_await io::Offload(context.shard, pool_, [&] { return database_->Find(addresses); });
    // Either the pool was too busy to ask, or the database did not answer: the client is to come
    // back.
    const bool was_answered = answer.ok() && answer->ok();
    for (size_t i = 0; i < verdicts.size(); ++i) {
      if (!was_answered) {
        verdicts[i] = hooks::Verdict::Defer(
            smtp::Reply::Fixed(451, {4, 3, 0}, "mailboxes cannot be looked up, try again later"));
      } else if ((*answer)->contains(addresses[i])) {
        verdicts[i] = hooks::Verdict::Accept();
      } else {
        verdicts[i] = hooks::Verdict::Reject(smtp::Reply::Fixed(550, {5, 1, 1}, "no such mailbox"));
      }
    }
  }

 private:
  std::shared_ptr<MailboxDatabase> database_;
  io::OffloadPool& pool_;
};

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: sqlite_recipients DATABASE [ADDRESS:PORT]\n";
    return 2;
  }
  // Outlives the server, and with it every validator.
  io::OffloadPool pool({.thread_count = 2, .queue_limit = 256});
  return example::ServeUntilEnded(
      {}, argc > 2 ? argv[2] : "127.0.0.1:2525", [&](io::Shard&) -> absl::StatusOr<hooks::Hooks> {
        auto database = MailboxDatabase::Open(argv[1]);
        if (!database.ok()) return database.status();
        hooks::Hooks hooks;
        hooks.recipient_validators = {std::make_shared<SqliteRecipients>(*database, pool)};
        hooks.store = std::make_shared<store::DiscardStore>();
        return hooks;
      });
}

#include "ringpost/filter/message_completion.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::filter {
namespace {

bool HasField(std::span<const hooks::HeaderField> fields, std::string_view name) {
  return std::ranges::any_of(
      fields, [name](const auto& field) { return EqualsIgnoreCase(field.name, name); });
}

}  // namespace

class MessageCompletionFilter::Completion final : public hooks::MessageFilter {
 public:
  explicit Completion(MessageCompletionFilter& filter) : filter_(filter) {}

  Task<hooks::Verdict> OnHeader(const hooks::Context& context,
                                std::span<const hooks::HeaderField> fields,
                                hooks::HeaderEdits& edits) override {
    if (!HasField(fields, "Date")) {
      edits.Append("Date", std::string(filter_.dates_.Format(context.shard.WallNow())));
    }
    if (!HasField(fields, "Message-ID")) {
      edits.Append("Message-ID", Concat('<', context.session.id, '.', ++filter_.message_count_, '@',
                                        filter_.host_name_, '>'));
    }
    return ReadyTask(hooks::Verdict::Continue());
  }

 private:
  MessageCompletionFilter& filter_;
};

std::unique_ptr<hooks::MessageFilter> MessageCompletionFilter::NewMessage(
    const hooks::Context& context, const smtp::Envelope&) {
  if (!context.session.is_submission) return nullptr;
  return std::make_unique<Completion>(*this);
}

}  // namespace ringpost::filter

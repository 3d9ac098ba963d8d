#include "ringpost/filter/received_loop.h"

#include <algorithm>

#include "ringpost/base/ascii.h"

namespace ringpost::filter {
namespace {

class ReceivedCounter final : public hooks::MessageFilter {
 public:
  explicit ReceivedCounter(size_t limit) : limit_(limit) {}

  Task<hooks::Verdict> OnHeader(const hooks::Context&, std::span<const hooks::HeaderField> fields,
                                hooks::HeaderEdits&) override {
    const auto count = std::count_if(fields.begin(), fields.end(), [](const auto& field) {
      return EqualsIgnoreCase(field.name, "Received");
    });
    if (static_cast<size_t>(count) <= limit_) return ReadyTask(hooks::Verdict::Continue());
    return ReadyTask(hooks::Verdict::Reject(
        smtp::Reply::Fixed(554, {5, 4, 6}, "too many hops, this looks like a mail loop")));
  }

 private:
  size_t limit_;
};

}  // namespace

std::unique_ptr<hooks::MessageFilter> ReceivedLoopFilter::NewMessage(const hooks::Context&,
                                                                     const smtp::Envelope&) {
  return std::make_unique<ReceivedCounter>(limit_);
}

}  // namespace ringpost::filter

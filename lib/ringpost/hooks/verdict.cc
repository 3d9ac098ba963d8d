#include "ringpost/hooks/verdict.h"

#include "ringpost/base/check.h"

namespace ringpost::hooks {

Verdict Verdict::Reject(smtp::Reply reply) {
  Check(reply.is_permanent_failure(), "Verdict::Reject needs a 5xx reply");
  return Verdict(Decision::kReject, std::move(reply));
}

Verdict Verdict::Defer(smtp::Reply reply) {
  Check(reply.is_temporary_failure(), "Verdict::Defer needs a 4xx reply");
  return Verdict(Decision::kDefer, std::move(reply));
}

Verdict Verdict::Disconnect(smtp::Reply reply) {
  Check(!reply.is_positive(), "Verdict::Disconnect needs a 4xx or 5xx reply");
  return Verdict(Decision::kDisconnect, std::move(reply));
}

bool Verdict::is_refusal() const {
  return decision_ == Decision::kReject || decision_ == Decision::kDefer ||
         decision_ == Decision::kDisconnect;
}

}  // namespace ringpost::hooks

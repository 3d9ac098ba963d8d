#include "ringpost/io/kernel_probe.h"

#include "gtest/gtest.h"
#include "ringpost/io/uring_reactor.h"

namespace ringpost::io {
namespace {

// Whether io_uring is there is not ours to decide; that both say the same is.
TEST(ProbeKernel, SaysWhetherAReactorCanBeMade) {
  const absl::Status probed = ProbeKernel();
  const absl::Status created = CreateUringReactor({}).status();
  EXPECT_EQ(probed.ok(), created.ok()) << probed.message() << "; " << created.message();
}

TEST(ProbeKernel, SaysWhatToDoWhereItIsMissing) {
  const absl::Status probed = ProbeKernel();
  if (probed.ok()) {
    EXPECT_TRUE(probed.message().empty());
  } else {
    EXPECT_GT(probed.message().size(), 40u) << probed.message();
  }
}

}  // namespace
}  // namespace ringpost::io

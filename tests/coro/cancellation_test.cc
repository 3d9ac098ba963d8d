#include "ringpost/coro/cancellation.h"

#include <optional>

#include "gtest/gtest.h"

namespace ringpost {
namespace {

class Listener final : public CancelCallback {
 public:
  Listener() = default;
  explicit Listener(CancelToken token) { Listen(token); }
  using CancelCallback::Listen;
  using CancelCallback::StopListening;

  void OnCancel() override {
    ++heard_count;
    if (silences != nullptr) silences->StopListening();
  }

  int heard_count = 0;
  Listener* silences = nullptr;
};

TEST(Cancellation, AnEmptyTokenIsNeverCancelled) {
  const CancelToken token;
  Listener listener(token);
  EXPECT_FALSE(token.requested());
  EXPECT_FALSE(listener.linked());
}

TEST(Cancellation, EachListenerHearsOnce) {
  CancelSource source;
  Listener a(source.token()), b(source.token());
  source.Request();
  source.Request();
  EXPECT_TRUE(source.token().requested());
  EXPECT_EQ(a.heard_count, 1);
  EXPECT_EQ(b.heard_count, 1);
}

TEST(Cancellation, WhoStoppedListeningHearsNothing) {
  CancelSource source;
  Listener listener(source.token());
  listener.StopListening();
  source.Request();
  EXPECT_EQ(listener.heard_count, 0);
}

TEST(Cancellation, ADestroyedListenerHearsNothing) {
  CancelSource source;
  std::optional<Listener> gone(std::in_place, source.token());
  Listener stays(source.token());
  gone.reset();
  source.Request();
  EXPECT_EQ(stays.heard_count, 1);
}

TEST(Cancellation, AListenerMayUnlinkAnotherFromWithin) {
  CancelSource source;
  Listener first(source.token()), second(source.token());
  first.silences = &second;
  source.Request();
  EXPECT_EQ(first.heard_count, 1);
  EXPECT_EQ(second.heard_count, 0);
}

TEST(Cancellation, WhoListensTooLateIsNotRegistered) {
  CancelSource source;
  source.Request();
  Listener late(source.token());
  EXPECT_FALSE(late.linked());
  EXPECT_EQ(late.heard_count, 0);
}

TEST(Cancellation, ARearmedSourceCanBeRequestedAgain) {
  CancelSource source;
  source.Request();
  source.Rearm();
  EXPECT_FALSE(source.requested());
  Listener listener(source.token());
  source.Request();
  EXPECT_EQ(listener.heard_count, 1);
}

TEST(LinkedCancelSource, HearsOfItsParent) {
  CancelSource parent;
  LinkedCancelSource child(parent.token());
  Listener listener(child.token());
  parent.Request();
  EXPECT_TRUE(child.requested());
  EXPECT_EQ(listener.heard_count, 1);
}

TEST(LinkedCancelSource, DoesNotTellItsParent) {
  CancelSource parent;
  LinkedCancelSource child(parent.token());
  child.Request();
  EXPECT_FALSE(parent.requested());
}

TEST(LinkedCancelSource, OfACancelledParentIsCancelledFromTheStart) {
  CancelSource parent;
  parent.Request();
  EXPECT_TRUE(LinkedCancelSource(parent.token()).requested());
}

}  // namespace
}  // namespace ringpost

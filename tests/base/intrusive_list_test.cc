#include "ringpost/base/intrusive_list.h"

#include <optional>
#include <vector>

#include "gtest/gtest.h"

namespace ringpost {
namespace {

struct Element : ListLink {
  explicit Element(int element_value) : value(element_value) {}
  int value;
};

std::vector<int> Drain(IntrusiveList<Element>& list) {
  std::vector<int> values;
  while (!list.empty()) values.push_back(list.PopFront().value);
  return values;
}

TEST(IntrusiveList, KeepsTheOrderOfPushing) {
  IntrusiveList<Element> list;
  Element a(1), b(2), c(3);
  list.PushBack(a);
  list.PushBack(b);
  list.PushBack(c);
  EXPECT_EQ(list.front().value, 1);
  EXPECT_EQ(Drain(list), (std::vector{1, 2, 3}));
  EXPECT_FALSE(a.linked());
}

TEST(IntrusiveList, AnElementLeavesFromTheMiddle) {
  IntrusiveList<Element> list;
  Element a(1), b(2), c(3);
  list.PushBack(a);
  list.PushBack(b);
  list.PushBack(c);
  b.Unlink();
  EXPECT_FALSE(b.linked());
  EXPECT_EQ(Drain(list), (std::vector{1, 3}));
}

TEST(IntrusiveList, UnlinkTwiceDoesNothing) {
  IntrusiveList<Element> list;
  Element a(1);
  list.PushBack(a);
  a.Unlink();
  a.Unlink();
  EXPECT_TRUE(list.empty());
}

TEST(IntrusiveList, ADestroyedElementLeavesItsList) {
  IntrusiveList<Element> list;
  Element a(1);
  std::optional<Element> b(std::in_place, 2);
  list.PushBack(a);
  list.PushBack(*b);
  b.reset();
  EXPECT_EQ(Drain(list), (std::vector{1}));
}

TEST(IntrusiveList, ADestroyedListLetsItsElementsGo) {
  Element a(1);
  {
    IntrusiveList<Element> list;
    list.PushBack(a);
  }
  EXPECT_FALSE(a.linked());
}

TEST(IntrusiveList, TakesAllOfAnotherBehindItsOwn) {
  IntrusiveList<Element> first, second;
  Element a(1), b(2), c(3);
  first.PushBack(a);
  second.PushBack(b);
  second.PushBack(c);
  first.TakeAll(second);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(Drain(first), (std::vector{1, 2, 3}));
}

TEST(IntrusiveList, AnElementCanComeBack) {
  IntrusiveList<Element> list;
  Element a(1), b(2);
  list.PushBack(a);
  list.PushBack(b);
  list.PushBack(list.PopFront());
  EXPECT_EQ(Drain(list), (std::vector{2, 1}));
}

}  // namespace
}  // namespace ringpost

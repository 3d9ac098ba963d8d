// IntrusiveList: a doubly linked list whose links live in the elements. Nothing is allocated; an
// element knows whether it is linked and leaves its list when destroyed.
//
//   struct Waiter : ListLink {};
//   IntrusiveList<Waiter> waiters;
//   waiters.PushBack(waiter);
//
// Ownership: the list owns nothing. Threads: one.
#pragma once

#include <concepts>

namespace ringpost {

class ListLink {
 public:
  ListLink() = default;
  ~ListLink() { Unlink(); }
  ListLink(const ListLink&) = delete;
  ListLink& operator=(const ListLink&) = delete;

  bool linked() const { return next_ != nullptr; }
  // Leaves the list; nothing when in none.
  void Unlink() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <typename Element>
  friend class IntrusiveList;

  ListLink* previous_ = nullptr;
  ListLink* next_ = nullptr;
};

template <typename Element>
class IntrusiveList {
 public:
  IntrusiveList() { head_.previous_ = head_.next_ = &head_; }
  ~IntrusiveList() {
    while (!empty()) head_.next_->Unlink();
    head_.previous_ = head_.next_ = nullptr;
  }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;

  bool empty() const { return head_.next_ == &head_; }
  Element& front() { return static_cast<Element&>(*head_.next_); }

  // The element must be in no list.
  void PushBack(Element& element)
    requires std::derived_from<Element, ListLink>
  {
    ListLink& link = element;
    link.previous_ = head_.previous_;
    link.next_ = &head_;
    head_.previous_->next_ = &link;
    head_.previous_ = &link;
  }
  Element& PopFront() {
    Element& element = front();
    static_cast<ListLink&>(element).Unlink();
    return element;
  }

  // For range-for. The current element may not leave the list meanwhile.
  class Iterator {
   public:
    explicit Iterator(ListLink* link) : link_(link) {}
    Element& operator*() const { return static_cast<Element&>(*link_); }
    Iterator& operator++() {
      link_ = link_->next_;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    ListLink* link_;
  };
  Iterator begin() { return Iterator(head_.next_); }
  Iterator end() { return Iterator(&head_); }

  // Moves all of `other` to the end of this list.
  void TakeAll(IntrusiveList& other) {
    while (!other.empty()) PushBack(other.PopFront());
  }

 private:
  ListLink head_;
};

}  // namespace ringpost

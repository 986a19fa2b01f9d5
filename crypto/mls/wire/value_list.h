// A list of registered values, as capabilities hold five of: up to four of them inline, because a large tree holds
// tens of thousands of such lists and most name one value or none.
// Source: RFC 9420 §7.2 (Capabilities).
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "crypto/bytes/check.h"

namespace samband::mls {

template <class Value>
class ValueList {
  static_assert(sizeof(Value) == sizeof(std::uint16_t));

 public:
  using value_type = Value;
  using iterator = Value*;
  using const_iterator = const Value*;
  static constexpr std::uint16_t inline_max = 4;  // as many as take the room of a pointer
  static constexpr std::size_t size_max = std::numeric_limits<std::uint16_t>::max();  // asserted

  ValueList() = default;
  // Implicit: wherever a list of values is asked for, these are what it is written as.
  ValueList(std::initializer_list<Value> values) { append({values.begin(), values.size()}); }
  ValueList(const std::vector<Value>& values) { append(values); }
  ValueList(const ValueList& other) { append(other.view()); }
  ValueList(ValueList&& other) noexcept { take(other); }
  ValueList& operator=(const ValueList& other) { return *this = ValueList{other}; }
  ValueList& operator=(ValueList&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ~ValueList() { release(); }

  [[nodiscard]] const Value* begin() const { return is_inline() ? inline_ : heap_; }
  [[nodiscard]] const Value* end() const { return begin() + size_; }
  [[nodiscard]] Value* begin() { return is_inline() ? inline_ : heap_; }
  [[nodiscard]] Value* end() { return begin() + size_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void push_back(Value value) { append({&value, 1}); }
  void clear() { *this = ValueList{}; }
  template <class Predicate>
  void erase_if(Predicate&& is_unwanted) {
    size_ = static_cast<std::uint16_t>(std::remove_if(begin(), end(), is_unwanted) - begin());
  }

  friend bool operator==(const ValueList& a, const ValueList& b) { return std::ranges::equal(a, b); }

 private:
  [[nodiscard]] bool is_inline() const { return capacity_ == inline_max; }
  [[nodiscard]] std::span<const Value> view() const { return {begin(), size_}; }

  void append(std::span<const Value> values) {
    const std::size_t size = size_ + values.size();
    SAMBAND_CHECK(size <= size_max);
    if (size > capacity_) grow(std::min(size_max, std::max<std::size_t>(size, std::size_t{2} * capacity_)));
    std::ranges::copy(values, end());
    size_ = static_cast<std::uint16_t>(size);
  }

  void grow(std::size_t capacity) {
    auto* const more = new Value[capacity];
    std::ranges::copy(view(), more);
    release();
    heap_ = more;
    capacity_ = static_cast<std::uint16_t>(capacity);
  }

  void take(ValueList& other) noexcept {
    size_ = std::exchange(other.size_, std::uint16_t{0});
    capacity_ = std::exchange(other.capacity_, inline_max);
    if (is_inline()) {
      std::copy_n(other.inline_, inline_max, inline_);
    } else {
      heap_ = other.heap_;
    }
  }
  void release() noexcept {
    if (!is_inline()) delete[] heap_;
  }

  union {
    Value inline_[inline_max] = {};
    Value* heap_;  // when there are more
  };
  std::uint16_t size_ = 0;
  std::uint16_t capacity_ = inline_max;
};

}  // namespace samband::mls

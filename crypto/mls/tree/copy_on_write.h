// A value on the heap that its copies share until one of them writes. Copies may live on different threads: a value
// seen by several owners is never written.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace samband::mls {

template <class T>
class CopyOnWrite {
 public:
  CopyOnWrite() = default;  // holds nothing
  explicit CopyOnWrite(T value) : shared_{new Shared{.value = std::move(value)}} {}
  CopyOnWrite(const CopyOnWrite& other) : shared_{other.shared_} {
    if (shared_) shared_->owners.fetch_add(1, std::memory_order_relaxed);
  }
  CopyOnWrite(CopyOnWrite&& other) noexcept : shared_{std::exchange(other.shared_, nullptr)} {}
  CopyOnWrite& operator=(CopyOnWrite other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~CopyOnWrite() {
    if (shared_ && shared_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared_;
  }

  // nullptr when it holds nothing.
  [[nodiscard]] const T* get() const { return shared_ ? &shared_->value : nullptr; }
  [[nodiscard]] explicit operator bool() const { return shared_ != nullptr; }
  [[nodiscard]] const T& operator*() const {
    assert(shared_);
    return shared_->value;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }

  // The value for writing, this owner's alone from now on; asserted: there is one.
  [[nodiscard]] T& own() {
    assert(shared_);
    if (shared_->owners.load(std::memory_order_acquire) != 1) *this = CopyOnWrite{shared_->value};
    return shared_->value;
  }

  // One value, or none on both sides: certainly equal, without a look at it.
  [[nodiscard]] bool shares_with(const CopyOnWrite& other) const { return shared_ == other.shared_; }

 private:
  // Counts its owners itself, because shared_ptr::use_count promises no ordering with the writes of a former owner.
  struct Shared {
    T value;
    std::atomic<std::uint32_t> owners{1};
  };

  Shared* shared_ = nullptr;
};

}  // namespace samband::mls

// A vector whose copies share their elements, a page at a time, until one side writes.
// Copying costs one counter per page; writing to a shared page copies that page. Copies may live on different threads:
// a page seen by several owners is never written.
#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace samband::mls {

template <class T>
class PagedVector {
 public:
  static constexpr std::size_t page_size = 32;

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] const T& operator[](std::size_t index) const {
    assert(index < size_);
    return pages_[index / page_size].view()[index % page_size];
  }
  // The element for writing; its page becomes this vector's own.
  [[nodiscard]] T& edit(std::size_t index) {
    assert(index < size_);
    return pages_[index / page_size].own()[index % page_size];
  }

  // New elements are value-initialised.
  void resize(std::size_t size) {
    for (std::size_t i = size; i < size_ && i % page_size != 0; ++i) edit(i) = T{};  // the page that is cut through
    pages_.resize((size + page_size - 1) / page_size);
    size_ = size;
  }

 private:
  using Items = std::array<T, page_size>;

  // Counts its owners itself, because shared_ptr::use_count promises no ordering with the writes of a former owner.
  class Page {
   public:
    Page() : shared_{new Shared{}} {}
    Page(const Page& other) : shared_{other.shared_} { shared_->owners.fetch_add(1, std::memory_order_relaxed); }
    Page(Page&& other) noexcept : shared_{std::exchange(other.shared_, nullptr)} {}
    Page& operator=(Page other) noexcept {
      std::swap(shared_, other.shared_);
      return *this;
    }
    ~Page() {
      if (shared_ && shared_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared_;
    }

    [[nodiscard]] const Items& view() const { return shared_->items; }
    [[nodiscard]] Items& own() {
      if (shared_->owners.load(std::memory_order_acquire) != 1) *this = Page{shared_->items};
      return shared_->items;
    }

   private:
    struct Shared {
      std::atomic<std::size_t> owners{1};
      Items items{};
    };
    explicit Page(const Items& copied_from) : shared_{new Shared{.owners = 1, .items = copied_from}} {}

    Shared* shared_;
  };

  std::vector<Page> pages_;
  std::size_t size_ = 0;
};

}  // namespace samband::mls

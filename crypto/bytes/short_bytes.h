// Public bytes that are few: held inline up to 32 of them, as most keys and hashes are, and on the heap beyond.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "crypto/bytes/bytes.h"

namespace samband {

class ShortBytes {
 public:
  static constexpr std::size_t inline_bytes_max = 32;
  static constexpr std::size_t size_max = 255;  // asserted

  ShortBytes() = default;
  // Explicit, because a view of one that was made in passing would outlive it.
  explicit ShortBytes(BytesView bytes);
  ShortBytes(std::initializer_list<std::uint8_t> bytes) : ShortBytes{BytesView{bytes.begin(), bytes.size()}} {}
  ShortBytes(const ShortBytes& other) : size_{other.size_} {
    if (is_inline()) {
      copy_inline(other);
    } else {
      copy_heap(other);
    }
  }
  ShortBytes(ShortBytes&& other) noexcept { take(other); }
  ShortBytes& operator=(const ShortBytes& other) { return *this = ShortBytes{other}; }
  ShortBytes& operator=(ShortBytes&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    return *this;
  }
  ~ShortBytes() { release(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] BytesView view() const { return {data(), size_}; }
  operator BytesView() const { return view(); }
  [[nodiscard]] std::uint8_t& operator[](std::size_t index) { return data()[index]; }

  friend bool operator==(const ShortBytes& a, const ShortBytes& b) { return equal(a.view(), b.view()); }
  friend bool operator==(const ShortBytes& a, const Bytes& b) { return equal(a.view(), b); }

 private:
  [[nodiscard]] bool is_inline() const { return size_ <= inline_bytes_max; }
  [[nodiscard]] const std::uint8_t* data() const { return is_inline() ? inline_ : heap_; }
  [[nodiscard]] std::uint8_t* data() { return is_inline() ? inline_ : heap_; }
  // All of them, whatever the size: a fixed number of bytes is copied at once.
  void copy_inline(const ShortBytes& other) noexcept { std::copy_n(other.inline_, inline_bytes_max, inline_); }
  void copy_heap(const ShortBytes& other);
  void take(ShortBytes& other) noexcept {
    size_ = std::exchange(other.size_, std::uint8_t{0});
    if (is_inline()) {
      copy_inline(other);
    } else {
      heap_ = other.heap_;
    }
  }
  void release() noexcept {
    if (!is_inline()) delete[] heap_;
  }

  union {
    std::uint8_t inline_[inline_bytes_max] = {};
    std::uint8_t* heap_;  // when there are more
  };
  std::uint8_t size_ = 0;
};

}  // namespace samband

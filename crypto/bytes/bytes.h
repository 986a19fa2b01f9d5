// Byte strings: views, owned bytes, and secrets that wipe themselves.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace samband {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

// The bytes of a text, without a terminator.
[[nodiscard]] BytesView view_of(std::string_view text);
[[nodiscard]] std::string_view text_of(BytesView bytes);
[[nodiscard]] Bytes copy_of(BytesView bytes);
[[nodiscard]] Bytes concat(std::initializer_list<BytesView> parts);

// Equality of public bytes; may stop at the first difference. Secrets use `equal_in_constant_time`.
[[nodiscard]] bool equal(BytesView a, BytesView b);

// Takes time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(BytesView a, BytesView b);

// Key material. Move-only; wiped on destruction and when moved from. It has no comparison, stream or
// formatter, so it reaches neither a log nor a timing channel by accident. Up to `inline_bytes_max`
// bytes are held inline (no allocation for keys, nonces and chain secrets); longer ones on the heap.
class SecretBytes {
 public:
  static constexpr std::size_t inline_bytes_max = 64;

  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);  // zeros
  explicit SecretBytes(BytesView copied_from);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  // A second copy is a decision, so it has a name.
  [[nodiscard]] SecretBytes duplicate() const { return SecretBytes{view()}; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] BytesView view() const { return {data(), size_}; }
  [[nodiscard]] std::span<std::uint8_t> writable() { return {data(), size_}; }

  // Wipes the content; the result is empty.
  void erase();

 private:
  [[nodiscard]] const std::uint8_t* data() const { return heap_ ? heap_ : inline_; }
  [[nodiscard]] std::uint8_t* data() { return heap_ ? heap_ : inline_; }
  void take(SecretBytes& other) noexcept;

  std::size_t size_ = 0;
  std::uint8_t* heap_ = nullptr;
  std::uint8_t inline_[inline_bytes_max] = {};
};

// Wipes bytes that held a secret for a moment (a decoded structure, a buffer of a library).
void wipe(std::span<std::uint8_t> bytes);

}  // namespace samband

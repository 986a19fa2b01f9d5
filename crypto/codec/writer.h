// Writes the presentation language of RFC 9420 §2.1.
#pragma once

#include <cstdint>

#include "crypto/bytes/bytes.h"

namespace samband {

// The longest vector the two-bit length classes can express (§2.1.2).
inline constexpr std::size_t vector_bytes_max = (1U << 30U) - 1;

class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void fixed(BytesView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  // An opaque vector `<V>`: minimal length header, then the bytes.
  void bytes(BytesView bytes);
  // A vector `<V>` of structures: `write_items` gets this writer; the header is put in front afterwards.
  template <class WriteItems>
  void vector(WriteItems&& write_items) {
    const std::size_t start = out_.size();
    write_items(*this);
    insert_header(start);
  }
  void presence(bool present) { u8(present ? 1 : 0); }

  void reserve(std::size_t size) { out_.reserve(size); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] BytesView view() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }
  // For buffers that held secrets: the bytes move into a SecretBytes and this buffer is wiped.
  [[nodiscard]] SecretBytes take_secret();

 private:
  void number(std::uint64_t value, unsigned size);
  void insert_header(std::size_t start);

  Bytes out_;
};

}  // namespace samband

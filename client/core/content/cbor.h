// The deterministic subset of CBOR that message content uses (RFC 8949 §4.2.1), over libcbor's streaming
// decoder: nothing is allocated for a length that the bytes only claim.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes/bytes.h"

namespace samband::client {

enum class CborKind : std::uint8_t { unsigned_int, negative_int, bytes, text, array, map, null, boolean, other, none };

// One item's head, and for strings its content (a view into the wire bytes).
struct CborItem {
  CborKind kind = CborKind::none;
  std::uint64_t number = 0;  // value, length of array or map, or n of the negative integer -1-n
  BytesView string;
};

// Pull reader that remembers its first failure, as `Reader` in crypto/codec does. Indefinite lengths, tags and
// floats are failures.
class CborReader {
 public:
  explicit CborReader(BytesView wire) : wire_{wire} {}

  CborItem next();
  [[nodiscard]] CborKind peek() const;

  std::uint64_t unsigned_int(std::uint64_t max);
  BytesView bytes(std::size_t size_max);
  std::string text(std::size_t size_max);
  bool boolean();
  // True when the next item is null, which is then consumed.
  bool null_if_next();
  void array_of(std::uint64_t items);
  std::uint64_t array(std::uint64_t items_max);
  std::uint64_t map(std::uint64_t pairs_max);
  // The encoded bytes of the next value, of any kind, nested at most `depth_max` deep.
  BytesView any(unsigned depth_max);

  void fail() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool finished() const { return !failed_ && at_ == wire_.size(); }
  // Whether a number or length was read that could have been written in fewer bytes.
  [[nodiscard]] bool has_longer_heads() const { return has_longer_heads_; }
  // The encoded bytes between two positions of `position()`.
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] BytesView since(std::size_t from) const { return wire_.subspan(from, at_ - from); }

 private:
  CborItem decode(std::size_t& at) const;
  CborItem expect(CborKind kind);
  void skip(unsigned depth_left);

  BytesView wire_;
  std::size_t at_ = 0;
  bool failed_ = false;
  bool has_longer_heads_ = false;
};

// Writes shortest forms only.
class CborWriter {
 public:
  void unsigned_int(std::uint64_t value);
  void negative_int(std::uint64_t n);  // -1-n
  void integer(std::int64_t value);
  void bytes(BytesView value);
  void text(std::string_view value);
  void array(std::size_t items);
  void map(std::size_t pairs);
  void null();
  void boolean(bool value);
  void raw(BytesView encoded);
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

}  // namespace samband::client

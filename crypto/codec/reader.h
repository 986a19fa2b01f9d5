// Reads the presentation language of RFC 9420 §2.1 from bytes that anybody may have sent.
// Pure computation. The reader remembers its first failure and returns zeros and empty views from then on,
// so a parser reads its fields in wire order and asks once, at the end.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband {

enum class ParseError : std::uint8_t {
  truncated,           // the bytes end inside a field
  length_not_minimal,  // a vector header is longer than its value needs, or of the reserved class (§2.1.2)
  too_long,            // a vector is longer than its reader allows
  trailing_bytes,      // the structure ends before the bytes do
  unknown_value,       // an enumerated field holds a value its type does not have
  malformed,           // a field's content breaks a rule of its structure
};

class Reader {
 public:
  explicit Reader(BytesView wire) : wire_{wire} {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();

  // `size` bytes without a length in front.
  BytesView fixed(std::size_t size);

  template <class Id>
  Id id() {
    return Id::of(fixed(Id::size)).value_or(Id{});
  }

  // An opaque vector `<V>` of at most `size_max` bytes; the view lives as long as the wire bytes.
  BytesView bytes(std::size_t size_max);
  Bytes bytes_owned(std::size_t size_max) { return copy_of(bytes(size_max)); }

  // A vector `<V>` of structures: a reader of its own over exactly its bytes. Read until `at_end`, then
  // `join` it so that its failure becomes this reader's.
  Reader vector(std::size_t size_max) { return Reader{bytes(size_max)}; }
  void join(const Reader& inner);

  // The presence octet of `optional<T>`: 0 or 1, anything else fails (§2.1.1).
  bool presence();

  // The first failure wins; later reads return zeros.
  void fail(ParseError error);
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] std::optional<ParseError> error() const { return error_; }

  // True when nothing is left or a field failed, so that loops over it end.
  [[nodiscard]] bool at_end() const { return failed() || at_ == wire_.size(); }
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::size_t remaining() const { return failed() ? 0 : wire_.size() - at_; }
  // The wire bytes from `from` to here: what a signature or hash covers.
  [[nodiscard]] BytesView since(std::size_t from) const { return wire_.subspan(from, at_ - from); }

  // Ends the structure: the first failure, or trailing_bytes if any are left, or nullopt.
  [[nodiscard]] std::optional<ParseError> finish();

 private:
  std::uint64_t number(std::size_t size);

  BytesView wire_;
  std::size_t at_ = 0;
  std::optional<ParseError> error_;
};

}  // namespace samband

// One description of a structure for both directions: `fields(io, value)` names the fields in wire order, and
// `io` is a FieldReader or a FieldWriter. So what is read and what is written can't drift apart.
//
//   void fields(auto& io, like<Placed> auto& placed) { io(placed.seq, placed.at, placed.hash); }
//
// Variants are {uint8 n, body} with n counting from 1; optional<T> and vectors are those of RFC 9420 §2.1.
#pragma once

#include <concepts>
#include <expected>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/name.h"

namespace samband::protocol {

template <class T, class Of>
concept like = std::same_as<std::remove_const_t<T>, Of>;

class FieldReader {
 public:
  explicit FieldReader(Reader& in) : in_{in} {}

  void operator()(std::uint8_t& value) { value = in_.u8(); }
  void operator()(std::uint16_t& value) { value = in_.u16(); }
  void operator()(std::uint32_t& value) { value = in_.u32(); }
  void operator()(std::uint64_t& value) { value = in_.u64(); }
  void operator()(bool& value) { value = in_.presence(); }
  void operator()(WallTime& value) { value.ms = in_.u64(); }
  template <class Tag, std::size_t N>
  void operator()(FixedId<Tag, N>& id) {
    id = in_.id<FixedId<Tag, N>>();
  }
  template <class T>
    requires requires(FieldReader& io, T& value) { fields(io, value); }
  void operator()(T& value) {
    fields(*this, value);
  }
  template <class First, class Second, class... Rest>
  void operator()(First& first, Second& second, Rest&... rest) {
    (*this)(first);
    (*this)(second, rest...);
  }

  // A structure's version octet; another one is an unknown_value.
  void version(std::uint8_t expected) { require(in_.u8() == expected, ParseError::unknown_value); }

  void bytes(Bytes& value, std::size_t size_max) { value = in_.bytes_owned(size_max); }
  // UTF-8 without control characters; may be empty.
  void text(std::string& value, std::size_t size_max) {
    const BytesView read = in_.bytes(size_max);
    value.assign(text_of(read));
    require(identity::is_valid_text(value, size_max), ParseError::malformed);
  }
  // Values `first` to `last` without gaps.
  template <class Enum>
  void enumeration(Enum& value, Enum first, Enum last) {
    const std::uint8_t read = in_.u8();
    const bool is_known = read >= std::to_underlying(first) && read <= std::to_underlying(last);
    require(is_known, ParseError::unknown_value);
    if (is_known) value = static_cast<Enum>(read);
  }
  template <class T, class ReadItem>
  void vector(std::vector<T>& items, std::size_t count_max, ReadItem&& read_item) {
    Reader inner = in_.vector(vector_bytes_max);
    FieldReader io{inner};
    while (!inner.at_end()) {
      if (items.size() == count_max) {
        inner.fail(ParseError::too_long);
        break;
      }
      read_item(io, items.emplace_back());
    }
    in_.join(inner);
  }
  template <class T, class ReadValue>
  void optional(std::optional<T>& value, ReadValue&& read_value) {
    if (in_.presence()) read_value(*this, value.emplace());
  }
  template <class... Alternatives>
  void variant(std::variant<Alternatives...>& value) {
    const std::uint8_t n = in_.u8();
    std::uint8_t candidate = 0;
    const bool known = ((n == ++candidate && (emplace<Alternatives>(value), true)) || ...);
    require(known, ParseError::unknown_value);
  }

  void require(bool holds, ParseError otherwise) {
    if (!holds) in_.fail(otherwise);
  }

 private:
  template <class Alternative, class Variant>
  void emplace(Variant& value) {
    fields(*this, value.template emplace<Alternative>());
  }

  Reader& in_;
};

class FieldWriter {
 public:
  explicit FieldWriter(Writer& out) : out_{out} {}

  void operator()(const std::uint8_t& value) { out_.u8(value); }
  void operator()(const std::uint16_t& value) { out_.u16(value); }
  void operator()(const std::uint32_t& value) { out_.u32(value); }
  void operator()(const std::uint64_t& value) { out_.u64(value); }
  void operator()(const bool& value) { out_.presence(value); }
  void operator()(const WallTime& value) { out_.u64(value.ms); }
  template <class Tag, std::size_t N>
  void operator()(const FixedId<Tag, N>& id) {
    out_.fixed(id.view());
  }
  template <class T>
    requires requires(FieldWriter& io, const T& value) { fields(io, value); }
  void operator()(const T& value) {
    fields(*this, value);
  }
  template <class First, class Second, class... Rest>
  void operator()(const First& first, const Second& second, const Rest&... rest) {
    (*this)(first);
    (*this)(second, rest...);
  }

  void version(std::uint8_t version) { out_.u8(version); }
  void bytes(const Bytes& value, std::size_t /*size_max*/) { out_.bytes(value); }
  void text(const std::string& value, std::size_t /*size_max*/) { out_.bytes(view_of(value)); }
  template <class Enum>
  void enumeration(const Enum& value, Enum /*first*/, Enum /*last*/) {
    out_.u8(std::to_underlying(value));
  }
  template <class T, class WriteItem>
  void vector(const std::vector<T>& items, std::size_t /*count_max*/, WriteItem&& write_item) {
    out_.vector([&](Writer&) {
      for (const T& item : items) write_item(*this, item);
    });
  }
  template <class T, class WriteValue>
  void optional(const std::optional<T>& value, WriteValue&& write_value) {
    out_.presence(value.has_value());
    if (value) write_value(*this, *value);
  }
  template <class... Alternatives>
  void variant(const std::variant<Alternatives...>& value) {
    out_.u8(static_cast<std::uint8_t>(value.index() + 1));
    std::visit([&](const auto& alternative) { fields(*this, alternative); }, value);
  }
  void require(bool /*holds*/, ParseError /*otherwise*/) {}

 private:
  Writer& out_;
};

// How most items are read and written: as the field they are.
inline constexpr auto as_field = [](auto& io, auto& value) { io(value); };
// Items that are byte strings of at most `size_max` bytes each.
[[nodiscard]] inline auto as_bytes(std::size_t size_max) {
  return [size_max](auto& io, auto& value) { io.bytes(value, size_max); };
}

template <class T>
[[nodiscard]] std::expected<T, ParseError> parse_fields(BytesView wire) {
  Reader in{wire};
  FieldReader io{in};
  T value;
  fields(io, value);
  if (const auto error = in.finish()) return std::unexpected(*error);
  return value;
}

template <class T>
[[nodiscard]] Bytes encode_fields(const T& value) {
  Writer out;
  FieldWriter io{out};
  fields(io, value);
  return out.take();
}

}  // namespace samband::protocol

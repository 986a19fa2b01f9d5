#include "crypto/codec/reader.h"

namespace samband {

std::uint64_t Reader::number(std::size_t size) {
  std::uint64_t value = 0;
  for (std::uint8_t octet : fixed(size)) value = value << 8U | octet;
  return value;
}

std::uint8_t Reader::u8() {
  return static_cast<std::uint8_t>(number(1));
}
std::uint16_t Reader::u16() {
  return static_cast<std::uint16_t>(number(2));
}
std::uint32_t Reader::u32() {
  return static_cast<std::uint32_t>(number(4));
}
std::uint64_t Reader::u64() {
  return number(8);
}

BytesView Reader::fixed(std::size_t size) {
  if (failed()) return {};
  if (wire_.size() - at_ < size) {
    fail(ParseError::truncated);
    return {};
  }
  BytesView out = wire_.subspan(at_, size);
  at_ += size;
  return out;
}

BytesView Reader::bytes(std::size_t size_max) {
  const std::uint8_t first = u8();
  const unsigned size_class = first >> 6U;
  if (size_class == 3) fail(ParseError::length_not_minimal);
  const std::size_t more = size_class == 0 ? 0 : size_class == 1 ? 1 : 3;
  std::uint64_t length = first & 0x3fU;
  for (std::uint8_t octet : fixed(more)) length = length << 8U | octet;
  if (failed()) return {};
  const std::uint64_t smallest = size_class == 0 ? 0 : size_class == 1 ? 1U << 6U : 1U << 14U;
  if (length < smallest) {
    fail(ParseError::length_not_minimal);
    return {};
  }
  if (length > size_max) {
    fail(ParseError::too_long);
    return {};
  }
  return fixed(length);
}

void Reader::join(const Reader& inner) {
  if (inner.error()) fail(*inner.error());
}

bool Reader::presence() {
  const std::uint8_t octet = u8();
  if (octet > 1) fail(ParseError::unknown_value);
  return octet == 1;
}

void Reader::fail(ParseError error) {
  if (!error_) error_ = error;
}

std::optional<ParseError> Reader::finish() {
  if (!failed() && at_ != wire_.size()) fail(ParseError::trailing_bytes);
  return error_;
}

}  // namespace samband

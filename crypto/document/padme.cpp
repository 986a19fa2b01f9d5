#include "crypto/document/padme.h"

#include <algorithm>
#include <bit>

namespace samband {
namespace {

constexpr std::uint8_t end_of_content = 0x80;

}  // namespace

std::uint64_t padme_length(std::uint64_t size) {
  if (size < 2) return size;
  const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
  const auto exponent_bits = static_cast<unsigned>(std::bit_width(exponent));
  const std::uint64_t free_bits = (std::uint64_t{1} << (exponent - std::min(exponent, exponent_bits))) - 1;
  return (size + free_bits) & ~free_bits;
}

Bytes pad(BytesView content) {
  Bytes padded(padme_length(content.size() + 1));
  std::ranges::copy(content, padded.begin());
  padded[content.size()] = end_of_content;
  return padded;
}

std::optional<BytesView> unpad(BytesView padded) {
  std::size_t size = padded.size();
  while (size > 0 && padded[size - 1] == 0) --size;
  if (size == 0 || padded[size - 1] != end_of_content) return std::nullopt;
  if (padme_length(size) != padded.size()) return std::nullopt;
  return padded.first(size - 1);
}

}  // namespace samband

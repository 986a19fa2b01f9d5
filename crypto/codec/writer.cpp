#include "crypto/codec/writer.h"

#include <array>
#include <cstdlib>

namespace samband {
namespace {

struct Header {
  std::array<std::uint8_t, 4> octets;
  std::size_t size;
};

// Longer than the encoding can say is our own mistake: no bytes of a peer lead here.
Header header_of(std::size_t length) {
  if (length > vector_bytes_max) std::abort();
  const auto n = static_cast<std::uint32_t>(length);
  const auto octet = [n](unsigned shift) { return static_cast<std::uint8_t>(n >> shift); };
  if (n < 1U << 6U) return {{octet(0)}, 1};
  if (n < 1U << 14U) return {{static_cast<std::uint8_t>(octet(8) | 0x40U), octet(0)}, 2};
  return {{static_cast<std::uint8_t>(octet(24) | 0x80U), octet(16), octet(8), octet(0)}, 4};
}

}  // namespace

void Writer::number(std::uint64_t value, unsigned size) {
  for (unsigned i = size; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8U * i)));
}

void Writer::bytes(BytesView bytes) {
  const Header header = header_of(bytes.size());
  fixed({header.octets.data(), header.size});
  fixed(bytes);
}

void Writer::insert_header(std::size_t start) {
  const Header header = header_of(out_.size() - start);
  out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(start), header.octets.begin(),
              header.octets.begin() + static_cast<std::ptrdiff_t>(header.size));
}

SecretBytes Writer::take_secret() {
  SecretBytes secret{BytesView{out_}};
  wipe(out_);
  out_.clear();
  return secret;
}

}  // namespace samband

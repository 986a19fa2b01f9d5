#include "crypto/bytes/bytes.h"

#include <algorithm>
#include <cstring>
#include <sodium.h>

namespace samband {

BytesView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view text_of(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes copy_of(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

Bytes concat(std::initializer_list<BytesView> parts) {
  std::size_t size = 0;
  for (BytesView part : parts) size += part.size();
  Bytes out;
  out.reserve(size);
  for (BytesView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

bool equal(BytesView a, BytesView b) {
  return std::ranges::equal(a, b);
}

bool equal_in_constant_time(BytesView a, BytesView b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

SecretBytes::SecretBytes(std::size_t size) : size_{size} {
  if (size > inline_bytes_max) heap_ = new std::uint8_t[size]();
}

SecretBytes::SecretBytes(BytesView copied_from) : SecretBytes{copied_from.size()} {
  if (!copied_from.empty()) std::memcpy(data(), copied_from.data(), copied_from.size());
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept {
  take(other);
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    erase();
    take(other);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  erase();
}

void SecretBytes::take(SecretBytes& other) noexcept {
  size_ = other.size_;
  heap_ = std::exchange(other.heap_, nullptr);
  std::memcpy(inline_, other.inline_, sizeof inline_);
  other.erase();
}

void SecretBytes::erase() {
  if (heap_) {
    sodium_memzero(heap_, size_);
    delete[] heap_;
    heap_ = nullptr;
  }
  sodium_memzero(inline_, sizeof inline_);
  size_ = 0;
}

}  // namespace samband

#include "client/core/content/cbor.h"

#include <array>
#include <cbor.h>
#include <limits>

namespace samband::client {
namespace {

CborItem& item_of(void* context) {
  return *static_cast<CborItem*>(context);
}

// Every callback that is not named here leaves the kind `other`: tags, floats, indefinite lengths, undefined.
cbor_callbacks callbacks() {
  cbor_callbacks on = cbor_empty_callbacks;
  on.uint8 = [](void* c, std::uint8_t v) { item_of(c) = {CborKind::unsigned_int, v, {}}; };
  on.uint16 = [](void* c, std::uint16_t v) { item_of(c) = {CborKind::unsigned_int, v, {}}; };
  on.uint32 = [](void* c, std::uint32_t v) { item_of(c) = {CborKind::unsigned_int, v, {}}; };
  on.uint64 = [](void* c, std::uint64_t v) { item_of(c) = {CborKind::unsigned_int, v, {}}; };
  on.negint8 = [](void* c, std::uint8_t v) { item_of(c) = {CborKind::negative_int, v, {}}; };
  on.negint16 = [](void* c, std::uint16_t v) { item_of(c) = {CborKind::negative_int, v, {}}; };
  on.negint32 = [](void* c, std::uint32_t v) { item_of(c) = {CborKind::negative_int, v, {}}; };
  on.negint64 = [](void* c, std::uint64_t v) { item_of(c) = {CborKind::negative_int, v, {}}; };
  on.byte_string = [](void* c, cbor_data data, std::size_t size) {
    item_of(c) = {CborKind::bytes, size, BytesView{data, size}};
  };
  on.string = [](void* c, cbor_data data, std::size_t size) {
    item_of(c) = {CborKind::text, size, BytesView{data, size}};
  };
  on.array_start = [](void* c, std::size_t size) { item_of(c) = {CborKind::array, size, {}}; };
  on.map_start = [](void* c, std::size_t size) { item_of(c) = {CborKind::map, size, {}}; };
  on.null = [](void* c) { item_of(c) = {CborKind::null, 0, {}}; };
  on.boolean = [](void* c, bool v) { item_of(c) = {CborKind::boolean, v ? 1U : 0U, {}}; };
  return on;
}

// Of an item with that value or length (RFC 8949 §4.2.1).
std::size_t shortest_head_bytes(std::uint64_t number) {
  if (number < 24) return 1;
  if (number <= std::numeric_limits<std::uint8_t>::max()) return 2;
  if (number <= std::numeric_limits<std::uint16_t>::max()) return 3;
  if (number <= std::numeric_limits<std::uint32_t>::max()) return 5;
  return 9;
}

}  // namespace

CborItem CborReader::decode(std::size_t& at) const {
  static const cbor_callbacks on = callbacks();
  CborItem item;
  if (at >= wire_.size()) return item;
  item.kind = CborKind::other;
  const BytesView rest = wire_.subspan(at);
  const cbor_decoder_result result = cbor_stream_decode(rest.data(), rest.size(), &on, &item);
  if (result.status != CBOR_DECODER_FINISHED || result.read == 0) return {};
  at += result.read;
  return item;
}

CborItem CborReader::next() {
  if (failed_) return {};
  const std::size_t start = at_;
  const CborItem item = decode(at_);
  if (item.kind == CborKind::none || item.kind == CborKind::other) fail();
  has_longer_heads_ |= !failed_ && at_ - start - item.string.size() != shortest_head_bytes(item.number);
  return failed_ ? CborItem{} : item;
}

CborKind CborReader::peek() const {
  std::size_t at = at_;
  return failed_ ? CborKind::none : decode(at).kind;
}

CborItem CborReader::expect(CborKind kind) {
  const CborItem item = next();
  if (item.kind == kind) return item;
  fail();
  return {};
}

std::uint64_t CborReader::unsigned_int(std::uint64_t max) {
  const CborItem item = expect(CborKind::unsigned_int);
  if (item.number > max) fail();
  return failed_ ? 0 : item.number;
}

BytesView CborReader::bytes(std::size_t size_max) {
  const CborItem item = expect(CborKind::bytes);
  if (item.string.size() > size_max) fail();
  return failed_ ? BytesView{} : item.string;
}

std::string CborReader::text(std::size_t size_max) {
  const CborItem item = expect(CborKind::text);
  if (item.string.size() > size_max) fail();
  return failed_ ? std::string{} : std::string{text_of(item.string)};
}

bool CborReader::boolean() {
  return expect(CborKind::boolean).number == 1;
}

bool CborReader::null_if_next() {
  if (peek() != CborKind::null) return false;
  next();
  return true;
}

void CborReader::array_of(std::uint64_t items) {
  if (expect(CborKind::array).number != items) fail();
}

std::uint64_t CborReader::array(std::uint64_t items_max) {
  const std::uint64_t items = expect(CborKind::array).number;
  if (items > items_max) fail();
  return failed_ ? 0 : items;
}

std::uint64_t CborReader::map(std::uint64_t pairs_max) {
  const std::uint64_t pairs = expect(CborKind::map).number;
  if (pairs > pairs_max) fail();
  return failed_ ? 0 : pairs;
}

BytesView CborReader::any(unsigned depth_max) {
  const std::size_t start = at_;
  skip(depth_max);
  return failed_ ? BytesView{} : since(start);
}

void CborReader::skip(unsigned depth_left) {
  const CborItem item = next();
  if (item.kind != CborKind::array && item.kind != CborKind::map) return;
  const std::uint64_t remaining = wire_.size() - at_;
  if (depth_left == 0 || item.number > remaining) return fail();
  const std::uint64_t values = item.kind == CborKind::map ? item.number * 2 : item.number;
  for (std::uint64_t i = 0; i < values && !failed_; ++i) skip(depth_left - 1);
}

namespace {

constexpr std::size_t head_bytes_max = 9;

template <class Encode>
void append(Bytes& out, Encode&& encode) {
  std::array<unsigned char, head_bytes_max> head{};
  const std::size_t size = encode(head.data(), head.size());
  out.insert(out.end(), head.begin(), head.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace

void CborWriter::unsigned_int(std::uint64_t value) {
  append(out_, [value](unsigned char* to, std::size_t size) { return cbor_encode_uint(value, to, size); });
}

void CborWriter::negative_int(std::uint64_t n) {
  append(out_, [n](unsigned char* to, std::size_t size) { return cbor_encode_negint(n, to, size); });
}

void CborWriter::integer(std::int64_t value) {
  if (value >= 0) return unsigned_int(static_cast<std::uint64_t>(value));
  negative_int(static_cast<std::uint64_t>(-1 - value));
}

void CborWriter::bytes(BytesView value) {
  append(out_,
         [&](unsigned char* to, std::size_t size) { return cbor_encode_bytestring_start(value.size(), to, size); });
  raw(value);
}

void CborWriter::text(std::string_view value) {
  append(out_, [&](unsigned char* to, std::size_t size) { return cbor_encode_string_start(value.size(), to, size); });
  raw(view_of(value));
}

void CborWriter::array(std::size_t items) {
  append(out_, [items](unsigned char* to, std::size_t size) { return cbor_encode_array_start(items, to, size); });
}

void CborWriter::map(std::size_t pairs) {
  append(out_, [pairs](unsigned char* to, std::size_t size) { return cbor_encode_map_start(pairs, to, size); });
}

void CborWriter::null() {
  append(out_, [](unsigned char* to, std::size_t size) { return cbor_encode_null(to, size); });
}

void CborWriter::boolean(bool value) {
  append(out_, [value](unsigned char* to, std::size_t size) { return cbor_encode_bool(value, to, size); });
}

void CborWriter::raw(BytesView encoded) {
  out_.insert(out_.end(), encoded.begin(), encoded.end());
}

}  // namespace samband::client

// The frame all MLS structures are read and written in. Each structure T has `write(Writer&, const T&)` and a
// `read_` function, in wire order like the struct in the RFC; `parse_` functions are `read_` plus "nothing is left".
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/wire/limits.h"
#include "crypto/mls/wire/types.h"

namespace samband::mls {

template <class T>
[[nodiscard]] std::expected<T, ParseError> parse_whole(BytesView wire, T (*read)(Reader&)) {
  Reader in{wire};
  T out = read(in);
  if (const auto error = in.finish()) return std::unexpected(*error);
  return out;
}

template <class T>
[[nodiscard]] Bytes encode(const T& value) {
  Writer out;
  write(out, value);
  return out.take();
}

// A vector `<V>` of at most `count_max` structures.
template <class T>
[[nodiscard]] std::vector<T> read_vector(Reader& in, std::size_t count_max, T (*read)(Reader&)) {
  Reader items = in.vector(structure_bytes_max);
  std::vector<T> out;
  while (!items.at_end()) {
    if (out.size() == count_max) {
      items.fail(ParseError::too_long);
      break;
    }
    out.push_back(read(items));
  }
  in.join(items);
  return out;
}

template <class T>
void write_vector(Writer& out, const std::vector<T>& items) {
  out.vector([&](Writer& inner) {
    for (const T& item : items) write(inner, item);
  });
}

// `mls10`; another version fails the reader with unknown_value.
[[nodiscard]] inline ProtocolVersion read_version(Reader& in) {
  const auto version = static_cast<ProtocolVersion>(in.u16());
  if (version != ProtocolVersion::mls10) in.fail(ParseError::unknown_value);
  return version;
}

}  // namespace samband::mls

// Where documents come from and go to: the edge implements these on files, tests on memory.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/bytes/bytes.h"

namespace samband::client {

enum class StreamError : std::uint8_t {
  unreadable,  // the source could not be read, or ended before its size
  changed,     // the source is not the one that was begun
  unwritable,  // the sink could not be written
};

// Read in pieces, in any order; a resumed upload reads on where it stopped.
class DocumentSource {
 public:
  virtual ~DocumentSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;  // bytes
  // Exactly `size` bytes from `offset`.
  [[nodiscard]] virtual std::expected<Bytes, StreamError> read(std::uint64_t offset, std::size_t size) = 0;
};

// Written front to back. What was written counts only after `finish`; a sink dropped before that leaves
// nothing behind.
class DocumentSink {
 public:
  virtual ~DocumentSink() = default;
  [[nodiscard]] virtual std::expected<void, StreamError> write(BytesView bytes) = 0;
  [[nodiscard]] virtual std::expected<void, StreamError> finish() = 0;
};

// A place for several documents, each under a name of its own.
class DocumentFolder {
 public:
  virtual ~DocumentFolder() = default;
  // nullptr when the name can't be used there.
  [[nodiscard]] virtual std::unique_ptr<DocumentSink> create(std::string_view name) = 0;
};

}  // namespace samband::client

// What is kept: an ordered map of byte strings for each family, changed in atomic batches.
//
// What every implementation holds to:
//  - reads see every batch whose `write` has returned, in whole or not at all;
//  - a batch is atomic: after a crash it is there in whole or not at all, and batches survive as a prefix of
//    the order in which they were written;
//  - `Durability::synced` returns only when this batch and all before it have reached the disk;
//  - reads may run on any thread; writes come from one thread at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::storage {

enum class StoreError : std::uint8_t {
  io,            // the disk or the file system refused; after a failed write the store takes no more writes
  corrupt,       // what is on the disk is not what was written, or a part of it is missing
  full,          // no space left; as final as `io`
  locked,        // another process, or this one, has the store open
  not_a_store,   // there is no store at the place, or it holds one of another kind
  format_newer,  // a newer program has written it; nothing was changed
  format_older,  // a program has written it whose stores are not read any more; nothing was changed
  not_empty,     // a new store was asked for where something already is
  read_only,     // a write to a store opened for reading
};

[[nodiscard]] std::string_view name_of(StoreError error);

// One ordered key space of a store: the index of its name in `StoreLayout::families`.
using Family = Ordinal<struct FamilyTag, std::uint16_t>;

// What a program expects to find in a store. Never reorder or rename families; add new ones at the end and
// raise `format`, so that an older program refuses what it does not understand; raise `oldest_format` with it when
// what older programs wrote is not read.
struct StoreLayout {
  std::string kind;      // such as "samband server"; 1..64 bytes
  std::uint32_t format;  // from 1
  std::vector<std::string> families;
  std::uint32_t oldest_format = 1;  // what is older is refused
};

inline constexpr std::size_t key_bytes_max = 1024;
inline constexpr std::size_t value_bytes_max = 64U << 20U;

// Keys from `from` up to, not including, `until`, in the order of their bytes. Without `until`: to the end.
struct KeyRange {
  Bytes from;
  std::optional<Bytes> until;
  bool operator==(const KeyRange&) const = default;

  [[nodiscard]] bool contains(BytesView key) const;
};

[[nodiscard]] KeyRange all_keys();
// Every key that starts with `prefix`.
[[nodiscard]] KeyRange keys_with_prefix(BytesView prefix);

// Composes keys whose byte order is the order of their parts: ids and numbers of fixed size, big-endian.
// `crypto/codec/reader.h` takes them apart again.
class KeyWriter {
 public:
  template <class Id>
  KeyWriter& id(const Id& id) {
    return fixed(id.view());
  }
  KeyWriter& u8(std::uint8_t value) { return number(value, 1); }
  KeyWriter& u16(std::uint16_t value) { return number(value, 2); }
  KeyWriter& u32(std::uint32_t value) { return number(value, 4); }
  KeyWriter& u64(std::uint64_t value) { return number(value, 8); }
  KeyWriter& fixed(BytesView bytes);
  [[nodiscard]] Bytes take() { return std::move(key_); }

 private:
  KeyWriter& number(std::uint64_t value, unsigned size);

  Bytes key_;
};

// A list of changes that land together. Within a batch a later change to a key counts over an earlier one.
class StoreBatch {
 public:
  struct Change {
    enum class Kind : std::uint8_t { put, remove, remove_range };
    Kind kind;
    Family family;
    Bytes key;    // of a range: its start
    Bytes value;  // of a range: its end, exclusive; empty with `open_end`
    bool open_end = false;
    bool operator==(const Change&) const = default;
  };

  // Lengths are asserted: at most `key_bytes_max` (and at least 1) and `value_bytes_max`.
  void put(Family family, Bytes key, Bytes value);
  void put(Family family, BytesView key, BytesView value) { put(family, copy_of(key), copy_of(value)); }
  // Removing what is not there is no error.
  void remove(Family family, Bytes key);
  void remove_range(Family family, KeyRange range);  // an empty range changes nothing
  // The changes of `later` after these; how one write carries the batches of several shards.
  void append(StoreBatch later);

  [[nodiscard]] bool empty() const { return changes_.empty(); }
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  // Bytes of all keys and values: what a writer bounds its batches by.
  [[nodiscard]] std::size_t content_bytes() const { return content_bytes_; }
  bool operator==(const StoreBatch&) const = default;

 private:
  std::vector<Change> changes_;
  std::size_t content_bytes_ = 0;
};

enum class Durability : std::uint8_t {
  buffered,  // may be lost in a crash; never in part, and never while a later batch survives
  synced,    // on the disk when `write` returns
};

enum class Direction : std::uint8_t { forward, backward };
enum class Visit : std::uint8_t { more, stop };

// The views live until the visitor returns. A visitor does not write to the store it visits.
using Visitor = std::function<Visit(BytesView key, BytesView value)>;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // nullopt when nothing is kept under the key. Errors: io, corrupt.
  [[nodiscard]] virtual std::expected<std::optional<Bytes>, StoreError> get(Family family, BytesView key) const = 0;

  // Visits at most `limit` pairs in order (`backward`: from the end of the range), as they were when the scan
  // began. Returns how many were visited. Errors: io, corrupt; the pairs visited before it are sound.
  [[nodiscard]] virtual std::expected<std::size_t, StoreError> scan(Family family, const KeyRange& range,
                                                                    std::size_t limit, const Visitor& visitor,
                                                                    Direction direction = Direction::forward) const = 0;

  // An error is final: what is on the disk is then unknown until the store is opened anew, and every later
  // write fails alike. The owner ends the process. Errors: io, full, corrupt, read_only.
  [[nodiscard]] virtual std::expected<void, StoreError> write(const StoreBatch& batch, Durability durability) = 0;

  // Bytes the file system still has for this store; the largest number where that has no meaning.
  [[nodiscard]] virtual std::expected<std::uint64_t, StoreError> free_bytes() const = 0;

  // Reads everything back against its checksums, what waits in the write-ahead log too. Errors: io, corrupt.
  [[nodiscard]] virtual std::expected<void, StoreError> verify() const = 0;
};

}  // namespace samband::storage

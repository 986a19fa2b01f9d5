// One item in a channel's ordered log: what the server stores, sends, and every client checks.
// Pure values: no I/O, clock or locks. storage/FORMAT.md has the grammar and an example in bytes.
#pragma once

#include <cstdint>
#include <expected>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/ids.h"

namespace samband::storage {

// Never renumber.
enum class EntryKind : std::uint8_t {
  commit = 1,         // MLSMessage holding a PublicMessage with a Commit
  message = 2,        // MLSMessage holding a PrivateMessage
  created = 3,        // the first entry (seq 0): what the group began with
  leave_request = 4,  // a signed statement: this device asks to be removed
  complaint = 5,      // a signed statement: this device can't process a Commit
  restart = 6,        // a signed statement of a moderator: a new group takes this channel's place
  key_request = 7,    // a signed statement: an external joiner asks for the library key
  release = 8,        // the server's: the secret of a sealed guidance, at its release time
};

// An entry with its frame fits into 1 MiB on the wire.
inline constexpr std::size_t entry_body_bytes_max = (std::size_t{1} << 20U) - 1024;

struct Entry {
  static constexpr std::uint8_t version = 1;

  EntryKind kind = EntryKind::message;
  ChannelId channel;
  std::uint64_t seq = 0;             // from 0, without gaps
  WallTime at;                       // the server's clock; never less than the entry before
  std::uint64_t directory_size = 0;  // the directory this entry is judged by; never less than the entry before
  std::uint64_t incarnation = 0;     // of the store; greater after a restore
  Hash previous;                     // of the entry before; zeros in the first
  DeviceId sender;                   // zeros when the server speaks (release)
  Bytes body;                        // at most entry_body_bytes_max
  bool operator==(const Entry&) const = default;
};

[[nodiscard]] Bytes encode(const Entry& entry);
[[nodiscard]] std::expected<Entry, ParseError> parse_entry(BytesView wire);

// Names the entry and, through `previous`, all before it.
[[nodiscard]] Hash entry_hash(const Entry& entry);
[[nodiscard]] Hash entry_hash(BytesView encoded);

enum class ChainError : std::uint8_t {
  other_channel,
  seq_not_next,  // a gap, a repetition, or a first entry that is not number 0
  hash_differs,  // `previous` is not the hash of the entry before: history was changed
  time_went_back,
  directory_shrank,
  incarnation_went_back,
};

// Where a log stands: what the next entry must continue.
struct ChainHead {
  ChannelId channel;
  std::uint64_t next_seq = 0;
  Hash last;  // zeros before the first entry
  WallTime at;
  std::uint64_t directory_size = 0;
  std::uint64_t incarnation = 0;
  bool operator==(const ChainHead&) const = default;
};

// Nothing but the place in the chain is judged here. On success `head` stands behind `entry`, otherwise it
// is unchanged.
[[nodiscard]] std::expected<void, ChainError> advance(ChainHead& head, const Entry& entry);

}  // namespace samband::storage

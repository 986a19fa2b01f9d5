// Takes a channel's entries in their order: chain, clock, directory, the verdict everybody shares, and then MLS.
// Nothing the server says is believed before it passed all of these. An entry that breaks the rules is set
// aside: it has no effect, is reported, and the channel goes on. Every refusal is a value; nothing here ends the
// program because of bytes from outside.
#pragma once

#include "client/core/channel.h"
#include "client/core/parts.h"
#include "storage/model/entry.h"

namespace samband::client {

// More than this many entries that can't be processed yet are left with the server and fetched again later.
inline constexpr std::size_t waiting_entries_max = 4096;
// Raw entries are kept so long: a server that was restored can be brought forward with them, and members who saw
// different histories find out. What was decrypted stays.
inline constexpr std::uint64_t entries_kept_ms = 30ULL * 24 * 60 * 60 * 1000;
inline constexpr std::size_t entries_forgotten_at_once_max = 4096;

class EntryIntake {
 public:
  explicit EntryIntake(Parts& parts) : parts_{parts} {}

  // Adds an entry that the server sent.
  void receive(Channel& channel, Bytes wire);
  // Processes what waits, as far as the clock and the directory allow.
  void pump(Channel& channel);
  // Raw entries that have been kept long enough.
  void forget_old(const Channel& channel);

 private:
  enum class Taken : std::uint8_t { yes, not_yet };

  Taken take(Channel& channel, BytesView wire);
  [[nodiscard]] bool must_wait(Channel& channel, const storage::Entry& entry);
  void halt(Channel& channel, const storage::Entry& entry, std::string detail);

  void judge(Channel& channel, const storage::Entry& entry, const Hash& hash);
  void take_commit(Channel& channel, const storage::Entry& entry, const Hash& hash);
  void take_own_commit(Channel& channel, const storage::Entry& entry);
  void take_others_commit(Channel& channel, const storage::Entry& entry, const Hash& hash);
  void entered_epoch(Channel& channel, const storage::Entry& entry, const protocol::CommitVerdict& verdict);
  void left_group(Channel& channel, const protocol::CommitVerdict& verdict);
  void lose(Channel& channel, const storage::Entry& entry, const Hash& hash, const std::string& reason);
  void take_message(Channel& channel, const storage::Entry& entry);
  void take_statement(Channel& channel, const storage::Entry& entry);
  void take_restart(Channel& channel, const storage::Entry& entry);
  void refuse(Channel& channel, const storage::Entry& entry, std::string_view why);

  Parts& parts_;
};

// What surrounds an entry of this channel, for the shared verdict.
[[nodiscard]] protocol::Circumstances circumstances_of(const Parts& parts, const storage::Entry& entry);

}  // namespace samband::client

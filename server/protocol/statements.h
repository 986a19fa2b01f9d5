// What a device says about a channel outside the group's encryption: signed with its device key, ordered in the
// channel's log, read by everybody in it. The purpose of the signature is the kind's name.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/codec/reader.h"
#include "crypto/identity/ids.h"
#include "storage/model/entry.h"

namespace samband::protocol {

inline constexpr std::size_t statement_bytes_max = 4096;
inline constexpr std::size_t statement_text_bytes_max = 1000;
inline constexpr std::size_t group_id_bytes_max = 255;

// The sender's own leaf is to be removed by the next member who commits.
struct LeaveRequest {
  bool operator==(const LeaveRequest&) const = default;
};
// The Commit at `seq` can't be processed by its sender (RFC 9420 §16.12: the server can't see that).
struct Complaint {
  std::uint64_t seq = 0;
  Hash entry;
  std::string reason;  // UTF-8, at most statement_text_bytes_max
  bool operator==(const Complaint&) const = default;
};
// An external joiner asks the members for the library key of `generation`, sealed to a key of its own.
struct KeyRequest {
  std::uint64_t generation = 0;
  Bytes hpke_public_key;  // 32 bytes, made for this request
  bool operator==(const KeyRequest&) const = default;
};
// A moderator begins the channel's group anew.
struct Restart {
  Bytes old_group_id;
  Bytes transcript_hash;  // confirmed_transcript_hash of the last epoch that others could follow; 32 bytes
  DeviceId offender;      // who made the Commit that could not be processed
  Bytes new_group_id;
  bool operator==(const Restart&) const = default;
};
using StatementBody = std::variant<LeaveRequest, Complaint, KeyRequest, Restart>;

struct Statement {
  // uint8 version = 1
  ChannelId channel;
  DeviceId device;
  Bytes group_id;  // of the group the device sees; with the epoch it keeps a statement from being replayed
  std::uint64_t epoch = 0;
  StatementBody body;
  bool operator==(const Statement&) const = default;
};

struct SignedStatement {
  Statement statement;
  Bytes signature;  // 64 bytes
  bool operator==(const SignedStatement&) const = default;
};

// leave_request, complaint, key_request or restart.
[[nodiscard]] storage::EntryKind kind_of(const StatementBody& body);
// "leave request", "complaint", "key request" or "restart".
[[nodiscard]] std::string_view purpose_of(const StatementBody& body);

[[nodiscard]] std::expected<SignedStatement, ParseError> parse_signed_statement(BytesView wire);
[[nodiscard]] Bytes encode(const SignedStatement& statement);
[[nodiscard]] Bytes encode(const Statement& statement);
[[nodiscard]] SignedStatement sign(Statement statement, BytesView device_private_key);
// `device_key`: the signature key in the device's certificate.
[[nodiscard]] bool verify(const SignedStatement& statement, BytesView device_key);

}  // namespace samband::protocol

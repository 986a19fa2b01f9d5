// What the bodies of entries hold that are neither an MLSMessage nor a signed statement alone. Each starts with
// {uint8 version = 1}.
#pragma once

#include <expected>

#include "crypto/codec/reader.h"
#include "server/protocol/messages.h"

namespace samband::protocol {

// EntryKind::created: the group's first epoch, whole, so that a reader of the log can follow it from there.
struct CreatedBody {
  Bytes group_info;    // MLSMessage
  Bytes ratchet_tree;  // optional<Node> ratchet_tree<V>, of one leaf
  bool operator==(const CreatedBody&) const = default;
};

// EntryKind::restart.
struct RestartBody {
  Bytes statement;  // SignedStatement with a Restart
  CreatedBody group;
  bool operator==(const RestartBody&) const = default;
};

// EntryKind::release: the server's half of a sealed guidance.
struct ReleaseBody {
  GuidanceId guidance;
  WallTime release_at;  // as it was scheduled
  ReleaseSecret secret;
  bool operator==(const ReleaseBody&) const = default;
};

[[nodiscard]] std::expected<CreatedBody, ParseError> parse_created_body(BytesView wire);
[[nodiscard]] std::expected<RestartBody, ParseError> parse_restart_body(BytesView wire);
[[nodiscard]] std::expected<ReleaseBody, ParseError> parse_release_body(BytesView wire);
[[nodiscard]] Bytes encode(const CreatedBody& body);
[[nodiscard]] Bytes encode(const RestartBody& body);
[[nodiscard]] Bytes encode(const ReleaseBody& body);

}  // namespace samband::protocol

// The state every member of a group agrees on in an epoch.
// Source: RFC 9420 §8.1.
#pragma once

#include "crypto/mls/wire/extension.h"

namespace samband::mls {

struct GroupContext {
  ProtocolVersion version = ProtocolVersion::mls10;  // another version is refused as unknown_value
  std::uint16_t cipher_suite = 0;
  Bytes group_id;
  Epoch epoch;
  Bytes tree_hash;                  // KDF.Nh bytes
  Bytes confirmed_transcript_hash;  // KDF.Nh bytes; empty in epoch 0
  Extensions extensions;
  bool operator==(const GroupContext&) const = default;
};
[[nodiscard]] GroupContext read_group_context(Reader& in);
[[nodiscard]] std::expected<GroupContext, ParseError> parse_group_context(BytesView wire);
void write(Writer& out, const GroupContext& context);

}  // namespace samband::mls

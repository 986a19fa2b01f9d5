#include "server/protocol/entry_bodies.h"

#include "server/protocol/fields.h"
#include "server/protocol/statements.h"
#include "storage/model/entry.h"

namespace samband::protocol {

void fields(auto& io, like<CreatedBody> auto& body) {
  io.version(1);
  io.bytes(body.group_info, storage::entry_body_bytes_max);
  io.bytes(body.ratchet_tree, storage::entry_body_bytes_max);
}
void fields(auto& io, like<RestartBody> auto& body) {
  io.version(1);
  io.bytes(body.statement, statement_bytes_max);
  io(body.group);
}
void fields(auto& io, like<ReleaseBody> auto& body) {
  io.version(1);
  io(body.guidance, body.release_at, body.secret);
}

std::expected<CreatedBody, ParseError> parse_created_body(BytesView wire) {
  return parse_fields<CreatedBody>(wire);
}
std::expected<RestartBody, ParseError> parse_restart_body(BytesView wire) {
  return parse_fields<RestartBody>(wire);
}
std::expected<ReleaseBody, ParseError> parse_release_body(BytesView wire) {
  return parse_fields<ReleaseBody>(wire);
}
Bytes encode(const CreatedBody& body) {
  return encode_fields(body);
}
Bytes encode(const RestartBody& body) {
  return encode_fields(body);
}
Bytes encode(const ReleaseBody& body) {
  return encode_fields(body);
}

}  // namespace samband::protocol

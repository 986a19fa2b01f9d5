#include "crypto/mls/wire/group_context.h"

namespace samband::mls {

GroupContext read_group_context(Reader& in) {
  return {.version = read_version(in),
          .cipher_suite = in.u16(),
          .group_id = in.bytes_owned(group_id_bytes_max),
          .epoch = Epoch{in.u64()},
          .tree_hash = in.bytes_owned(hash_bytes_max),
          .confirmed_transcript_hash = in.bytes_owned(hash_bytes_max),
          .extensions = read_extensions(in)};
}

std::expected<GroupContext, ParseError> parse_group_context(BytesView wire) {
  return parse_whole(wire, read_group_context);
}

void write(Writer& out, const GroupContext& context) {
  out.u16(static_cast<std::uint16_t>(context.version));
  out.u16(context.cipher_suite);
  out.bytes(context.group_id);
  out.u64(context.epoch.value);
  out.bytes(context.tree_hash);
  out.bytes(context.confirmed_transcript_hash);
  write_extensions(out, context.extensions);
}

}  // namespace samband::mls

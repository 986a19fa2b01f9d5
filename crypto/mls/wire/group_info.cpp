#include "crypto/mls/wire/group_info.h"

namespace samband::mls {
namespace {

constexpr std::string_view group_info_label = "GroupInfoTBS";

void write_unsigned(Writer& out, const GroupInfo& info) {
  write(out, info.group_context);
  write_extensions(out, info.extensions);
  out.bytes(info.confirmation_tag);
  out.u32(info.signer.value);
}

}  // namespace

GroupInfo read_group_info(Reader& in) {
  return {.group_context = read_group_context(in),
          .extensions = read_extensions(in),
          .confirmation_tag = in.bytes_owned(hash_bytes_max),
          .signer = LeafIndex{in.u32()},
          .signature = in.bytes_owned(signature_bytes_max)};
}

std::expected<GroupInfo, ParseError> parse_group_info(BytesView wire) {
  return parse_whole(wire, read_group_info);
}

void write(Writer& out, const GroupInfo& info) {
  write_unsigned(out, info);
  out.bytes(info.signature);
}

Bytes group_info_tbs(const GroupInfo& info) {
  Writer out;
  write_unsigned(out, info);
  return out.take();
}

void sign_group_info(GroupInfo& info, const CipherSuite& suite, BytesView signature_private_key) {
  info.signature = suite.sign_with_label(signature_private_key, group_info_label, group_info_tbs(info));
}

bool verify_group_info_signature(const GroupInfo& info, const CipherSuite& suite, BytesView signature_key) {
  return suite.verify_with_label(signature_key, group_info_label, group_info_tbs(info), info.signature);
}

}  // namespace samband::mls

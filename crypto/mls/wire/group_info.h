// A member's signed statement of a group's state, for those who join.
// Source: RFC 9420 §12.4.3.
#pragma once

#include "crypto/mls/wire/group_context.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

struct GroupInfo {
  GroupContext group_context;
  Extensions extensions;
  MAC confirmation_tag;
  LeafIndex signer;
  Bytes signature;
  bool operator==(const GroupInfo&) const = default;
};
[[nodiscard]] GroupInfo read_group_info(Reader& in);
[[nodiscard]] std::expected<GroupInfo, ParseError> parse_group_info(BytesView wire);
void write(Writer& out, const GroupInfo& info);

[[nodiscard]] Bytes group_info_tbs(const GroupInfo& info);
// Sets `info.signature`; everything else must be in place.
void sign_group_info(GroupInfo& info, const CipherSuite& suite, BytesView signature_private_key);
// `signature_key` is that of the leaf at `info.signer`.
[[nodiscard]] bool verify_group_info_signature(const GroupInfo& info, const CipherSuite& suite,
                                               BytesView signature_key);

}  // namespace samband::mls

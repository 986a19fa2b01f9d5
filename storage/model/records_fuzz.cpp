// The first byte chooses a record, an entry, a policy or a key; whatever is read as one is written again as the same
// bytes.
#include <algorithm>

#include "crypto/codec/fuzzing.h"
#include "storage/model/policy.h"
#include "storage/model/records.h"
#include "storage/model/restore_record.h"
#include "storage/model/server_layout.h"

namespace {

using namespace samband;
using namespace samband::storage;
using fuzzing::expect;
using fuzzing::expect_one_encoding;

void check_policy(BytesView wire) {
  expect_one_encoding(wire, parse_channel_policy);
  const auto policy = parse_channel_policy(wire);
  expect(!policy || std::ranges::find(policy->items, Role::moderator, &RosterItem::role) != policy->items.end());
}

void check_chosen(unsigned choice, BytesView wire) {
  switch (choice % 16) {
    case 0: return expect_one_encoding(wire, parse_channel_record);
    case 1: return expect_one_encoding(wire, parse_blob_record);
    case 2: return expect_one_encoding(wire, parse_request_record);
    case 3: return expect_one_encoding(wire, parse_inbox_item);
    case 4: return expect_one_encoding(wire, parse_key_package_record);
    case 5: return expect_one_encoding(wire, parse_staged_part);
    case 6: return expect_one_encoding(wire, parse_store_meta);
    case 7: return expect_one_encoding(wire, parse_shard_position);
    case 8: return expect_one_encoding(wire, parse_entry);
    case 9: return check_policy(wire);
    case 10: return expect_one_encoding(wire, server_store::parse_inbox_key, server_store::inbox_key);
    case 11: return expect_one_encoding(wire, parse_audit_record);
    case 12: return expect_one_encoding(wire, parse_audit_head);
    case 13: return expect_one_encoding(wire, parse_maintenance);
    case 14: return expect_one_encoding(wire, parse_partner_quota);
    case 15: return expect_one_encoding(wire, parse_restore_record);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) check_chosen(data[0], {data + 1, size - 1});
  return 0;
}

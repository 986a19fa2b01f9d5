#include "storage/model/records.h"

#include <gtest/gtest.h>

#include "crypto/bytes/test_ids.h"
#include "storage/model/restore_record.h"

namespace samband::storage {
namespace {

// Reads back what was written; refuses every shorter text, one that is longer, and another version.
template <class Record, class Parse>
void expect_one_encoding(const Record& record, const Parse& parse) {
  const Bytes wire = encode(record);
  EXPECT_EQ(parse(wire).value(), record);
  for (std::size_t size = 0; size < wire.size(); ++size) EXPECT_FALSE(parse(BytesView{wire}.first(size))) << size;
  EXPECT_EQ(parse(concat({wire, Bytes{0}})).error(), ParseError::trailing_bytes);
  Bytes newer = wire;
  ++newer[0];
  EXPECT_EQ(parse(newer).error(), ParseError::unknown_value);
}

BlobRecord blob_record() {
  return {BlobState::sealed, id_of<ChannelId>(1), id_of<DeviceId>(2), 70'000, 2, id_of<Hash>(3), WallTime{4}, 5};
}

AuditRecord audit_record() {
  return {WallTime{1}, AuditAct::quota, 1000,          "drift", id_of<PartnerId>(2), "a quota", 3,
          4,           id_of<Hash>(5),  id_of<Hash>(6)};
}

TEST(Records, HaveOneEncodingEach) {
  expect_one_encoding(
      ChannelRecord{
          {id_of<ChannelId>(1), 2, id_of<Hash>(3), WallTime{4}, 5, 6}, id_of<DeviceId>(7), Bytes{8}, 9, 10, Bytes{11}},
      parse_channel_record);
  expect_one_encoding(blob_record(), parse_blob_record);
  expect_one_encoding(RestoreRecord{WallTime{1}, WallTime{2}, 3, 4, 5}, parse_restore_record);
  expect_one_encoding(RequestRecord{1, id_of<Hash>(2), Bytes{3}}, parse_request_record);
  expect_one_encoding(InboxItem{id_of<ChannelId>(1), 2, 3, id_of<Hash>(4), WallTime{5}, Bytes{6}}, parse_inbox_item);
  expect_one_encoding(KeyPackageRecord{id_of<Hash>(1), WallTime{2}, true, Bytes{3}}, parse_key_package_record);
  expect_one_encoding(StagedPart{WallTime{1}, Bytes{2}}, parse_staged_part);
  expect_one_encoding(StoreMeta{1, 2, WallTime{3}}, parse_store_meta);
  expect_one_encoding(ShardPosition{1, WallTime{2}}, parse_shard_position);
  expect_one_encoding(audit_record(), parse_audit_record);
  expect_one_encoding(AuditHead{1, id_of<Hash>(2)}, parse_audit_head);
  expect_one_encoding(Maintenance{WallTime{1}, "flytting"}, parse_maintenance);
  expect_one_encoding(PartnerQuota{1}, parse_partner_quota);
}

TEST(Records, KnowSevenActsOfAnAdministrator) {
  Bytes wire = encode(audit_record());
  constexpr std::size_t act_at = 9;  // after version and time
  for (const std::uint8_t act : Bytes{0, 8}) {
    wire[act_at] = act;
    EXPECT_EQ(parse_audit_record(wire).error(), ParseError::unknown_value);
  }
}

TEST(Records, HoldReasonsOfBoundedSize) {
  Maintenance maintenance{WallTime{1}, std::string(audit_text_bytes_max, 'x')};
  EXPECT_TRUE(parse_maintenance(encode(maintenance)));
  maintenance.reason += 'x';
  EXPECT_EQ(parse_maintenance(encode(maintenance)).error(), ParseError::too_long);
}

TEST(Records, KnowTwoStatesOfABlob) {
  Bytes wire = encode(blob_record());
  for (const std::uint8_t state : Bytes{0, 3}) {
    wire[1] = state;
    EXPECT_EQ(parse_blob_record(wire).error(), ParseError::unknown_value);
  }
}

TEST(Records, HoldWelcomesOfBoundedSize) {
  InboxItem item;
  item.welcome = Bytes(welcome_bytes_max);
  EXPECT_TRUE(parse_inbox_item(encode(item)));
  item.welcome.push_back(0);
  EXPECT_EQ(parse_inbox_item(encode(item)).error(), ParseError::too_long);
}

}  // namespace
}  // namespace samband::storage

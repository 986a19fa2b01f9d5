#include <algorithm>
#include <gtest/gtest.h>

#include "crypto/bytes/test_ids.h"
#include "storage/model/profile_layout.h"
#include "storage/model/server_layout.h"

namespace samband::storage {
namespace {

const auto channel = id_of<ChannelId>(0xC1);
const auto device = id_of<DeviceId>(0xD1);
const auto blob = id_of<BlobId>(0xB1);

TEST(ServerLayout, NamesEachFamilyAtItsIndex) {
  using namespace server_store;
  const auto families = layout().families;
  EXPECT_EQ(families.at(entries.value), "entries");
  EXPECT_EQ(families.at(channels.value), "channels");
  EXPECT_EQ(families.at(inbox.value), "inbox");
  EXPECT_EQ(families.at(key_packages.value), "key_packages");
  EXPECT_EQ(families.at(server_store::directory.value), "directory");
  EXPECT_EQ(families.at(merkle.value), "merkle");
  EXPECT_EQ(families.at(blobs.value), "blobs");
  EXPECT_EQ(families.at(requests.value), "requests");
  EXPECT_EQ(families.at(meta.value), "meta");
  EXPECT_EQ(families.at(staged.value), "staged");
}

TEST(ServerLayout, KeepsTheEntriesOfAChannelInOrderAndTogether) {
  using namespace server_store;
  const KeyRange range = entries_from(channel, 256);
  EXPECT_FALSE(range.contains(entry_key(channel, 255)));
  EXPECT_TRUE(range.contains(entry_key(channel, 256)));
  EXPECT_TRUE(range.contains(entry_key(channel, ~std::uint64_t{0})));
  EXPECT_FALSE(range.contains(entry_key(id_of<ChannelId>(0xC2), 256)));
  EXPECT_TRUE(entries_before(channel, 256).contains(entry_key(channel, 255)));
  EXPECT_FALSE(entries_before(channel, 256).contains(entry_key(channel, 256)));
}

TEST(ServerLayout, TellsChannelPartsApart) {
  using namespace server_store;
  EXPECT_NE(channel_key(channel, ChannelPart::record), channel_key(channel, ChannelPart::group));
  EXPECT_EQ(channel_of(channel_key(channel, ChannelPart::group_info)), channel);
  EXPECT_EQ(channel_of(channel.view()), std::nullopt);
}

TEST(ServerLayout, KeepsTheRecordsOfAGroupTogetherAndApartFromTheRest) {
  using namespace server_store;
  const KeyRange range = group_records_of(channel);
  EXPECT_TRUE(range.contains(group_record_key(channel, 0)));
  EXPECT_TRUE(range.contains(group_record_key(channel, ~std::uint32_t{0})));
  EXPECT_LT(group_record_key(channel, 255), group_record_key(channel, 256));
  EXPECT_FALSE(range.contains(channel_key(channel, ChannelPart::record)));
  EXPECT_FALSE(range.contains(channel_key(channel, ChannelPart::group_info)));
  EXPECT_FALSE(range.contains(group_record_key(id_of<ChannelId>(0xC2), 0)));
}

TEST(ServerLayout, EmptiesAnInboxUpToAndIncludingWhatWasAcknowledged) {
  using namespace server_store;
  const InboxKey key{device, 3, 7};
  EXPECT_EQ(parse_inbox_key(inbox_key(key)), key);
  EXPECT_EQ(parse_inbox_key(concat({inbox_key(key), Bytes{0}})), std::nullopt);
  const KeyRange read = inbox_until(device, 3, 7);
  EXPECT_TRUE(read.contains(inbox_key({device, 3, 0})));
  EXPECT_TRUE(read.contains(inbox_key({device, 3, 7})));
  EXPECT_FALSE(read.contains(inbox_key({device, 3, 8})));
  EXPECT_FALSE(read.contains(inbox_key({device, 2, 7})));
  EXPECT_TRUE(inbox_until(device, 3, ~std::uint64_t{0}).contains(inbox_key({device, 3, ~std::uint64_t{0}})));
  EXPECT_TRUE(inbox_of(device).contains(inbox_key(key)));
}

TEST(ServerLayout, GivesSingleUseKeyPackagesBeforeTheLastResort) {
  using namespace server_store;
  EXPECT_LT(key_package_key(device, false, 99), key_package_key(device, true, 0));
  EXPECT_TRUE(key_packages_of(device).contains(key_package_key(device, true, 0)));
}

TEST(ServerLayout, KeepsABlobsReferencesBehindItsRecordAndApartFromIt) {
  using namespace server_store;
  const KeyRange references = blob_references(blob);
  EXPECT_FALSE(references.contains(blob_key(blob)));
  EXPECT_TRUE(references.contains(blob_reference_key(blob, channel, 0)));
  EXPECT_TRUE(references.contains(blob_reference_key(blob, ChannelId{}, 0)));
  EXPECT_FALSE(references.contains(blob_reference_key(id_of<BlobId>(0xB2), channel, 0)));
}

TEST(ServerLayout, KeepsRequestsAndStagedPartsOfOneDeviceAndShardTogether) {
  using namespace server_store;
  EXPECT_TRUE(requests_of(device, 2).contains(request_key(device, 2, 9)));
  EXPECT_FALSE(requests_of(device, 2).contains(request_key(device, 3, 9)));
  EXPECT_TRUE(staged_of(device, 2).contains(staged_key(device, 2, id_of<Hash>(0xFF))));
  EXPECT_FALSE(staged_of(device, 2).contains(staged_key(device, 3, Hash{})));
}

TEST(ServerLayout, SortsAlarmsOfAShardByTime) {
  using namespace server_store;
  EXPECT_LT(alarm_key(1, WallTime{5}, 9), alarm_key(1, WallTime{6}, 0));
  EXPECT_TRUE(alarms_of(1).contains(alarm_key(1, WallTime{5}, 9)));
  EXPECT_FALSE(alarms_of(1).contains(alarm_key(2, WallTime{5}, 9)));
  EXPECT_FALSE(alarms_of(0).contains(shard_key(0)));
}

TEST(ServerLayout, GivesEachThingInMetaAKeyOfItsOwn) {
  using namespace server_store;
  std::vector<Bytes> keys{meta_key(),   shard_key(0), shard_key(1),     tree_head_key(),   alarm_key(0, {}, 0),
                          audit_key(0), audit_key(1), audit_head_key(), maintenance_key(), partner_quota_key({})};
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

TEST(ServerLayout, OrdersTheDirectoryItsTreeAndTheChunksByNumber) {
  using namespace server_store;
  EXPECT_TRUE(directory_from(5).contains(directory_key(5)));
  EXPECT_FALSE(directory_from(5).contains(directory_key(4)));
  EXPECT_LT(merkle_key(0, 300), merkle_key(1, 0));
  EXPECT_LT(chunk_store::chunk_key(blob, 255), chunk_store::chunk_key(blob, 256));
  EXPECT_TRUE(chunk_store::chunks_of(blob).contains(chunk_store::chunk_key(blob, 0)));
}

TEST(ProfileLayout, NamesEachFamilyAtItsIndex) {
  using namespace profile_store;
  const auto families = layout().families;
  EXPECT_EQ(families.at(identity.value), "identity");
  EXPECT_EQ(families.at(groups.value), "groups");
  EXPECT_EQ(families.at(channels.value), "channels");
  EXPECT_EQ(families.at(entries.value), "entries");
  EXPECT_EQ(families.at(content.value), "content");
  EXPECT_EQ(families.at(outbox.value), "outbox");
  EXPECT_EQ(families.at(profile_store::directory.value), "directory");
  EXPECT_EQ(families.at(documents.value), "documents");
  EXPECT_EQ(families.at(settings.value), "settings");
  EXPECT_EQ(families.at(trust.value), "trust");
}

TEST(ProfileLayout, PutsIdsIntoScopesAndNumbersIntoOrders) {
  using namespace profile_store;
  const Place place = of_entry(content, channel, 7);
  EXPECT_EQ(place.scope, copy_of(channel.view()));
  EXPECT_EQ(place.order, KeyWriter{}.u64(7).take());
  const PlaceRange range = numbers(place, 9);
  EXPECT_TRUE(range.orders.contains(of_entry(content, channel, 8).order));
  EXPECT_FALSE(range.orders.contains(of_entry(content, channel, 9).order));
  EXPECT_TRUE(numbers_from(place).orders.contains(of_entry(content, channel, ~std::uint64_t{0}).order));
}

TEST(ProfileLayout, KeepsTheListOfAChannelsDocumentsApartFromTheirVersions) {
  using namespace profile_store;
  EXPECT_NE(document_list(channel, 1).scope, of_document(channel, DocumentId{}, 1).scope);
}

}  // namespace
}  // namespace samband::storage

#include "crypto/document/document_record.h"

#include <gtest/gtest.h>

#include "crypto/bytes/test_ids.h"
#include "crypto/suite/signing.h"

namespace samband {
namespace {

const Bytes device_seed(ed25519_private_key_bytes, 5);
const Bytes device_key = ed25519_key_pair(device_seed).public_key;

DocumentRecord first_version() {
  return {
      .channel = id_of<ChannelId>(1),
      .document = id_of<DocumentId>(2),
      .author = id_of<DeviceId>(3),
      .file = {
          .header = {.blob = id_of<BlobId>(4), .size = 1000}, .commitment = id_of<Hash>(5), .root = id_of<Hash>(6)}};
}

DocumentRecord second_version() {
  DocumentRecord record = first_version();
  record.version = 2;
  record.parent = hash_of(first_version());
  return record;
}

TEST(DocumentRecord, ReadsBackWhatItWrites) {
  for (const DocumentRecord& record : {first_version(), second_version()}) {
    const Bytes wire = encode(sign(record, device_seed));
    const auto parsed = parse_document_record(wire);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(encode(*parsed), wire);
    const auto verified = verify(*parsed, record.channel, record.author, device_key);
    ASSERT_TRUE(verified);
    EXPECT_EQ(hash_of(*verified), hash_of(record));
    EXPECT_EQ(verified->file.header, record.file.header);
  }
}

TEST(DocumentRecord, IsRefusedWithAnyOctetChanged) {
  const Bytes wire = encode(sign(second_version(), device_seed));
  for (std::size_t i = 0; i < wire.size(); ++i) {
    Bytes changed = wire;
    changed[i] ^= 1;
    const auto parsed = parse_document_record(changed);
    EXPECT_FALSE(parsed && verify(*parsed, id_of<ChannelId>(1), id_of<DeviceId>(3), device_key)) << i;
  }
}

TEST(DocumentRecord, IsRefusedCutOrLengthened) {
  Bytes wire = encode(sign(second_version(), device_seed));
  for (std::size_t size = 0; size < wire.size(); ++size) {
    EXPECT_EQ(parse_document_record(BytesView{wire}.first(size)), std::unexpected(ParseError::truncated)) << size;
  }
  wire.push_back(0);
  EXPECT_EQ(parse_document_record(wire), std::unexpected(ParseError::trailing_bytes));
}

TEST(DocumentRecord, IsRefusedInAnotherFormatVersion) {
  Bytes wire = encode(sign(first_version(), device_seed));
  wire[1] = 2;
  EXPECT_EQ(parse_document_record(wire), std::unexpected(ParseError::unknown_value));
}

TEST(DocumentRecord, IsMalformedWhenItsSizeOrItsPlaceInTheLineageCannotBe) {
  auto signed_record = sign(first_version(), device_seed);
  const auto parse_with = [&](auto&& change) {
    UnverifiedDocumentRecord changed = signed_record;
    change(changed.record);
    return parse_document_record(encode(changed));
  };
  EXPECT_EQ(parse_with([](DocumentRecord& r) { r.file.header.size = file_bytes_max + 1; }),
            std::unexpected(ParseError::malformed));
  EXPECT_EQ(parse_with([](DocumentRecord& r) { r.version = 0; }), std::unexpected(ParseError::malformed));
  EXPECT_EQ(parse_with([](DocumentRecord& r) { r.version = 2; }), std::unexpected(ParseError::malformed));
  EXPECT_EQ(parse_with([](DocumentRecord& r) { r.parent = Hash{}; }), std::unexpected(ParseError::malformed));
  signed_record.record.file.header.size = file_bytes_max;
  EXPECT_TRUE(parse_document_record(encode(signed_record)));
}

TEST(DocumentRecord, IsRefusedInAnotherChannelUnderAnotherNameOrAnotherKey) {
  const auto record = sign(first_version(), device_seed);
  const Bytes other_key = ed25519_key_pair(Bytes(ed25519_private_key_bytes, 6)).public_key;
  EXPECT_EQ(verify(record, id_of<ChannelId>(9), id_of<DeviceId>(3), device_key),
            std::unexpected(DocumentRecordError::other_channel));
  EXPECT_EQ(verify(record, id_of<ChannelId>(1), id_of<DeviceId>(9), device_key),
            std::unexpected(DocumentRecordError::other_author));
  EXPECT_EQ(verify(record, id_of<ChannelId>(1), id_of<DeviceId>(3), other_key),
            std::unexpected(DocumentRecordError::bad_signature));
}

TEST(DocumentRecord, FollowsTheVersionItWasMadeFromOnly) {
  EXPECT_TRUE(follows(second_version(), first_version()));
  EXPECT_FALSE(follows(first_version(), second_version()));
  const auto follows_changed = [](auto&& change) {
    DocumentRecord parent = first_version();
    change(parent);
    return follows(second_version(), parent);
  };
  EXPECT_FALSE(follows_changed([](DocumentRecord& r) { r.file.root = Hash{}; }));
  EXPECT_FALSE(follows_changed([](DocumentRecord& r) { r.channel = {}; }));
  EXPECT_FALSE(follows_changed([](DocumentRecord& r) { r.document = {}; }));
  DocumentRecord skipping = second_version();
  skipping.version = 3;
  EXPECT_FALSE(follows(skipping, first_version()));
}

TEST(DocumentRecordDeathTest, StopsTheProcessWhenAskedToSignWhatWouldNotParse) {
  DocumentRecord record = first_version();
  record.version = 2;
  EXPECT_DEATH(std::ignore = sign(record, device_seed), "check failed");
}

}  // namespace
}  // namespace samband

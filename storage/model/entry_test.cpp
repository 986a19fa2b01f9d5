#include "storage/model/entry.h"

#include <fstream>
#include <gtest/gtest.h>

#include "crypto/bytes/test_ids.h"
#include "crypto/codec/hex.h"

namespace samband::storage {
namespace {

Entry first_entry() {
  return {
      .kind = EntryKind::created,
      .channel = id_of<ChannelId>(0xC1),
      .seq = 0,
      .at = WallTime{1'800'000'000'000},
      .directory_size = 5,
      .incarnation = 1,
      .previous = {},
      .sender = id_of<DeviceId>(0xD1),
      .body = Bytes{1, 2, 3},
  };
}

Entry entry_after(const Entry& before) {
  Entry entry = before;
  entry.kind = EntryKind::message;
  entry.seq = before.seq + 1;
  entry.previous = entry_hash(before);
  return entry;
}

TEST(Entry, IsReadBackAsItWasWritten) {
  const Entry entry = first_entry();
  EXPECT_EQ(parse_entry(encode(entry)).value(), entry);
}

// The example of storage/FORMAT.md.
TEST(Entry, HasTheBytesItsFormatSays) {
  EXPECT_EQ(to_hex(encode(first_entry())),
            "0103"
            "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
            "0000000000000000"
            "000001a3185c5000"
            "0000000000000005"
            "0000000000000001"
            "0000000000000000000000000000000000000000000000000000000000000000"
            "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1"
            "03010203");
  EXPECT_EQ(to_hex(entry_hash(first_entry()).view()),
            "1ab1b28ac2c5fe5921e19c26da151c7e661db88da01c00d731ba139d31f8892b");
}

TEST(Entry, StandsInTheFormatWordForWord) {
  std::ifstream document{STORAGE_FORMAT_DOCUMENT};
  std::string hex;  // the first column of the example
  bool within = false;
  for (std::string line; std::getline(document, line);) {
    if (line == "### Example") within = true;
    if (line.starts_with("Its key is")) within = false;
    if (within && line.starts_with("    ")) hex += line.substr(4, line.find(' ', 4) - 4);
  }
  EXPECT_EQ(hex, to_hex(encode(first_entry())));
}

TEST(Entry, OfAnUnknownVersionOrKindIsRefused) {
  Bytes wire = encode(first_entry());
  wire[0] = 2;
  EXPECT_EQ(parse_entry(wire).error(), ParseError::unknown_value);
  for (const std::uint8_t kind : Bytes{0, 9, 255}) {
    wire = encode(first_entry());
    wire[1] = kind;
    EXPECT_EQ(parse_entry(wire).error(), ParseError::unknown_value);
  }
}

TEST(Entry, CutOrLengthenedIsRefused) {
  const Bytes wire = encode(first_entry());
  for (std::size_t size = 0; size < wire.size(); ++size) {
    EXPECT_FALSE(parse_entry(BytesView{wire}.first(size))) << size;
  }
  EXPECT_EQ(parse_entry(concat({wire, Bytes{0}})).error(), ParseError::trailing_bytes);
}

TEST(Entry, HasABodyOfBoundedSize) {
  Entry entry = first_entry();
  entry.body = Bytes(entry_body_bytes_max);
  EXPECT_TRUE(parse_entry(encode(entry)));
  entry.body.push_back(0);
  EXPECT_EQ(parse_entry(encode(entry)).error(), ParseError::too_long);
}

class Chain : public ::testing::Test {
 protected:
  Chain() { EXPECT_TRUE(advance(head_, first_)); }

  // Why the entry can't be next; the head must stay where it was.
  std::optional<ChainError> refusal(const Entry& entry) {
    const ChainHead before = head_;
    const auto advanced = advance(head_, entry);
    if (advanced) return std::nullopt;
    EXPECT_EQ(head_, before);
    return advanced.error();
  }

  Entry first_ = first_entry();
  ChainHead head_{.channel = first_.channel};
};

TEST_F(Chain, TakesEntriesThatContinueIt) {
  const Entry second = entry_after(first_);
  EXPECT_EQ(refusal(second), std::nullopt);
  EXPECT_EQ(head_.next_seq, 2U);
  EXPECT_EQ(head_.last, entry_hash(second));
  EXPECT_EQ(refusal(entry_after(second)), std::nullopt);
}

TEST_F(Chain, NoticesWhenHistoryWasChanged) {
  Entry changed = first_;
  changed.body = Bytes{9};
  EXPECT_EQ(refusal(entry_after(changed)), ChainError::hash_differs);
}

TEST_F(Chain, BeginsWithZeros) {
  ChainHead empty{.channel = first_.channel};
  Entry entry = first_;
  entry.previous.bytes[0] = 1;
  EXPECT_EQ(advance(empty, entry).error(), ChainError::hash_differs);
}

TEST_F(Chain, HasNoGapsAndNoRepetitions) {
  EXPECT_EQ(refusal(first_), ChainError::seq_not_next);
  Entry later = entry_after(first_);
  later.seq = 2;
  EXPECT_EQ(refusal(later), ChainError::seq_not_next);
}

TEST_F(Chain, BelongsToOneChannel) {
  Entry other = entry_after(first_);
  other.channel = id_of<ChannelId>(0xC2);
  EXPECT_EQ(refusal(other), ChainError::other_channel);
}

TEST_F(Chain, NeverGoesBackInTimeDirectoryOrIncarnation) {
  Entry entry = entry_after(first_);
  entry.at.ms -= 1;
  EXPECT_EQ(refusal(entry), ChainError::time_went_back);
  entry = entry_after(first_);
  entry.directory_size -= 1;
  EXPECT_EQ(refusal(entry), ChainError::directory_shrank);
  entry = entry_after(first_);
  entry.incarnation -= 1;
  EXPECT_EQ(refusal(entry), ChainError::incarnation_went_back);
}

}  // namespace
}  // namespace samband::storage

// The fuzzers' seeds are things that were stored once: they must be read for ever, and written as they were.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "storage/model/policy.h"
#include "storage/model/records.h"

namespace samband::storage {
namespace {

Bytes seed(const std::string& name) {
  std::ifstream in{std::filesystem::path{STORAGE_MODEL_SEEDS} / name, std::ios::binary};
  EXPECT_TRUE(in.is_open()) << name;
  return {std::istreambuf_iterator<char>{in}, {}};
}

template <class Parse>
void expect_read(const Parse& parse, BytesView wire, const std::string& name) {
  const auto read = parse(wire);
  ASSERT_TRUE(read) << name;
  EXPECT_TRUE(equal(encode(*read), wire)) << name;
}

TEST(Seeds, OfEntriesAndPoliciesAreRead) {
  for (const std::string name : {"entry/created", "entry/message", "entry/release"}) {
    expect_read(parse_entry, seed(name), name);
  }
  for (const std::string name : {"policy/discussion", "policy/guidance"}) {
    expect_read(parse_channel_policy, seed(name), name);
  }
}

TEST(Seeds, OfRecordsAreRead) {
  const auto record = [](const std::string& name, const auto& parse) {
    const Bytes chosen = seed("records/" + name);  // its first byte is the fuzzer's choice of record
    ASSERT_FALSE(chosen.empty());
    expect_read(parse, BytesView{chosen}.subspan(1), name);
  };
  record("channel", parse_channel_record);
  record("blob", parse_blob_record);
  record("request", parse_request_record);
  record("inbox", parse_inbox_item);
  record("key_package", parse_key_package_record);
  record("staged", parse_staged_part);
  record("meta", parse_store_meta);
  record("shard", parse_shard_position);
}

}  // namespace
}  // namespace samband::storage

// The seeds of the fuzzers are structures as they stand in logs and letters: they must be read for ever.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "crypto/identity/directory_leaf.h"
#include "crypto/identity/invitation.h"

namespace samband::identity {
namespace {

std::vector<Bytes> seeds_of(std::string_view structure) {
  std::vector<Bytes> seeds;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{IDENTITY_FOLDER} / "seeds" / structure}) {
    std::ifstream file{entry.path(), std::ios::binary};
    seeds.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  return seeds;
}

template <class Parse>
void expect_read_and_written_the_same(std::string_view structure, std::size_t count, Parse parse) {
  const auto seeds = seeds_of(structure);
  EXPECT_EQ(seeds.size(), count) << structure;
  for (const Bytes& seed : seeds) {
    const auto parsed = parse(seed);
    ASSERT_TRUE(parsed) << structure;
    EXPECT_EQ(encode(*parsed), seed) << structure;
  }
}

TEST(StandingBytes, AreReadAndWrittenTheSame) {
  expect_read_and_written_the_same("partner_key", 1, parse_signed_partner_key_claim);
  expect_read_and_written_the_same("administrator_grant", 2, parse_signed_administrator_grant);
  expect_read_and_written_the_same("delegation", 2, parse_signed_delegation);
  expect_read_and_written_the_same("device_certificate", 1, parse_signed_device_certificate);
  expect_read_and_written_the_same("revocation", 5, parse_signed_revocation);
  expect_read_and_written_the_same("directory_leaf", std::variant_size_v<DirectoryLeafBody>, parse_directory_leaf);
}

TEST(StandingBytes, OfInvitationsAreReadAndPrintedTheSame) {
  const auto codes = seeds_of("invitation");
  EXPECT_EQ(codes.size(), 2U);
  for (const Bytes& code : codes) {
    const auto parsed = parse_invitation(text_of(code));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(invitation_text(*parsed), text_of(code));
  }
}

}  // namespace
}  // namespace samband::identity

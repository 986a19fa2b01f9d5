// Stored state that is not what was stored, and what a member can still do with state at its end.
#include <algorithm>
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

// A group of one, and all that its owner has on disk for it.
class StoredState : public ::testing::Test {
 protected:
  void SetUp() override {
    village.create_group(anna);
    std::ignore = village.speak(anna, "1");
    group_bytes = copy_of(anna.group->encode_group().view());
    records = anna.store.records();
  }
  std::expected<Group, ParseError> load(BytesView group) { return Group::load(group, records, *anna.signature_key); }

  Village village;
  Device anna = village.new_device("anna");
  Bytes group_bytes;
  std::vector<SecretTreeRecord> records;
};

// Each stored secret takes a length octet and 32 bytes at the end, behind the last private key.
constexpr std::size_t stored_secret_bytes = 33;
constexpr std::size_t all_stored_secrets_bytes = 8 * stored_secret_bytes;

TEST_F(StoredState, IsLoadedAsItWas) {
  EXPECT_TRUE(load(group_bytes));
}

TEST_F(StoredState, NeedsSecretsOfTheSuitesLength) {
  Bytes shorter = group_bytes;
  shorter.pop_back();
  shorter[shorter.size() - stored_secret_bytes + 1] = 31;
  EXPECT_EQ(load(shorter).error(), ParseError::malformed);
}

TEST_F(StoredState, NeedsAPublicGroupThatIsOne) {
  Bytes other_suite = group_bytes;
  const auto public_group = std::ranges::search(other_suite, anna.group->public_group().encode());
  ASSERT_FALSE(public_group.empty());
  public_group[4] = 0x77;  // behind the versions of the form and of MLS
  EXPECT_EQ(load(other_suite).error(), ParseError::unknown_value);
}

TEST_F(StoredState, NeedsPrivateKeysThatFitTheTree) {
  Bytes other_key = group_bytes;
  other_key[other_key.size() - all_stored_secrets_bytes - 16] ^= 1;
  EXPECT_EQ(load(other_key).error(), ParseError::malformed);
  Bytes beyond_the_tree = group_bytes;
  beyond_the_tree[beyond_the_tree.size() - all_stored_secrets_bytes - 34] = 1;  // the node of the one key
  EXPECT_EQ(load(beyond_the_tree).error(), ParseError::malformed);
}

TEST_F(StoredState, NeedsASecretTreeThatFitsTheGroup) {
  records.clear();
  EXPECT_EQ(load(group_bytes).error(), ParseError::malformed);
}

TEST_F(StoredState, SaysNothingMoreWhenItsRatchetHasEnded) {
  ASSERT_EQ(records.size(), 1U);
  const std::size_t handshake_bytes = 4 + 32 + 4;
  std::ranges::fill(records[0].value.writable().subspan(1 + handshake_bytes, 4), 0xff);  // the next generation
  auto group = load(group_bytes);
  ASSERT_TRUE(group);
  EXPECT_EQ(group->protect(view_of("2"), {}, 0, village.random()).error(), MessageError::ratchet_exhausted);
}

TEST_F(StoredState, MakesNoPrivateHandshakeWhenItsRatchetHasEnded) {
  Bytes either = group_bytes;
  either[2] = static_cast<std::uint8_t>(HandshakeFormat::either);
  ASSERT_EQ(records.size(), 1U);
  std::ranges::fill(records[0].value.writable().subspan(1, 4), 0xff);  // the next generation
  auto group = load(either);
  ASSERT_TRUE(group);
  const CommitRefusal exhausted = MessageError::ratchet_exhausted;
  const Services services = village.services();
  const auto private_message = WireFormat::mls_private_message;
  EXPECT_EQ(group->create_commit({.wire_format = private_message}, services, village.random()).error(), exhausted);
  EXPECT_EQ(group
                ->propose_update(std::nullopt, {.wire_format = private_message, .authenticated_data = {}}, services,
                                 village.random())
                .error(),
            exhausted);
  EXPECT_TRUE(group->public_group().waiting_proposals().empty());
  EXPECT_TRUE(group->create_commit({.wire_format = WireFormat::mls_public_message}, services, village.random()));
}

TEST_F(StoredState, GoesOnBehindTheLastGenerationItUsed) {
  auto group = load(group_bytes);
  ASSERT_TRUE(group);
  const auto record_after_speaking = [&](Group& speaker) {
    EXPECT_TRUE(speaker.protect(view_of("2"), {}, 0, village.random()));
    const auto changes = speaker.take_secret_tree_changes();
    return copy_of(changes.back().value.view());
  };
  EXPECT_EQ(record_after_speaking(*group), record_after_speaking(*anna.group));
}

TEST_F(GroupOfThree, TakesUpNoPendingCommitThatWasChangedOrIsNoLongerValid) {
  const OutgoingCommit update = village.update(bjorn);
  const Bytes pending = copy_of(bjorn.group->encode_pending().view());
  bjorn.group->clear_pending();
  Bytes changed = pending;
  const auto message = std::ranges::search(changed, update.message());
  ASSERT_FALSE(message.empty());
  *std::ranges::prev(message.end()) ^= 1;  // the end of the membership tag
  EXPECT_EQ(bjorn.group->load_pending(changed, village.services()).error(), ParseError::malformed);
  EXPECT_TRUE(bjorn.group->load_pending(pending, village.services()));
  bjorn.group->clear_pending();
  village.authentication().doubt(bjorn.identity.credential);
  EXPECT_EQ(bjorn.group->load_pending(pending, village.services()).error(), ParseError::malformed);
}

// --- KeyPackages

class StoredKeyPackage : public ::testing::Test {
 protected:
  static std::optional<ParseError> refusal(const KeyPackageBundle& bundle) {
    const auto parsed = KeyPackageBundle::parse(bundle.encode().view());
    return parsed ? std::nullopt : std::optional{parsed.error()};
  }

  Village village;
  Device anna = village.new_device("anna");
  KeyPackageBundle bundle = village.new_key_package(anna);
};

TEST_F(StoredKeyPackage, IsOfASuiteThatIsKnown) {
  EXPECT_EQ(refusal(bundle), std::nullopt);
  bundle.key_package.cipher_suite = 0x7777;
  EXPECT_EQ(refusal(bundle), ParseError::malformed);
}

TEST_F(StoredKeyPackage, HasPrivateKeysOfTheSuitesLength) {
  bundle.init_private_key = SecretBytes{31};
  EXPECT_EQ(refusal(bundle), ParseError::malformed);
  bundle = village.new_key_package(anna);
  bundle.encryption_private_key = SecretBytes{33};
  EXPECT_EQ(refusal(bundle), ParseError::malformed);
}

TEST_F(StoredKeyPackage, HoldsNothingBehindTheKeyPackage) {
  Writer out;
  out.u8(1);
  out.bytes(concat({encode(bundle.key_package), Bytes{0}}));
  out.bytes(bundle.init_private_key.view());
  out.bytes(bundle.encryption_private_key.view());
  EXPECT_EQ(KeyPackageBundle::parse(out.view()).error(), ParseError::trailing_bytes);
}

TEST_F(StoredKeyPackage, HoldsNothingThatIsLongerThanAnyKeyOrStructure) {
  bundle.init_private_key = SecretBytes{public_key_bytes_max + 1};
  EXPECT_EQ(refusal(bundle), ParseError::too_long);
  bundle = village.new_key_package(anna);
  bundle.encryption_private_key = SecretBytes{public_key_bytes_max + 1};
  EXPECT_EQ(refusal(bundle), ParseError::too_long);
  EXPECT_EQ(KeyPackageBundle::parse(Bytes{1, 0x84, 0, 0, 0}).error(), ParseError::truncated);
  EXPECT_EQ(KeyPackageBundle::parse(Bytes{1, 0x84, 0, 0, 1}).error(), ParseError::too_long);  // 2^26 + 1
}

TEST_F(StoredKeyPackage, HasAnInitKeyOfItsOwn) {
  const KeyPackageBundle another = village.new_key_package(anna);
  EXPECT_NE(bundle.key_package.init_key, another.key_package.init_key);
  EXPECT_NE(bundle.key_package.leaf_node.encryption_key, another.key_package.leaf_node.encryption_key);
  EXPECT_NE(bundle.key_package.init_key, bundle.key_package.leaf_node.encryption_key);
}

}  // namespace
}  // namespace samband::mls

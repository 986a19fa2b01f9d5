#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

TEST_F(GroupOfThree, GoesOnFromItsStoreAfterEachStep) {
  village.reload(bjorn);
  EXPECT_EQ(village.hear(bjorn, village.speak(anna, "1")), "1");
  village.reload(bjorn);
  EXPECT_EQ(village.hear(anna, village.speak(bjorn, "2")), "2");
  village.reload(bjorn);
  village.reload(anna);
  EXPECT_EQ(village.hear(anna, village.speak(bjorn, "3")), "3");
  const OutgoingCommit update = village.update(celine);
  for (Device* member : everybody()) {
    ASSERT_TRUE(village.receive(*member, update.message()));
    village.reload(*member);
  }
  expect_agreement(everybody());
  EXPECT_EQ(village.hear(celine, village.speak(bjorn, "4")), "4");
}

TEST_F(GroupOfThree, ReadsBackExactlyWhatItStored) {
  const SecretBytes stored = bjorn.group->encode_group();
  village.reload(bjorn);
  EXPECT_TRUE(equal(bjorn.group->encode_group().view(), stored.view()));
  EXPECT_TRUE(bjorn.group->take_secret_tree_changes().empty());
}

TEST_F(GroupOfThree, RemembersThatAMessageWasRead) {
  const Bytes message = village.speak(anna, "en gang");
  ASSERT_TRUE(village.hear(bjorn, message));
  village.reload(bjorn);
  EXPECT_EQ(village.hear(bjorn, message).error(), MessageError::key_consumed);
}

TEST_F(GroupOfThree, MergesACommitThatWasPendingWhenTheProcessEnded) {
  const OutgoingCommit update = village.update(anna);
  anna.store.save(*anna.group);
  village.reload(anna);
  ASSERT_TRUE(anna.group->is_pending(update.message()));
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, update.message()));
  expect_agreement(everybody());
  EXPECT_EQ(village.hear(bjorn, village.speak(anna, "videre")), "videre");
}

TEST_F(GroupOfThree, DoesNotTakeUpAPendingCommitOfAnotherEpoch) {
  const OutgoingCommit mine = village.update(anna);
  const SecretBytes pending = anna.group->encode_pending();
  const OutgoingCommit theirs = village.update(bjorn);
  ASSERT_TRUE(village.receive(anna, theirs.message()));
  EXPECT_EQ(anna.group->load_pending(pending.view(), village.services()).error(), ParseError::malformed);
  EXPECT_FALSE(anna.group->has_pending());
}

TEST_F(GroupOfThree, AnApplicationMessageRewritesLittle) {
  std::vector<Device> others;
  for (int i = 0; i < 61; ++i) others.push_back(village.new_device("annen " + std::to_string(i)));
  std::vector<Device*> joiners;
  for (Device& other : others) joiners.push_back(&other);
  village.add(anna, joiners, everybody());
  const Bytes first = village.speak(anna, "1");
  const Bytes second = village.speak(anna, "2");
  ASSERT_TRUE(bjorn.group->unprotect(first));
  // A sender's first message opens its path of 6 parents: they go, and their other children come.
  EXPECT_EQ(bjorn.group->take_secret_tree_changes().size(), 13U);
  ASSERT_TRUE(bjorn.group->unprotect(second));
  EXPECT_EQ(bjorn.group->take_secret_tree_changes().size(), 1U);
}

TEST_F(GroupOfThree, RefusesAStoreThatIsNotItsOwn) {
  const SecretBytes stored = bjorn.group->encode_group();
  const auto load = [&](BytesView group) { return Group::load(group, {}, *bjorn.signature_key).error(); };
  Bytes other_format = copy_of(stored.view());
  other_format[1] = 9;
  EXPECT_EQ(load(other_format), ParseError::unknown_value);
  EXPECT_EQ(load(stored.view().first(stored.size() - 1)), ParseError::truncated);
  EXPECT_EQ(load(concat({stored.view(), Bytes{0}})), ParseError::trailing_bytes);
  EXPECT_EQ(load(stored.view()), ParseError::malformed);  // the records of the secret tree are missing
  EXPECT_EQ(bjorn.store.load(*anna.signature_key, village.services()).error(), ParseError::malformed);
}

// Each stored secret takes a length octet and 32 bytes at the end, behind the last private key.
constexpr std::size_t stored_secret_bytes = 33;

TEST_F(GroupOfThree, RefusesAStoreWhosePrivateKeysDoNotFitTheTree) {
  Bytes stored = copy_of(bjorn.group->encode_group().view());
  stored[stored.size() - 8 * stored_secret_bytes - 16] ^= 1;
  EXPECT_EQ(Group::load(stored, {}, *bjorn.signature_key).error(), ParseError::malformed);

  const OutgoingCommit update = village.update(bjorn);
  Bytes pending = copy_of(bjorn.group->encode_pending().view());
  bjorn.group->clear_pending();
  pending[pending.size() - 9 * stored_secret_bytes - 16] ^= 1;
  EXPECT_EQ(bjorn.group->load_pending(pending, village.services()).error(), ParseError::malformed);
  pending[pending.size() - 9 * stored_secret_bytes - 16] ^= 1;
  EXPECT_TRUE(bjorn.group->load_pending(pending, village.services()));
}

TEST_F(GroupOfThree, RefusesAStoredSecretOfAnotherLength) {
  Bytes stored = copy_of(bjorn.group->encode_group().view());
  stored.pop_back();
  stored[stored.size() - stored_secret_bytes + 1] = 31;
  EXPECT_EQ(Group::load(stored, {}, *bjorn.signature_key).error(), ParseError::malformed);
}

TEST_F(GroupOfThree, RefusesAStoredSecretThatIsLongerThanAnyHash) {
  const SecretBytes stored = bjorn.group->encode_group();
  const auto refusal = [&](std::size_t size) {
    Writer out;
    out.fixed(stored.view().first(stored.size() - stored_secret_bytes));
    out.bytes(Bytes(size));
    return Group::load(out.view(), {}, *bjorn.signature_key).error();
  };
  EXPECT_EQ(refusal(hash_bytes_max), ParseError::malformed);
  EXPECT_EQ(refusal(hash_bytes_max + 1), ParseError::too_long);
}

TEST_F(GroupOfThree, TakesItsPublicStateFromRecordsOrFromTheRestAndNotFromBoth) {
  const auto changes = bjorn.group->take_public_changes();
  const auto refusal = [&](const SecretBytes& rest) {
    const auto loaded = Group::load(rest.view(), changes.records, bjorn.store.records(), *bjorn.signature_key);
    return loaded ? std::nullopt : std::optional{loaded.error()};
  };
  EXPECT_EQ(refusal(bjorn.group->encode_private()), std::nullopt);
  EXPECT_EQ(refusal(bjorn.group->encode_group()), ParseError::malformed);
}

TEST_F(GroupOfThree, RefusesAPendingCommitOfAnotherFormat) {
  const OutgoingCommit update = village.update(bjorn);
  Bytes pending = copy_of(bjorn.group->encode_pending().view());
  bjorn.group->clear_pending();
  pending[1] = 9;
  EXPECT_EQ(bjorn.group->load_pending(pending, village.services()).error(), ParseError::unknown_value);
}

TEST(KeyPackageBundle, IsReadBackFromItsStoredForm) {
  Village village;
  Device anna = village.new_device("anna");
  const KeyPackageBundle bundle =
      make_key_package(village.suite(), anna.identity, *anna.signature_key,
                       {.lifetime = Village::lifetime, .last_resort = true}, village.random());
  EXPECT_TRUE(bundle.is_last_resort());
  const auto back = KeyPackageBundle::parse(bundle.encode().view());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->key_package, bundle.key_package);
  EXPECT_TRUE(equal(back->init_private_key.view(), bundle.init_private_key.view()));
  EXPECT_TRUE(back->is_last_resort());
  EXPECT_FALSE(village.new_key_package(anna).is_last_resort());
  Bytes other_format = copy_of(bundle.encode().view());
  other_format[0] = 9;
  EXPECT_EQ(KeyPackageBundle::parse(other_format).error(), ParseError::unknown_value);
}

TEST(KeyPackageBundle, RefusesAPrivateKeyOfAnotherKeyPackage) {
  Village village;
  Device anna = village.new_device("anna");
  KeyPackageBundle bundle = village.new_key_package(anna);
  bundle.init_private_key = village.new_key_package(anna).init_private_key.duplicate();
  EXPECT_EQ(KeyPackageBundle::parse(bundle.encode().view()).error(), ParseError::malformed);
}

TEST(KeyPackageBundle, ALastResortMayBeAddedToAGroup) {
  Village village;
  Device anna = village.new_device("anna");
  Device bjorn = village.new_device("bjorn");
  village.create_group(anna);
  const KeyPackageBundle bundle =
      make_key_package(village.suite(), bjorn.identity, *bjorn.signature_key,
                       {.lifetime = Village::lifetime, .last_resort = true}, village.random());
  EXPECT_EQ(village.commit(anna, {.adds = {bundle.key_package}}).added().size(), 1U);
}

}  // namespace
}  // namespace samband::mls

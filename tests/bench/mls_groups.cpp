#include "tests/bench/mls_groups.h"

#include "crypto/mls/wire/message.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr mls::Lifetime lifetime{.not_before = 0, .not_after = 1'000'000};
constexpr std::size_t group_id_bytes = 32;

Bytes random_bytes(RandomSource& random, std::size_t size) {
  Bytes out(size);
  random.fill(out);
  return out;
}

// Members enter by KeyPackage from left to right.
mls::RatchetTree tree_of(Surroundings& with, const std::vector<Device>& devices) {
  mls::RatchetTree tree{with.suite};
  for (const Device& device : devices) {
    const mls::KeyPackageBundle bundle = with.new_key_package(device);
    tree.add(std::make_shared<const mls::LeafNode>(bundle.key_package.leaf_node));
  }
  return tree;
}

// What a Commit with path does to the tree, from the outside.
void refresh_path(Surroundings& with, mls::RatchetTree& tree, const Device& device, mls::LeafIndex index,
                  BytesView group_id) {
  std::vector<mls::HPKEPublicKey> keys;
  for (std::size_t i = tree.filtered_direct_path(index).size(); i > 0; --i) {
    keys.push_back(with.suite.generate_kem_key_pair(with.random).public_key);
  }
  mls::LeafNode leaf = *tree.leaf(index);
  leaf.encryption_key = with.suite.generate_kem_key_pair(with.random).public_key;
  leaf.source = mls::CommitSource{tree.set_path(index, keys)};
  mls::sign_leaf_node(leaf, with.suite, device.signature_key->private_key.view(), group_id, index);
  tree.set_leaf(index, std::make_shared<const mls::LeafNode>(std::move(leaf)));
}

mls::RatchetTree full_tree(Surroundings& with, const std::vector<Device>& devices, BytesView group_id) {
  mls::RatchetTree tree = tree_of(with, devices);
  for (std::size_t i = 0; i < devices.size(); i += 2) {
    refresh_path(with, tree, devices[i], mls::LeafIndex{static_cast<std::uint32_t>(i)}, group_id);
  }
  return tree;
}

// A GroupInfo in the middle of a group's life, signed by its last member: enough to join by external Commit.
Bytes group_info_of(Surroundings& with, mls::RatchetTree& tree, const Device& signer, std::size_t members,
                    const Bytes& group_id) {
  const mls::ExternalPub external{with.suite.generate_kem_key_pair(with.random).public_key};
  mls::GroupInfo info{
      .group_context = {.cipher_suite = static_cast<std::uint16_t>(with.suite.id()),
                        .group_id = group_id,
                        .epoch = mls::Epoch{members},
                        .tree_hash = tree.tree_hash(),
                        .confirmed_transcript_hash = random_bytes(with.random, with.suite.hash_bytes()),
                        .extensions = {}},
      .extensions = {{mls::ExtensionType::external_pub, mls::encode(external)}},
      .confirmation_tag = random_bytes(with.random, with.suite.hash_bytes()),
      .signer = mls::LeafIndex{static_cast<std::uint32_t>(members - 1)},
      .signature = {},
  };
  mls::sign_group_info(info, with.suite, signer.signature_key->private_key.view());
  return mls::encode_mls_message(info);
}

mls::ExternalJoin rejoin(Surroundings& with, const Device& device, mls::LeafIndex place, BytesView group_info,
                         const mls::RatchetTreeNodes& tree) {
  return must(mls::Group::join_external(group_info, tree, device.identity, *device.signature_key, {.replaces = place},
                                        with.services(), with.random),
              "an external Commit was refused");
}

}  // namespace

Device Surroundings::new_device() {
  mls::LeafIdentity identity{.credential = mls::BasicCredential{random_bytes(random, credential_bytes)},
                             .capabilities = {.versions = {mls::ProtocolVersion::mls10},
                                              .cipher_suites = {static_cast<std::uint16_t>(samband_suite)},
                                              .extensions = {},
                                              .proposals = {},
                                              .credentials = {mls::CredentialType::basic}},
                             .extensions = {}};
  auto key = std::make_unique<KeyPair>(suite.generate_signature_key_pair(random));
  return {std::move(key), std::move(identity)};
}

std::vector<Device> Surroundings::new_devices(std::size_t count) {
  std::vector<Device> devices;
  devices.reserve(count);
  for (std::size_t i = 0; i < count; ++i) devices.push_back(new_device());
  return devices;
}

mls::KeyPackageBundle Surroundings::new_key_package(const Device& device) {
  return mls::make_key_package(suite, device.identity, *device.signature_key, {.lifetime = lifetime}, random);
}

mls::Group Surroundings::new_group(const Device& creator) {
  return must(mls::Group::create({suite, random_bytes(random, group_id_bytes), creator.identity, lifetime, {}},
                                 *creator.signature_key, random),
              "a group could not be made");
}

FullGroup FullGroup::make(Surroundings& with, std::size_t members) {
  std::vector<Device> devices = with.new_devices(members);
  const Bytes group_id = random_bytes(with.random, group_id_bytes);
  mls::RatchetTree tree = full_tree(with, devices, group_id);
  const Bytes group_info = group_info_of(with, tree, devices.back(), members, group_id);

  mls::Group first = rejoin(with, devices[0], mls::LeafIndex{0}, group_info, tree.nodes()).group;
  mls::ExternalJoin second =
      rejoin(with, devices[1], mls::LeafIndex{1}, first.group_info(), first.public_group().tree().nodes());
  first.merge(must(first.stage_commit(second.commit, with.services()), "a member refused an external Commit"));
  return {std::move(devices), std::move(first), std::move(second.group)};
}

}  // namespace samband::bench

#include "crypto/mls/forgery/cast.h"

#include <algorithm>

namespace samband::mls::forgery {
namespace {

constexpr std::size_t device_count = 8;

std::vector<Device*> pointers(std::vector<Device>& devices) {
  std::vector<Device*> out;
  out.reserve(devices.size());
  for (Device& device : devices) out.push_back(&device);
  return out;
}

}  // namespace

Cast::Cast() {
  for (std::size_t i = 0; i < device_count; ++i) {
    Device device = village_.new_device(std::string(1, static_cast<char>('a' + i)));
    KeyPackageBundle bundle = village_.new_key_package(device);
    material.keys.add(*device.signature_key);
    material.key_packages.push_back(bundle.key_package);
    devices.push_back({std::move(device), std::move(bundle)});
  }
  material.external_sender = village_.suite().generate_signature_key_pair(village_.random());
  material.keys.add(material.external_sender);
  village_.psks().add({1}, Bytes(32, 1));
  material.psks = {
      {ExternalPSK{{1}}, Bytes(32, 1)}, {ExternalPSK{{1}}, Bytes(32, 2)}, {ExternalPSK{{2}}, Bytes(32, 1)}};
  open_full_tree(HandshakeFormat::public_message);
  open_gaps();
  open_extended();
  open_full_tree(HandshakeFormat::either);
}

const Cast::Outsider& Cast::owner_of(const SignaturePublicKey& key) const {
  const auto found =
      std::ranges::find_if(devices, [&](const Outsider& each) { return each.device.signature_key->public_key == key; });
  return found == devices.end() ? devices.front() : *found;
}

Device Cast::twin_of(const Device& device) const {
  Device twin;
  twin.name = device.name;
  twin.signature_key = std::make_unique<KeyPair>(device.signature_key->duplicate());
  twin.identity = device.identity;
  return twin;
}

std::vector<Device> Cast::found(std::size_t count) {
  std::vector<Device> members;
  members.reserve(count);
  for (std::size_t i = 0; i < count; ++i) members.push_back(twin_of(devices[i].device));
  std::vector<Device*> joiners = pointers(members);
  joiners.erase(joiners.begin());
  village_.create_group(members[0]);
  village_.add(members[0], joiners, {members.data()});
  return members;
}

void Cast::open_full_tree(HandshakeFormat format) {
  village_.handshake_format = format;
  std::vector<Device> members = found(4);
  for (Device& sender : members) {
    const Bytes update = village_.update(sender).message();
    for (Device& member : members) fuzzing::expect(village_.receive(member, update).has_value());
  }
  PublicGroup group = members[0].group->public_group();
  openings.push_back({std::move(members), std::move(group)});
}

// Of seven the third is gone, and the fourth came back as an unmerged leaf.
void Cast::open_gaps() {
  std::vector<Device> members = found(7);
  const auto deliver = [&](const Bytes& commit) {
    for (Device& member : members) fuzzing::expect(village_.receive(member, commit).has_value());
    std::erase_if(members, [](const Device& member) { return !member.group->is_member(); });
  };
  deliver(village_.commit(members[0], {.removes = {LeafIndex{2}, LeafIndex{3}}}).message());
  deliver(village_.update(members[1]).message());
  Device returning = twin_of(devices[3].device);
  village_.add(members[0], {&returning}, pointers(members));
  members.push_back(std::move(returning));
  PublicGroup group = members[0].group->public_group();
  openings.push_back({std::move(members), std::move(group)});
}

void Cast::open_extended() {
  std::vector<Device> members = found(3);
  const ExternalSender sender{material.external_sender.public_key, BasicCredential{{'x'}}};
  const Extensions extensions{
      {ExtensionType::required_capabilities, encode(RequiredCapabilities{{policy_extension}, {}, {}})},
      {ExtensionType::external_senders, encode_external_senders({sender})},
      {policy_extension, {1, 2, 3}}};
  const Bytes commit = village_.commit(members[2], {.group_context_extensions = extensions}).message();
  for (Device& member : members) fuzzing::expect(village_.receive(member, commit).has_value());
  PublicGroup group = members[0].group->public_group();
  openings.push_back({std::move(members), std::move(group)});
}

}  // namespace samband::mls::forgery

// Devices in one process, their stores, and a log that gives every one of them the same Commits. Tests only.
#pragma once

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>

#include "crypto/mls/group/group.h"
#include "crypto/mls/group/test_services.h"

namespace samband::mls {

inline constexpr ExtensionType policy_extension{0xf0a1};

// What a device has on disk for one group.
class StoredGroup {
 public:
  // As after each change: group first, then the records of its secret tree.
  void save(Group& group) {
    const Epoch epoch = group.epoch();
    if (epoch != epoch_) records_.clear();
    epoch_ = epoch;
    group_ = group.encode_group();
    save_records(group);
    pending_.reset();
    if (group.has_pending()) pending_ = group.encode_pending();
  }
  // As after an application message.
  void save_records(Group& group) {
    for (SecretTreeRecord& change : group.take_secret_tree_changes()) {
      records_.erase(change.node);
      if (!change.value.empty()) records_.emplace(change.node, std::move(change.value));
    }
  }
  [[nodiscard]] StoredGroup duplicate() const {
    StoredGroup copy;
    copy.epoch_ = epoch_;
    copy.group_ = group_.duplicate();
    for (const auto& [node, value] : records_) copy.records_.emplace(node, value.duplicate());
    if (pending_) copy.pending_ = pending_->duplicate();
    return copy;
  }
  [[nodiscard]] std::vector<SecretTreeRecord> records() const {
    std::vector<SecretTreeRecord> records;
    records.reserve(records_.size());
    for (const auto& [node, value] : records_) records.push_back({node, value.duplicate()});
    return records;
  }
  [[nodiscard]] std::expected<Group, ParseError> load(const KeyPair& signature_key, const Services& services) const {
    auto group = Group::load(group_.view(), records(), signature_key);
    if (group && pending_) {
      if (const auto loaded = group->load_pending(pending_->view(), services); !loaded) {
        return std::unexpected(loaded.error());
      }
    }
    return group;
  }

 private:
  std::optional<Epoch> epoch_;
  SecretBytes group_;
  std::map<NodeIndex, SecretBytes> records_;
  std::optional<SecretBytes> pending_;
};

struct Device {
  std::string name;
  std::unique_ptr<KeyPair> signature_key;
  LeafIdentity identity;
  std::optional<Group> group;
  StoredGroup store;

  [[nodiscard]] LeafIndex leaf() const { return group->own_leaf(); }
};

class Village {
 public:
  explicit Village(std::uint64_t seed = 1) : random_{seed} {}

  RandomSource& random() { return random_; }
  TrustingService& authentication() { return authentication_; }
  ExternalPsks& psks() { return psks_; }
  [[nodiscard]] Services services() const { return {authentication_, psks_, WallTime{1'000'000}}; }
  [[nodiscard]] CipherSuite suite() const { return *CipherSuite::of(samband_suite); }

  Device new_device(std::string name) {
    LeafIdentity identity{.credential = BasicCredential{copy_of(view_of(name))},
                          .capabilities = {.versions = {ProtocolVersion::mls10},
                                           .cipher_suites = {static_cast<std::uint16_t>(samband_suite)},
                                           .extensions = {policy_extension},
                                           .proposals = {},
                                           .credentials = {CredentialType::basic}},
                          .extensions = {}};
    auto key = std::make_unique<KeyPair>(suite().generate_signature_key_pair(random_));
    return {std::move(name), std::move(key), std::move(identity), std::nullopt, {}};
  }

  KeyPackageBundle new_key_package(const Device& device) {
    return make_key_package(suite(), device.identity, *device.signature_key, {.lifetime = lifetime}, random_);
  }

  void create_group(Device& device, Bytes group_id = {0x67}) {
    auto group = Group::create({suite(), std::move(group_id), device.identity, lifetime, {}, handshake_format},
                               *device.signature_key, random_);
    ASSERT_TRUE(group);
    device.group = std::move(*group);
    device.store.save(*device.group);
  }

  OutgoingCommit commit(Device& device, const CommitOptions& options) {
    auto outgoing = device.group->create_commit(options, services(), random_);
    EXPECT_TRUE(outgoing);
    return std::move(outgoing.value());
  }
  // Made by `device` and received by everybody else in `members`.
  OutgoingProposal propose(Device& device, const ProposedChange& change, const std::vector<Device*>& members,
                           const ProposalOptions& options = {}) {
    return spread(device, device.group->propose(change, options, services(), random_), members);
  }
  OutgoingProposal propose_update(Device& device, const std::vector<Device*>& members,
                                  const ProposalOptions& options = {}) {
    return spread(device, device.group->propose_update(std::nullopt, options, services(), random_), members);
  }
  // A public message of a member that does not judge what it proposes.
  [[nodiscard]] Bytes careless(const Device& device, Proposal proposal) const {
    const GroupContext& context = device.group->context();
    AuthenticatedContent content{
        .wire_format = WireFormat::mls_public_message,
        .content = {context.group_id, context.epoch, MemberSender{device.group->own_leaf()}, {}, std::move(proposal)},
        .auth = {}};
    content.auth.signature = sign_framed_content(content.wire_format, content.content, context, suite(),
                                                 device.signature_key->private_key.view());
    const SecretBytes stored = device.group->encode_group();
    const BytesView membership_key = stored.view().subspan(stored.size() - std::size_t{4} * 33 + 1, 32);
    return encode_mls_message(protect_public({suite(), context}, content, membership_key).value());
  }
  OutgoingCommit commit_proposals(Device& device) {
    return commit(device, {.references = device.group->proposals_to_commit()});
  }
  OutgoingCommit update(Device& device) { return commit(device, {.force_path = true}); }

  // A member's view of a Commit that the log put in place: merged at once.
  std::expected<CommitOutcome, CommitRefusal> receive(Device& device, BytesView message) {
    if (device.group->is_pending(message)) {
      device.group->merge_pending();
      device.store.save(*device.group);
      return CommitOutcome::entered_epoch;
    }
    auto staged = device.group->stage_commit(message, services());
    if (!staged) return std::unexpected(staged.error());
    const CommitOutcome outcome = device.group->merge(std::move(*staged));
    if (outcome == CommitOutcome::entered_epoch) device.store.save(*device.group);
    return outcome;
  }

  std::expected<void, JoinRefusal> join(Device& device, const KeyPackageBundle& bundle, BytesView welcome,
                                        const std::optional<RatchetTreeNodes>& tree) {
    auto joined =
        Group::join(welcome, bundle, tree, *device.signature_key, services(), {.handshake_format = handshake_format});
    if (!joined) return std::unexpected(joined.error());
    device.group = std::move(joined->group);
    device.store.save(*device.group);
    return {};
  }

  // `adder` adds all of `joiners` in one Commit; everybody in `members` follows.
  void add(Device& adder, const std::vector<Device*>& joiners, const std::vector<Device*>& members) {
    std::vector<KeyPackageBundle> bundles;
    CommitOptions options;
    for (const Device* joiner : joiners) {
      bundles.push_back(new_key_package(*joiner));
      options.adds.push_back(bundles.back().key_package);
    }
    const OutgoingCommit outgoing = commit(adder, options);
    const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::out_of_band, random_);
    ASSERT_TRUE(welcomes);
    for (Device* member : members) ASSERT_TRUE(receive(*member, outgoing.message())) << member->name;
    const RatchetTreeNodes tree = adder.group->public_group().tree().nodes();
    for (std::size_t i = 0; i < joiners.size(); ++i) {
      ASSERT_TRUE(join(*joiners[i], bundles[i], (*welcomes)[i].message, tree)) << joiners[i]->name;
    }
  }

  Bytes speak(Device& device, std::string_view words) {
    auto message = device.group->protect(view_of(words), {}, 0, random_);
    EXPECT_TRUE(message);
    device.store.save_records(*device.group);
    return std::move(message.value());
  }
  // What a device makes of a message: the words, or why not.
  std::expected<std::string, MessageError> hear(Device& device, BytesView message) {
    const auto opened = device.group->unprotect(message);
    if (!opened) return std::unexpected(opened.error());
    device.store.save_records(*device.group);
    return std::string{text_of(opened->application_data)};
  }

  void reload(Device& device) {
    auto loaded = device.store.load(*device.signature_key, services());
    ASSERT_TRUE(loaded) << device.name;
    device.group = std::move(*loaded);
  }

  HandshakeFormat handshake_format = HandshakeFormat::public_message;  // of groups that are created and joined
  static constexpr Lifetime lifetime{.not_before = 0, .not_after = 10'000};

 private:
  OutgoingProposal spread(Device& device, std::expected<OutgoingProposal, CommitRefusal> made,
                          const std::vector<Device*>& members) {
    EXPECT_TRUE(made);
    device.store.save(*device.group);
    for (Device* member : members) {
      if (member == &device) continue;
      const auto received = member->group->receive_proposal(made->message, services());
      EXPECT_TRUE(received && received->ref == made->ref && !received->fault) << member->name;
      member->store.save(*member->group);
    }
    return std::move(*made);
  }

  SeededRandom random_;
  TrustingService authentication_;
  ExternalPsks psks_;
};

// A group that anna made, with everybody in it.
class GroupOfThree : public ::testing::Test {
 protected:
  void SetUp() override {
    village.create_group(anna);
    village.add(anna, {&bjorn, &celine}, {&anna});
  }

  std::vector<Device*> everybody() { return {&anna, &bjorn, &celine}; }
  void expect_agreement(const std::vector<Device*>& members) {
    for (Device* member : members) {
      EXPECT_EQ(member->group->context(), members[0]->group->context()) << member->name;
      EXPECT_TRUE(equal(member->group->epoch_authenticator().view(), members[0]->group->epoch_authenticator().view()))
          << member->name;
    }
  }

  Village village;
  Device anna = village.new_device("anna");
  Device bjorn = village.new_device("bjorn");
  Device celine = village.new_device("celine");
};

}  // namespace samband::mls

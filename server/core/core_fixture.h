// The vocabulary of this folder's tests: a server with its stores, and people whose devices speak real MLS.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>

#include "crypto/identity/invitation.h"
#include "crypto/mls/group/group.h"
#include "crypto/suite/signing.h"
#include "crypto/transparency/merkle.h"
#include "server/core/core.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/codec.h"
#include "server/protocol/statements.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"
#include "storage/memory/memory_store.h"
#include "storage/model/server_layout.h"

namespace samband::server {

inline constexpr WallTime morning{1'800'000'000'000};
inline constexpr std::uint64_t minute_ms = 60'000;
inline constexpr std::uint64_t day_ms = 24ULL * 60 * minute_ms;

class TestLogSigner final : public LogSigner {
 public:
  explicit TestLogSigner(std::uint8_t seed = 7) : key_{ed25519_key_pair(Bytes(32, seed))} {}
  [[nodiscard]] transparency::LogPublicKey public_key() const override {
    return transparency::LogPublicKey::of(key_.public_key).value();
  }
  [[nodiscard]] transparency::SignedTreeHead sign(const transparency::TreeHead& head) override {
    return transparency::sign(head, key_.private_key.view());
  }

 private:
  KeyPair key_;
};

// A device with its keys, and the groups it is in.
struct Device {
  DeviceId id;
  PartnerId partner;
  StaffId staff;
  KeyPair key;
  identity::SignedDeviceCertificate certificate;
  std::map<ChannelId, mls::Group> groups;
  std::vector<mls::KeyPackageBundle> bundles;

  [[nodiscard]] mls::LeafIdentity leaf_identity() const {
    return {mls::BasicCredential{identity::encode(certificate)}, protocol::leaf_capabilities(), {}};
  }
};

// A partner with its first administrator; what signs its delegations.
struct Partner {
  PartnerId id;
  KeyPair partner_key;
  KeyPair administrator_key;
  identity::AdministratorGrant grant;
  std::unique_ptr<Device> first;

  [[nodiscard]] Hash fingerprint() const {
    return identity::partner_key_fingerprint(Ed25519PublicKey::of(partner_key.public_key).value());
  }
};

class Server {
 public:
  explicit Server(const Limits& limits = {}, protocol::ShardIndex shards = 2);

  // Applies, writes and syncs one command; what left is in `outgoing`.
  void carry_out(const Command& command);
  [[nodiscard]] protocol::ReplyBody ask(const DeviceId& device, protocol::RequestBody body);
  [[nodiscard]] protocol::ReplyBody ask(const Device& device, protocol::RequestBody body) {
    return ask(device.id, std::move(body));
  }
  // With a counter of the test's own.
  [[nodiscard]] protocol::ReplyBody ask_as(const DeviceId& device, std::uint64_t counter, protocol::RequestBody body);
  [[nodiscard]] protocol::ReplyBody ask_as_stranger(protocol::RequestBody body);
  [[nodiscard]] protocol::AdminReply administer(protocol::AdminRequest request);
  [[nodiscard]] std::variant<protocol::LoginAccepted, protocol::Refused> log_in(const Device& device,
                                                                                BytesView channel_binding,
                                                                                BytesView signed_binding);
  void tick_all();
  // A new core over what the stores hold.
  void restart();

  template <class Kind>
  [[nodiscard]] std::vector<Kind> sent() const {
    std::vector<Kind> found;
    for (const Outgoing& each : outgoing) {
      if (const auto* one = std::get_if<Kind>(&each)) found.push_back(*one);
    }
    return found;
  }
  [[nodiscard]] Core& core() { return *core_; }
  // The directory as a client sees it that follows the leaves.
  [[nodiscard]] identity::Directory directory() const;
  [[nodiscard]] std::vector<storage::Entry> entries(const ChannelId& channel) const;

  Limits limits;
  TestLogSigner signer;
  storage::MemoryStore main{storage::server_store::layout()};
  storage::MemoryStore chunks{storage::chunk_store::layout()};
  WallTime now = morning;
  bool disk_reserve = false;
  Operator administrator{1000, "drift"};
  std::vector<Outgoing> outgoing;
  std::vector<Command> history;
  std::map<std::pair<DeviceId, protocol::ShardIndex>, std::uint64_t> counters;

 private:
  std::unique_ptr<Core> core_;
};

// The world of most tests: a hospital trust and a municipality, and who works there.
class CoreTest : public testing::Test {
 protected:
  explicit CoreTest(const Limits& limits = {}) : server{limits} {}

  // --- partners and devices
  struct Invited {
    protocol::NewPartner row;
    protocol::OperatorToken token;
  };
  Invited new_partner(std::string number, std::string name,
                      identity::PartnerKind kind = identity::PartnerKind::municipality);
  // The four statements of a partner's first enrolment, and the keys they were made with.
  struct FirstEnrolment {
    Partner partner;
    protocol::EnrolFirst request;
  };
  FirstEnrolment first_enrolment(const Invited& invited);
  Partner enrolled_partner(std::string number, std::string name);

  struct DelegationOptions {
    identity::Duties duties = identity::Duties{identity::Duty::coordinator};
    std::uint16_t uses = 1;
    std::uint64_t lifetime_ms = 7 * day_ms;
  };
  struct StaffInvitation {
    identity::SignedDelegation delegation;
    KeyPair enrolment_key;
  };
  StaffInvitation staff_invitation(const Partner& partner, const DelegationOptions& options);
  // The device that holds the invitation's seed; not enrolled yet.
  std::unique_ptr<Device> device_for(const StaffInvitation& invitation);
  // Invites and enrols.
  std::unique_ptr<Device> enrolled_device(const Partner& partner, const DelegationOptions& options);
  std::unique_ptr<Device> enrolled_device(const Partner& partner) { return enrolled_device(partner, {}); }
  [[nodiscard]] identity::SignedRevocation revocation_of(const Partner& partner, identity::RevocationSubject subject);

  // --- KeyPackages
  mls::KeyPackageBundle key_package(Device& device, bool last_resort = false);
  void publish_key_packages(Device& device, unsigned count);

  // --- channels
  [[nodiscard]] static storage::RosterItem seats(const Partner& partner, storage::Role role,
                                                 storage::Who who = storage::AllStaff{});
  [[nodiscard]] storage::ChannelPolicy policy_of(std::vector<storage::RosterItem> items,
                                                 storage::ChannelKind kind = storage::ChannelKind::discussion);
  // The creator's request, and its group.
  protocol::CreateChannel creation(Device& creator, const storage::ChannelPolicy& policy);
  ChannelId created_channel(Device& creator, const storage::ChannelPolicy& policy);

  // Reserves KeyPackages, makes the Commit and keeps it pending in the committer's group.
  protocol::SubmitCommit commit(Device& committer, const ChannelId& channel, mls::CommitOptions options);
  protocol::SubmitCommit add_commit(Device& committer, const ChannelId& channel, const std::vector<Device*>& joiners);
  // Submits it, and lets the committer, the other members and the joiners follow.
  void add(Device& committer, const ChannelId& channel, const std::vector<Device*>& joiners);
  [[nodiscard]] mls::LeafIndex leaf_of(const Device& owner, const ChannelId& channel, const DeviceId& device);
  protocol::SendMessage message(Device& sender, const ChannelId& channel, const protocol::AuthenticatedData& data = {});
  [[nodiscard]] protocol::PostStatement statement(const Device& sender, const ChannelId& channel,
                                                  protocol::StatementBody body);

  [[nodiscard]] protocol::DirectoryAuthentication authentication() {
    directory_ = server.directory();
    return {directory_, directory_.size(), server.now};
  }

  SeededRandom random{20261121};
  Server server;
  CipherSuite suite = CipherSuite::of(samband_suite).value();
  mls::NoPreSharedKeys no_psks;

 private:
  identity::Directory directory_;
};

// --- matchers

MATCHER_P(IsRefused, status, "") {
  const auto* refused = std::get_if<protocol::Refused>(&arg);
  if (refused == nullptr) {
    *result_listener << "answered with alternative " << arg.index();
    return false;
  }
  *result_listener << "status " << static_cast<int>(refused->status) << " " << refused->detail;
  return refused->status == status;
}
MATCHER(IsPlaced, "") {
  if (const auto* refused = std::get_if<protocol::Refused>(&arg)) {
    *result_listener << "refused with status " << static_cast<int>(refused->status) << " " << refused->detail;
  }
  return std::holds_alternative<protocol::Placed>(arg);
}
MATCHER(IsLeafPlaced, "") {
  if (const auto* refused = std::get_if<protocol::Refused>(&arg)) {
    *result_listener << "refused with status " << static_cast<int>(refused->status) << " " << refused->detail;
  }
  return std::holds_alternative<protocol::LeafPlaced>(arg);
}
MATCHER(IsDone, "") {
  if (const auto* refused = std::get_if<protocol::Refused>(&arg)) {
    *result_listener << "refused with status " << static_cast<int>(refused->status) << " " << refused->detail;
  }
  return std::holds_alternative<protocol::Done>(arg);
}

}  // namespace samband::server

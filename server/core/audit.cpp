#include "server/core/audit.h"

#include <algorithm>

#include "crypto/codec/hex.h"
#include "crypto/transparency/merkle.h"
#include "server/core/audit_chain.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

inline constexpr std::size_t audit_items_max = 10'000;
inline constexpr std::size_t records_read_max = 100'000;  // the newest; what is older is in the chain, but not listed
inline constexpr std::size_t sentence_bytes_max = 400;
constexpr std::string_view the_operator = "operator";

// What a leaf says: who did it, what, and about whom.
struct Story {
  std::string who;
  std::string what;
  std::vector<PartnerId> about;
};

class Teller {
 public:
  explicit Teller(const identity::Directory& directory) : directory_{directory} {}

  Story operator()(const identity::PartnerAdded& leaf) const {
    return by_operator("partner " + leaf.number.text() + " " + leaf.name + " added", {leaf.partner});
  }
  Story operator()(const identity::PartnerRenamed& leaf) const {
    return by_operator("partner " + number(leaf.partner) + " is now called " + leaf.name, {leaf.partner});
  }
  Story operator()(const identity::PartnerRenumbered& leaf) const {
    return by_operator("partner " + name(leaf.partner) + " now has number " + leaf.number.text(), {leaf.partner});
  }
  Story operator()(const identity::PartnerMerged& leaf) const {
    return by_operator("partner " + name(leaf.from) + " merged into " + name(leaf.into), {leaf.from, leaf.into});
  }
  Story operator()(const identity::PartnerRemoved& leaf) const {
    return by_operator("partner " + name(leaf.partner) + " removed", {leaf.partner});
  }
  Story operator()(const identity::OperatorInvitation& leaf) const {
    return by_operator("partner " + name(leaf.partner) + (leaf.reinvite ? " invited to replace its key" : " invited"),
                       {leaf.partner});
  }
  Story operator()(const identity::OperatorInvitationRevoked& leaf) const {
    const auto& invitations = directory_.operator_invitations();
    const auto meant = invitations.find(leaf.token_hash);
    if (meant == invitations.end()) return by_operator("an invitation was revoked", {});
    return by_operator("an invitation of " + name(meant->second.partner) + " was revoked", {meant->second.partner});
  }
  Story operator()(const identity::SignedPartnerKeyClaim& leaf) const {
    return by(leaf.body.partner,
              "partner key " + identity::fingerprint_text(identity::partner_key_fingerprint(leaf.body.key)));
  }
  Story operator()(const identity::SignedAdministratorGrant& leaf) const {
    return by(leaf.body.partner, "administrator key \"" + leaf.body.label + "\" added");
  }
  Story operator()(const identity::SignedDelegation& leaf) const {
    return by(leaf.body.partner, (leaf.body.staff_name.empty() ? "a person" : leaf.body.staff_name) + " invited");
  }
  Story operator()(const identity::SignedDeviceCertificate& leaf) const {
    return by(leaf.body.partner, leaf.body.staff_name + " enrolled the device \"" + leaf.body.device_label + "\"");
  }
  Story operator()(const identity::SignedRevocation& leaf) const {
    struct What {
      std::string operator()(const DeviceId& id) const { return "device " + to_hex(id.view()); }
      std::string operator()(const StaffId& id) const { return "staff member " + to_hex(id.view()); }
      std::string operator()(const DelegationHash&) const { return "an invitation"; }
      std::string operator()(const AdministratorHash&) const { return "an administrator key"; }
      std::string operator()(const identity::PendingPartnerKey&) const { return "a replacing partner key"; }
    };
    return by(leaf.body.partner, "revoked " + std::visit(What{}, leaf.body.subject));
  }
  Story operator()(const identity::GuidancePublished& leaf) const {
    return {"a publisher", "guidance " + to_hex(leaf.guidance.view()) + " published", {}};
  }

 private:
  static Story by_operator(std::string what, std::vector<PartnerId> about) {
    return {std::string{the_operator}, std::move(what), std::move(about)};
  }
  Story by(const PartnerId& partner, std::string what) const { return {name(partner), std::move(what), {partner}}; }

  std::string name(const PartnerId& id) const {
    const identity::PartnerRecord* partner = directory_.partner(id);
    return partner == nullptr ? "?" : partner->profile().name;
  }
  std::string number(const PartnerId& id) const {
    const identity::PartnerRecord* partner = directory_.partner(id);
    return partner == nullptr ? "?" : partner->profile().number.text();
  }

  const identity::Directory& directory_;
};

// Cuts between characters of UTF-8.
std::string shortened(std::string sentence) {
  if (sentence.size() <= sentence_bytes_max) return sentence;
  std::size_t end = sentence_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(sentence[end]) & 0xC0U) == 0x80U) --end;
  sentence.resize(end);
  return sentence;
}

std::string who_is(const storage::AuditRecord& record) {
  const std::string uid = "uid " + std::to_string(record.uid);
  return record.user.empty() ? uid : shortened(record.user + " (" + uid + ")");
}

// Both kinds, the newest first. A record stands between the leaves it knows of and those that came after it.
class Listing {
 public:
  Listing(const StoreView& main, const identity::Directory& directory, const protocol::ListAudit& request)
      : main_{main},
        directory_{directory},
        since_{request.since},
        items_max_{std::min<std::size_t>(request.items_max, audit_items_max)} {}

  protocol::AuditListed about(const std::optional<PartnerId>& partner) {
    partner_ = partner;
    if (items_max_ == 0) return {};
    read_records();
    std::uint64_t index = directory_.size();
    main_.scan(
        layout::directory, layout::directory_from(0), directory_.size(),
        [&](BytesView, BytesView wire) {
          const auto leaf = identity::parse_directory_leaf(wire);
          if (!leaf || leaf->at < since_) return storage::Visit::stop;
          take_leaf(--index, *leaf, wire);
          return is_full() ? storage::Visit::stop : storage::Visit::more;
        },
        storage::Direction::backward);
    while (!is_full() && next_ < records_.size()) list_record(records_[next_++]);
    return std::move(listed_);
  }

 private:
  struct Numbered {
    std::uint64_t number = 0;
    storage::AuditRecord record;
    Hash hash;
    [[nodiscard]] bool tells_of_leaves() const { return record.first_leaf != record.directory_size; }
  };

  [[nodiscard]] bool is_full() const { return listed_.items.size() >= items_max_; }

  void read_records() {
    main_.scan(
        layout::meta, layout::audit_records(), records_read_max,
        [&](BytesView key, BytesView value) {
          Reader in{key.subspan(1)};
          auto record = storage::parse_audit_record(value);
          if (record) records_.push_back({in.u64(), std::move(*record), audit_hash(value)});
          return storage::Visit::more;
        },
        storage::Direction::backward);
  }

  void take_leaf(std::uint64_t index, const identity::DirectoryLeaf& leaf, BytesView wire) {
    const Numbered* author = nullptr;
    for (; next_ < records_.size() && !is_full(); ++next_) {
      const Numbered& newest = records_[next_];
      if (newest.record.directory_size <= index) break;  // older than the leaf
      if (!newest.tells_of_leaves()) {
        list_record(newest);
      } else if (newest.record.first_leaf <= index) {
        author = &newest;
        break;
      }
    }
    if (is_full()) return;
    const Story story = std::visit(Teller{directory_}, leaf.body);
    if (partner_ && !std::ranges::count(story.about, *partner_)) return;
    protocol::AuditItem item{.record = {},
                             .leaf = index,
                             .at = leaf.at,
                             .who = shortened(story.who),
                             .what = shortened(story.what),
                             .hash = transparency::leaf_hash(wire)};
    if (author != nullptr) {
      item.record = author->number;
      item.who = who_is(author->record);
      item.hash = author->hash;
    }
    listed_.items.push_back(std::move(item));
  }

  void list_record(const Numbered& numbered) {
    const storage::AuditRecord& record = numbered.record;
    if (numbered.tells_of_leaves() || record.at < since_ || (partner_ && record.partner != *partner_)) return;
    listed_.items.push_back({.record = numbered.number,
                             .leaf = {},
                             .at = record.at,
                             .who = who_is(record),
                             .what = record.what,
                             .hash = numbered.hash});
  }

  const StoreView& main_;
  const identity::Directory& directory_;
  WallTime since_;
  std::size_t items_max_;
  std::optional<PartnerId> partner_;
  std::vector<Numbered> records_;
  std::size_t next_ = 0;
  protocol::AuditListed listed_;
};

}  // namespace

protocol::AdminReply list_audit(const StoreView& main, const identity::Directory& directory,
                                const protocol::ListAudit& request) {
  std::optional<PartnerId> partner;
  if (request.partner_number) {
    const identity::PartnerRecord* found = directory.partner_by_number(*request.partner_number);
    if (found == nullptr) {
      return protocol::AdminRefused{"there is no partner with that number: look at sambandctl partner list", {}};
    }
    partner = found->id;
  }
  return Listing{main, directory, request}.about(partner);
}

}  // namespace samband::server

#include "server/core/audit.h"

#include <algorithm>

#include "crypto/codec/hex.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

inline constexpr std::size_t audit_items_max = 10'000;
inline constexpr std::size_t sentence_bytes_max = 400;

class Sentence {
 public:
  explicit Sentence(const identity::Directory& directory) : directory_{directory} {}

  std::string operator()(const identity::PartnerAdded& leaf) const {
    return "operator: partner " + leaf.number.text() + " " + leaf.name + " added";
  }
  std::string operator()(const identity::PartnerRenamed& leaf) const {
    return "operator: partner " + number(leaf.partner) + " is now called " + leaf.name;
  }
  std::string operator()(const identity::PartnerRenumbered& leaf) const {
    return "operator: partner " + name(leaf.partner) + " now has number " + leaf.number.text();
  }
  std::string operator()(const identity::PartnerMerged& leaf) const {
    return "operator: partner " + name(leaf.from) + " merged into " + name(leaf.into);
  }
  std::string operator()(const identity::PartnerRemoved& leaf) const {
    return "operator: partner " + name(leaf.partner) + " removed";
  }
  std::string operator()(const identity::OperatorInvitation& leaf) const {
    return "operator: partner " + name(leaf.partner) + (leaf.reinvite ? " invited to replace its key" : " invited");
  }
  std::string operator()(const identity::OperatorInvitationRevoked&) const {
    return "operator: an invitation was revoked";
  }
  std::string operator()(const identity::SignedPartnerKeyClaim& leaf) const {
    return name(leaf.body.partner) + ": partner key " +
           identity::fingerprint_text(identity::partner_key_fingerprint(leaf.body.key));
  }
  std::string operator()(const identity::SignedAdministratorGrant& leaf) const {
    return name(leaf.body.partner) + ": administrator key \"" + leaf.body.label + "\" added";
  }
  std::string operator()(const identity::SignedDelegation& leaf) const {
    return name(leaf.body.partner) + ": " + (leaf.body.staff_name.empty() ? "a person" : leaf.body.staff_name) +
           " invited";
  }
  std::string operator()(const identity::SignedDeviceCertificate& leaf) const {
    return name(leaf.body.partner) + ": " + leaf.body.staff_name + " enrolled the device \"" + leaf.body.device_label +
           "\"";
  }
  std::string operator()(const identity::SignedRevocation& leaf) const {
    struct What {
      std::string operator()(const DeviceId& id) const { return "device " + to_hex(id.view()); }
      std::string operator()(const StaffId& id) const { return "staff member " + to_hex(id.view()); }
      std::string operator()(const DelegationHash&) const { return "an invitation"; }
      std::string operator()(const AdministratorHash&) const { return "an administrator key"; }
      std::string operator()(const identity::PendingPartnerKey&) const { return "a replacing partner key"; }
    };
    return name(leaf.body.partner) + ": revoked " + std::visit(What{}, leaf.body.subject);
  }
  std::string operator()(const identity::GuidancePublished& leaf) const {
    return "guidance " + to_hex(leaf.guidance.view()) + " published";
  }

 private:
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

}  // namespace

protocol::AuditListed audit(const Turn& turn, const identity::Directory& directory,
                            const protocol::ListAudit& request) {
  protocol::AuditListed listed;
  std::uint64_t index = directory.size();
  const std::size_t items_max = std::min<std::size_t>(request.items_max, audit_items_max);
  turn.main.scan(
      layout::directory, layout::directory_from(0), items_max,
      [&](BytesView, BytesView wire) {
        --index;
        if (const auto leaf = identity::parse_directory_leaf(wire)) {
          listed.items.push_back({index, leaf->at, shortened(std::visit(Sentence{directory}, leaf->body))});
        }
        return storage::Visit::more;
      },
      storage::Direction::backward);
  return listed;
}

}  // namespace samband::server

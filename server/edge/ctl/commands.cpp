#include "server/edge/ctl/commands.h"

#include <algorithm>

#include "crypto/codec/hex.h"
#include "server/edge/config.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

constexpr std::size_t id_digits_min = 8;

// Partners by their id, for lists that name them.
class PartnerNames {
 public:
  explicit PartnerNames(protocol::PartnersListed listed) : listed_{std::move(listed)} {}
  [[nodiscard]] const protocol::PartnerListed& of(const PartnerId& id) const {
    static const protocol::PartnerListed unknown{};
    const auto found = std::ranges::find(listed_.partners, id, &protocol::PartnerListed::id);
    return found == listed_.partners.end() ? unknown : *found;
  }

 private:
  protocol::PartnersListed listed_;
};

}  // namespace

std::expected<ServerClient, Failure> connect(const Where& where) {
  if (!where.socket.empty()) return ServerClient::connect(where.socket);
  const auto configuration = read_configuration(where.configuration);
  if (!configuration) {
    const ConfigurationFault& first = configuration.error().front();
    const std::string line = first.line == 0 ? "" : " line " + std::to_string(first.line);
    return std::unexpected{Failure{Exit::refused, where.configuration + line + ": " + first.says +
                                                      (first.is_unnamed ? "" : ": correct it, or name the --socket")}};
  }
  return ServerClient::connect(configuration->admin_socket);
}

int list_partners(const Where& where) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto listed = server->ask_for<protocol::PartnersListed>(protocol::ListPartners{});
  if (!listed) return fail(listed.error());
  for (const protocol::PartnerListed& partner : listed->partners) {
    Line line;
    line.text("number", partner.number)
        .text("name", partner.name)
        .text("kind", identity::name_of(partner.kind))
        .text("community", partner.community);
    if (where.json) {
      line.text("language_form", identity::name_of(partner.language_form)).flag("enrolled", partner.enrolled);
    } else {
      line.text("state", partner.enrolled ? "enrolled" : "not enrolled yet");
    }
    line.number("devices", partner.devices)
        .text("key_fingerprint", partner.enrolled ? to_hex(partner.key_fingerprint.view()) : "");
    if (where.json) {
      line.number("document_bytes", partner.document_bytes)
          .number("document_bytes_max", partner.document_bytes_max)
          .flag("own_quota", partner.has_own_quota);
    } else {
      line.text("documents", documents_of(partner));
    }
    line.print(where.json);
  }
  return static_cast<int>(Exit::done);
}

int list_invitations(const Where& where) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  auto partners = server->ask_for<protocol::PartnersListed>(protocol::ListPartners{});
  if (!partners) return fail(partners.error());
  const auto listed = server->ask_for<protocol::InvitationsListed>(protocol::ListInvitations{});
  if (!listed) return fail(listed.error());
  const PartnerNames names{std::move(*partners)};
  for (const protocol::InvitationListed& invitation : listed->invitations) {
    const std::string expires = where.json ? rfc3339(invitation.expires_at) : local_time(invitation.expires_at);
    Line{}
        .text("id", to_hex(invitation.id.view()))
        .text("partner", names.of(invitation.partner).number)
        .text("partner_name", names.of(invitation.partner).name)
        .text("by", invitation.by_operator ? "operator" : "administrator")
        .text("name", invitation.name)
        .text("expires_at", expires)
        .number("uses_left", invitation.uses_left)
        .flag("revoked", invitation.revoked)
        .print(where.json);
  }
  return static_cast<int>(Exit::done);
}

int revoke_invitation(const Where& where, const std::string& id) {
  if (id.size() < id_digits_min) {
    return fail(
        {Exit::usage, "the id " + id + " is too short: give at least 8 of its digits, as invitation list shows"});
  }
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto listed = server->ask_for<protocol::InvitationsListed>(protocol::ListInvitations{});
  if (!listed) return fail(listed.error());
  std::vector<protocol::InvitationListed> meant;
  std::ranges::copy_if(listed->invitations, std::back_inserter(meant),
                       [&](const protocol::InvitationListed& one) { return to_hex(one.id.view()).starts_with(id); });
  if (meant.size() != 1) {
    return fail({Exit::refused, (meant.empty() ? "no open invitation has the id " : "several invitations begin with ") +
                                    id + ": look at sambandctl invitation list"});
  }
  if (!meant.front().by_operator) {
    return fail(
        {Exit::refused,
         "that invitation is an administrator's: an administrator of the partner revokes it with samband revoke"});
  }
  const auto done = server->ask_for<protocol::AdminDone>(protocol::RevokeInvitation{meant.front().id});
  if (!done) return fail(done.error());
  Line{}.text("revoked", to_hex(meant.front().id.view())).print(where.json);
  return static_cast<int>(Exit::done);
}

int list_devices(const Where& where, const std::string& partner_number) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  auto partners = server->ask_for<protocol::PartnersListed>(protocol::ListPartners{});
  if (!partners) return fail(partners.error());
  protocol::ListDevices request;
  if (!partner_number.empty()) request.partner_number = partner_number;
  const auto listed = server->ask_for<protocol::DevicesListed>(request);
  if (!listed) return fail(listed.error());
  const PartnerNames names{std::move(*partners)};
  for (const protocol::DeviceListed& device : listed->devices) {
    Line{}
        .text("device", to_hex(device.device.view()))
        .text("partner", names.of(device.partner).number)
        .text("partner_name", names.of(device.partner).name)
        .text("staff", device.staff_name)
        .text("label", device.label)
        .text("since", where.json ? rfc3339(device.in_force_since) : local_time(device.in_force_since))
        .flag("revoked", device.revoked)
        .print(where.json);
  }
  return static_cast<int>(Exit::done);
}

}  // namespace samband::server::edge::ctl

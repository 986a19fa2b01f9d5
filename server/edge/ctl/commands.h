// What each command of sambandctl does, once its words have been read. Each returns the exit status.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "server/edge/ctl/output.h"
#include "server/edge/ctl/server_client.h"

namespace samband::server::edge::ctl {

struct Where {
  std::string configuration = "/etc/samband/sambandd.toml";  // its admin socket is used, unless `socket` names one
  std::string socket;
  bool json = false;
};

struct NewPartnerOptions {
  std::string kind;
  std::string name;
  std::string number;
  std::string community;
  std::string language_form = "neutral";
  std::string expires = "+30d";
};

int add_partner(const Where& where, const NewPartnerOptions& options);
// All rows or none. `letters`: a folder for them, or "".
int import_partners(const Where& where, const std::filesystem::path& file, const std::string& letters,
                    const std::string& expires);
int list_partners(const Where& where);
int list_invitations(const Where& where);
// `id`: the hex id that `invitation list` shows, or as many of its first digits as tell it from the others.
int revoke_invitation(const Where& where, const std::string& id);
int list_devices(const Where& where, const std::string& partner_number);
int show_status(const Where& where, bool with_partners);

// --- partners that are there, named by their number. `yes`: what can't be undone is meant, and not asked for.
int rename_partner(const Where& where, const std::string& number, const std::string& name);
int renumber_partner(const Where& where, const std::string& number, const std::string& new_number);
int merge_partners(const Where& where, const std::string& from, const std::string& into, bool yes);
int remove_partner(const Where& where, const std::string& number, bool yes);
// A new invitation for the first administrator; for one that has enrolled, to replace its lost key.
int reinvite_partner(const Where& where, const std::string& number, const std::string& expires, bool yes);
// `documents`: such as 50GiB; "" without `as_configured` only shows.
int set_quota(const Where& where, const std::string& number, const std::string& documents, bool as_configured);
int show_quota(const Where& where, const std::string& number);

// --- the server as a whole
struct AuditOptions {
  std::string since;
  std::string partner;
  std::uint32_t items_max = 100;
};
int show_audit(const Where& where, const AuditOptions& options);
// `noted`: the hash that an earlier one printed, which must still be in the chain; or "".
int verify_audit(const Where& where, const std::string& noted);
int set_maintenance(const Where& where, bool on, const std::string& reason);
int show_maintenance(const Where& where);
int check_server(const Where& where);
// `kept`: how many of the newest backups stay in the folder; 0 for all.
int back_up(const Where& where, const std::filesystem::path& folder, std::size_t kept);

// The connection that `where` describes.
[[nodiscard]] std::expected<ServerClient, Failure> connect(const Where& where);
[[nodiscard]] std::expected<protocol::PartnerListed, Failure> partner_of(ServerClient& server,
                                                                         const std::string& number);
// Asks on a terminal, unless `yes`; elsewhere --yes is demanded. `what`: "X will be removed".
[[nodiscard]] std::expected<void, Failure> confirm(const std::string& what, bool yes);
// "1.5 GiB of 1 TiB".
[[nodiscard]] std::string documents_of(const protocol::PartnerListed& partner);

}  // namespace samband::server::edge::ctl

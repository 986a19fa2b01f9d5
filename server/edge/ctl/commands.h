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
int show_status(const Where& where);

// The connection that `where` describes.
[[nodiscard]] std::expected<ServerClient, Failure> connect(const Where& where);

}  // namespace samband::server::edge::ctl

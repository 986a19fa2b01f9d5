// Letters that carry the operator's invitations: a printable page for each partner, in its form of Norwegian, with the
// code as text and as QR; and one CSV with the same for a mail merge.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "crypto/bytes/fixed_id.h"
#include "crypto/identity/partner.h"

namespace samband::server::edge::ctl {

struct Letter {
  std::string number;
  std::string name;
  std::string community;
  identity::LanguageForm language_form{};
  std::string invitation;  // the text
  WallTime expires_at;
  std::string server_name;
};

// A whole page, with nothing that would have to be fetched. Neutral partners get bokmål.
[[nodiscard]] std::string letter_page(const Letter& letter);

// Writes NUMBER.html for each, and letters.csv, into `directory`, which is made. Every file is its owner's alone (the
// codes are secrets) and none is written over. The error is one line: what happened, and what to do.
[[nodiscard]] std::expected<void, std::string> write_letters(const std::filesystem::path& directory,
                                                             const std::vector<Letter>& letters);

}  // namespace samband::server::edge::ctl

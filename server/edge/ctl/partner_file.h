// The file that `partner import` reads: one partner a row, checked as a whole before anything is sent.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/identity/partner.h"
#include "server/edge/ctl/csv.h"

namespace samband::server::edge::ctl {

struct PartnerRow {
  std::uint32_t line = 0;
  std::string community;
  identity::PartnerKind kind{};
  std::string number;  // empty for a representative: the server gives one
  std::string name;    // in NFC
  identity::LanguageForm language_form{};
};

// The first line names the columns: community, partner_kind, number, name and, if there is one, language_form; in any
// order, and nothing else. All faults of all rows, each with its line.
[[nodiscard]] std::expected<std::vector<PartnerRow>, std::vector<LineFault>> parse_partner_file(std::string_view text);

// What is wrong with a number, with a suggestion where there is one; "" when it is well.
[[nodiscard]] std::string number_fault(std::string_view number, identity::PartnerKind kind);

// The text in Unicode's normal form C, so that a name typed on another keyboard is the same name; nullopt when it is
// not UTF-8.
[[nodiscard]] std::optional<std::string> to_nfc(std::string_view text);

}  // namespace samband::server::edge::ctl

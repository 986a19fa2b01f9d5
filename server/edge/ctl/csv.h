// Rows of a CSV file as spreadsheets write them: UTF-8 with or without a byte order mark, `;` or `,` between fields,
// quotes around those that hold a separator, a quote (doubled) or a line end. Source: RFC 4180.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace samband::server::edge::ctl {

struct LineFault {
  std::uint32_t line = 0;  // from 1
  std::string says;        // what is wrong, and what to do
};

struct CsvRow {
  std::uint32_t line = 0;  // where it begins
  std::vector<std::string> fields;
};

inline constexpr std::size_t csv_rows_max = 100'000;

// The separator is the one that the first line has more of. Empty lines are passed over.
[[nodiscard]] std::expected<std::vector<CsvRow>, LineFault> parse_csv(std::string_view text);

// A field as it is written back: quoted where it has to be.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace samband::server::edge::ctl

#include "server/edge/ctl/partner_file.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <utf8proc.h>

#include "crypto/identity/name.h"

namespace samband::server::edge::ctl {
namespace {

using identity::NumberError;
using identity::PartnerKind;

enum Column : std::size_t { community, partner_kind, number, name, language_form, column_count };
constexpr std::array<std::string_view, column_count> column_names{"community", "partner_kind", "number", "name",
                                                                  "language_form"};
using Columns = std::array<std::optional<std::size_t>, column_count>;

std::expected<Columns, LineFault> read_header(const CsvRow& header) {
  Columns columns;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const auto found = std::ranges::find(column_names, std::string_view{header.fields[i]});
    if (found == column_names.end()) {
      return std::unexpected{LineFault{
          header.line, "unknown column \"" + header.fields[i] +
                           "\": the first line is community,partner_kind,number,name with language_form if you like"}};
    }
    auto& place = columns[static_cast<std::size_t>(found - column_names.begin())];
    if (place) return std::unexpected{LineFault{header.line, "column " + header.fields[i] + " stands there twice"}};
    place = i;
  }
  for (const Column needed : {community, partner_kind, number, name}) {
    if (!columns[needed]) {
      return std::unexpected{
          LineFault{header.line, "column " + std::string{column_names[needed]} + " is missing: add it"}};
    }
  }
  return columns;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view white = " \t";
  const auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(white) - first + 1)};
}

// Collects what one row is, and everything that is wrong with it.
class RowReader {
 public:
  RowReader(const CsvRow& row, const Columns& columns, std::vector<LineFault>& faults)
      : row_{row}, columns_{columns}, faults_{faults} {}

  std::optional<PartnerRow> read() {
    const std::size_t before = faults_.size();
    PartnerRow out;
    out.line = row_.line;
    out.community = text(community, true);
    out.name = text(name, false);
    out.number = field(number);
    read_kind(out);
    read_language_form(out);
    if (faults_.size() != before) return std::nullopt;
    return out;
  }

 private:
  [[nodiscard]] std::string field(Column column) const {
    return columns_[column] ? trimmed(row_.fields[*columns_[column]]) : std::string{};
  }
  void fault(std::string says) { faults_.push_back({row_.line, std::move(says)}); }

  std::string text(Column column, bool may_be_empty) {
    const std::string label{column_names[column]};
    auto normal = to_nfc(field(column));
    if (!normal) {
      fault(label + " is not UTF-8: save the file as UTF-8 (\"CSV UTF-8\" in a spreadsheet)");
      return {};
    }
    if (normal->empty() && may_be_empty) return {};
    if (!identity::is_valid_name(*normal)) fault(label + " is empty, too long, or holds characters that names don't");
    return *normal;
  }

  void read_kind(PartnerRow& out) {
    const auto kind = identity::parse_partner_kind(field(partner_kind));
    if (!kind) {
      return fault("unknown kind \"" + field(partner_kind) +
                   "\": use municipality, hospital_trust, national_authority, regional_authority or representative");
    }
    out.kind = *kind;
    if (out.number.empty() && out.kind == PartnerKind::representative) return;
    if (auto says = number_fault(out.number, out.kind); !says.empty()) fault(std::move(says));
  }

  void read_language_form(PartnerRow& out) {
    const std::string written = field(language_form);
    if (written.empty()) return;
    const auto form = identity::parse_language_form(written);
    if (!form) return fault("unknown language form \"" + written + "\": use nb, nn or neutral");
    out.language_form = *form;
  }

  const CsvRow& row_;
  const Columns& columns_;
  std::vector<LineFault>& faults_;
};

void find_doubles(const std::vector<PartnerRow>& rows, std::vector<LineFault>& faults) {
  std::map<std::string, std::uint32_t> numbers;
  std::map<std::pair<std::string, std::string>, std::uint32_t> names;
  for (const PartnerRow& row : rows) {
    if (!row.number.empty()) {
      const auto [first, fresh] = numbers.emplace(row.number, row.line);
      if (!fresh) {
        faults.push_back({row.line, "number " + row.number + " stands already on line " +
                                        std::to_string(first->second) + ": leave one of them out"});
      }
    }
    const auto [first, fresh] = names.emplace(std::pair{row.community, row.name}, row.line);
    if (!fresh) {
      faults.push_back({row.line, "the name " + row.name + " stands already on line " + std::to_string(first->second) +
                                      " for the same community: tell them apart"});
    }
  }
}

}  // namespace

std::optional<std::string> to_nfc(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                             static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  std::optional<std::string> out;
  if (size >= 0) out.emplace(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
  std::free(mapped);  // the library's memory comes from malloc
  return out;
}

std::string number_fault(std::string_view text, PartnerKind kind) {
  const auto parsed = identity::parse_partner_number(text, kind);
  if (parsed) return {};
  const std::string quoted = "number \"" + std::string{text} + "\" ";
  std::string hint;
  if (const auto meant = identity::number_suggestion(text, kind)) hint = ": did you mean " + meant->text() + "?";
  switch (parsed.error()) {
    case NumberError::leading_zero_missing: return quoted + "lacks its leading zero" + hint;
    case NumberError::wrong_length:
      return quoted + "has the wrong length" +
             (hint.empty() ? ": a municipality has 4 digits, representatives R-0001, all others 9" : hint);
    case NumberError::not_digits: return quoted + "holds other characters" + (hint.empty() ? ": check it" : hint);
    case NumberError::wrong_check_digit: return quoted + "has a wrong check digit: look it up in Enhetsregisteret";
    case NumberError::unassignable: return quoted + "can't exist: check it";
  }
  std::abort();  // every enumerator returns above
}

std::expected<std::vector<PartnerRow>, std::vector<LineFault>> parse_partner_file(std::string_view text) {
  const auto csv = parse_csv(text);
  if (!csv) return std::unexpected{std::vector{csv.error()}};
  if (csv->empty()) return std::unexpected{std::vector{LineFault{1, "the file is empty"}}};
  const auto columns = read_header(csv->front());
  if (!columns) return std::unexpected{std::vector{columns.error()}};

  std::vector<LineFault> faults;
  std::vector<PartnerRow> rows;
  for (std::size_t i = 1; i < csv->size(); ++i) {
    const CsvRow& row = (*csv)[i];
    if (row.fields.size() != csv->front().fields.size()) {
      faults.push_back({row.line, "has " + std::to_string(row.fields.size()) + " fields, and the first line " +
                                      std::to_string(csv->front().fields.size()) + ": check the separators"});
      continue;
    }
    if (auto read = RowReader{row, *columns, faults}.read()) rows.push_back(std::move(*read));
  }
  if (faults.empty() && rows.empty()) faults.push_back({1, "the file has no rows below its first line"});
  find_doubles(rows, faults);
  std::ranges::stable_sort(faults, {}, &LineFault::line);
  if (!faults.empty()) return std::unexpected{std::move(faults)};
  return rows;
}

}  // namespace samband::server::edge::ctl

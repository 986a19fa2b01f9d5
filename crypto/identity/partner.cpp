#include "crypto/identity/partner.h"

#include <algorithm>
#include <array>
#include <utility>

namespace samband::identity {

namespace {

constexpr std::size_t municipality_digits = 4;
constexpr std::size_t organisation_digits = 9;
constexpr std::size_t representative_digits = 4;
constexpr std::string_view representative_prefix = "R-";
constexpr std::size_t number_bytes_max = organisation_digits;

constexpr std::array<std::pair<PartnerKind, std::string_view>, 5> kinds{{
    {PartnerKind::municipality, "municipality"},
    {PartnerKind::hospital_trust, "hospital_trust"},
    {PartnerKind::national_authority, "national_authority"},
    {PartnerKind::regional_authority, "regional_authority"},
    {PartnerKind::representative, "representative"},
}};

constexpr std::array<std::pair<LanguageForm, std::string_view>, 3> language_forms{{
    {LanguageForm::neutral, "neutral"},
    {LanguageForm::nb, "nb"},
    {LanguageForm::nn, "nn"},
}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
  const auto* row = std::ranges::find(table, value, &Table::value_type::first);
  return row == table.end() ? std::string_view{} : row->second;
}

template <class Value, std::size_t N>
std::optional<Value> value_in(const std::array<std::pair<Value, std::string_view>, N>& table, std::string_view name) {
  const auto* row = std::ranges::find(table, name, &std::pair<Value, std::string_view>::second);
  if (row == table.end()) return std::nullopt;
  return row->first;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool all_zeros(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// The national register's rule: weights 3 2 7 6 5 4 3 2, and the ninth digit makes the sum divisible by 11.
bool has_valid_check_digit(std::string_view organisation_number) {
  constexpr std::array<int, organisation_digits> weights{3, 2, 7, 6, 5, 4, 3, 2, 1};
  int sum = 0;
  for (std::size_t i = 0; i < organisation_digits; ++i) sum += weights[i] * (organisation_number[i] - '0');
  return sum % 11 == 0;
}

std::optional<NumberError> fault_in_municipality_number(std::string_view text) {
  if (!all_digits(text)) return NumberError::not_digits;
  if (text.size() == municipality_digits - 1) return NumberError::leading_zero_missing;
  if (text.size() != municipality_digits) return NumberError::wrong_length;
  // County (two digits), then the municipality within it; both are counted from 01.
  if (all_zeros(text.substr(0, 2)) || all_zeros(text.substr(2))) return NumberError::unassignable;
  return std::nullopt;
}

std::optional<NumberError> fault_in_organisation_number(std::string_view text) {
  if (!all_digits(text)) return NumberError::not_digits;
  if (text.size() != organisation_digits) return NumberError::wrong_length;
  if (all_zeros(text)) return NumberError::unassignable;
  if (!has_valid_check_digit(text)) return NumberError::wrong_check_digit;
  return std::nullopt;
}

std::optional<NumberError> fault_in_representative_number(std::string_view text) {
  if (!text.starts_with(representative_prefix)) return NumberError::not_digits;
  text.remove_prefix(representative_prefix.size());
  if (!all_digits(text)) return NumberError::not_digits;
  if (text.size() != representative_digits) return NumberError::wrong_length;
  if (all_zeros(text)) return NumberError::unassignable;
  return std::nullopt;
}

std::optional<NumberError> fault_in(std::string_view text, PartnerKind kind) {
  switch (kind) {
    case PartnerKind::municipality: return fault_in_municipality_number(text);
    case PartnerKind::representative: return fault_in_representative_number(text);
    case PartnerKind::hospital_trust:
    case PartnerKind::national_authority:
    case PartnerKind::regional_authority: return fault_in_organisation_number(text);
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

std::expected<PartnerNumber, NumberError> parse_partner_number(std::string_view text, PartnerKind kind) {
  if (auto fault = fault_in(text, kind)) return std::unexpected(*fault);
  PartnerNumber number;
  number.text_ = text;
  return number;
}

std::optional<PartnerNumber> number_suggestion(std::string_view text, PartnerKind kind) {
  std::string bare;
  std::ranges::copy_if(text, std::back_inserter(bare), [](char c) { return c != ' ' && c != '\t'; });
  if (kind == PartnerKind::municipality && bare.size() == municipality_digits - 1) bare.insert(0, 1, '0');
  if (kind == PartnerKind::representative) {
    if (bare.starts_with('r')) bare[0] = 'R';
    if (bare.starts_with('R') && !bare.starts_with(representative_prefix)) bare.insert(1, 1, '-');
    const std::size_t size = representative_prefix.size() + representative_digits;
    if (bare.starts_with(representative_prefix) && bare.size() < size) {
      bare.insert(representative_prefix.size(), size - bare.size(), '0');
    }
  }
  auto number = parse_partner_number(bare, kind);
  if (!number) return std::nullopt;
  return std::move(*number);
}

std::optional<PartnerNumber> representative_number(unsigned ordinal) {
  std::string digits = std::to_string(ordinal);
  if (digits.size() > representative_digits) return std::nullopt;
  digits.insert(0, representative_digits - digits.size(), '0');
  auto number = parse_partner_number(std::string{representative_prefix} + digits, PartnerKind::representative);
  if (!number) return std::nullopt;
  return std::move(*number);
}

std::string_view name_of(PartnerKind kind) {
  return name_in(kinds, kind);
}
std::optional<PartnerKind> parse_partner_kind(std::string_view name) {
  return value_in(kinds, name);
}
std::string_view name_of(LanguageForm form) {
  return name_in(language_forms, form);
}
std::optional<LanguageForm> parse_language_form(std::string_view name) {
  return value_in(language_forms, name);
}

PartnerKind read_partner_kind(Reader& in) {
  const auto kind = static_cast<PartnerKind>(in.u8());
  if (!name_of(kind).empty()) return kind;
  in.fail(ParseError::unknown_value);
  return PartnerKind::municipality;
}

LanguageForm read_language_form(Reader& in) {
  const auto form = static_cast<LanguageForm>(in.u8());
  if (!name_of(form).empty()) return form;
  in.fail(ParseError::unknown_value);
  return LanguageForm::neutral;
}

PartnerNumber read_partner_number(Reader& in, PartnerKind kind) {
  auto number = parse_partner_number(text_of(in.bytes(number_bytes_max)), kind);
  if (number) return std::move(*number);
  in.fail(ParseError::malformed);
  return {};
}

}  // namespace samband::identity

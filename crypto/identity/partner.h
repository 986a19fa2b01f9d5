// Partners: their kinds, and the public numbers that they are known by.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

// On the wire and on disk: never renumber.
enum class PartnerKind : std::uint8_t {
  municipality = 1,
  hospital_trust = 2,
  national_authority = 3,
  regional_authority = 4,
  representative = 5,  // of general practitioners, or of users
};

// The written form of Norwegian that a partner uses officially. Never renumber.
enum class LanguageForm : std::uint8_t { neutral = 0, nb = 1, nn = 2 };

enum class NumberError : std::uint8_t {
  leading_zero_missing,  // three digits where a municipality number has four: `number_suggestion` tells
  wrong_length,
  not_digits,
  wrong_check_digit,  // the ninth digit of an organisation number (modulus 11)
  unassignable,       // well-formed, but no such number can exist (0000, R-0000)
};

// A number of the form its kind of partner has: four digits for a municipality, `R-` and four digits for
// representatives, nine digits with a check digit for all others.
class PartnerNumber {
 public:
  PartnerNumber() = default;  // empty: stands for none
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  auto operator<=>(const PartnerNumber&) const = default;

 private:
  friend std::expected<PartnerNumber, NumberError> parse_partner_number(std::string_view text, PartnerKind kind);
  std::string text_;
};

// Strict: no spaces, no leading zero put in.
[[nodiscard]] std::expected<PartnerNumber, NumberError> parse_partner_number(std::string_view text, PartnerKind kind);
// What was probably meant: `0301` for `301`, `894166762` for `894 166 762`; nullopt where nothing is near.
[[nodiscard]] std::optional<PartnerNumber> number_suggestion(std::string_view text, PartnerKind kind);

// `R-0001` for 1; nullopt past 9999 and for 0.
[[nodiscard]] std::optional<PartnerNumber> representative_number(unsigned ordinal);

[[nodiscard]] std::string_view name_of(PartnerKind kind);  // as the operator types it: "hospital_trust"
[[nodiscard]] std::optional<PartnerKind> parse_partner_kind(std::string_view name);
[[nodiscard]] std::string_view name_of(LanguageForm form);  // "nb", "nn", "neutral"
[[nodiscard]] std::optional<LanguageForm> parse_language_form(std::string_view name);

[[nodiscard]] PartnerKind read_partner_kind(Reader& in);
[[nodiscard]] LanguageForm read_language_form(Reader& in);
// `number<V>`, checked against the kind.
[[nodiscard]] PartnerNumber read_partner_number(Reader& in, PartnerKind kind);

}  // namespace samband::identity

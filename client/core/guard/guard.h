// The guard: finds what looks like a national identity number in text before it is encrypted.
// Numbers: fødselsnummer DDMMYY IIIKK, D-number (day + 40), H-number (month + 40), synthetic test numbers
// (month + 65 or + 80), with both check digits (modulus 11). Pure computation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::client {

enum class NumberKind : std::uint8_t { birth_number, d_number, h_number, synthetic };

struct Finding {
  NumberKind kind{};
  std::string seen;  // as it stands in the text, separators included; for the writer's eyes, never for a log
};

// The check-digit rule that is in force: from 2032 the first check accepts remainders 0 to 3.
enum class CheckRule : std::uint8_t { until_2031, from_2032 };
[[nodiscard]] CheckRule check_rule_at(WallTime now);

// Findings beyond this many are not listed: the point has been made.
inline constexpr std::size_t findings_max = 20;

// Reads a text or a file in pieces of any size; a number may lie across pieces. Digits may be grouped by a
// space, no-break space, dot or hyphen as people write them (010190 12345, 01.01.90-12345).
class NumberScanner {
 public:
  explicit NumberScanner(CheckRule rule) : rule_{rule} {}
  void feed(BytesView piece);
  // Ends the text; later pieces begin a new one.
  void finish();
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }

 private:
  struct Group {
    std::string digits;
    std::string separator;  // what stood before it
  };
  void end_group();
  void reset();

  CheckRule rule_;
  std::vector<Group> groups_;  // at most `groups_max`, the newest last
  std::string separator_;
  bool in_group_ = false;
  std::vector<Finding> findings_;
};

[[nodiscard]] std::vector<Finding> find_identity_numbers(std::string_view text, CheckRule rule);

}  // namespace samband::client

#include "client/core/guard/guard.h"

#include <algorithm>
#include <array>
#include <optional>

namespace samband::client {
namespace {

constexpr std::size_t number_digits = 11;
constexpr std::size_t groups_max = 5;
constexpr std::uint64_t year_2032_ms = 1956528000000;  // 2032-01-01T00:00:00Z
constexpr std::string_view no_break_space = "\xC2\xA0";

// The ways people group the eleven digits.
constexpr std::array<std::array<std::size_t, groups_max>, 5> groupings{{
    {11},
    {6, 5},
    {2, 2, 2, 5},
    {6, 3, 2},
    {2, 2, 2, 3, 2},
}};

unsigned weighted_sum(std::string_view digits, std::string_view weights) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += static_cast<unsigned>(digits[i] - '0') * static_cast<unsigned>(weights[i] - '0');
  }
  return sum;
}

bool check_digits_hold(std::string_view digits, CheckRule rule) {
  const unsigned first = weighted_sum(digits, "3761894521") % 11;
  const unsigned second = weighted_sum(digits, "54327654321") % 11;
  const unsigned first_max = rule == CheckRule::from_2032 ? 3 : 0;
  return first <= first_max && second == 0;
}

unsigned two_digits(std::string_view digits, std::size_t at) {
  return static_cast<unsigned>(digits[at] - '0') * 10 + static_cast<unsigned>(digits[at + 1] - '0');
}

bool in_range(unsigned value, unsigned low, unsigned high) {
  return value >= low && value <= high;
}

std::optional<NumberKind> kind_of(std::string_view digits) {
  const unsigned day = two_digits(digits, 0);
  const unsigned month = two_digits(digits, 2);
  const bool d_day = in_range(day, 41, 71);
  if (!d_day && !in_range(day, 1, 31)) return std::nullopt;
  if (in_range(month, 66, 77) || in_range(month, 81, 92)) return NumberKind::synthetic;
  if (in_range(month, 41, 52)) return NumberKind::h_number;
  if (!in_range(month, 1, 12)) return std::nullopt;
  return d_day ? NumberKind::d_number : NumberKind::birth_number;
}

bool is_digit(std::uint8_t octet) {
  return octet >= '0' && octet <= '9';
}

// A separator may still grow into the two bytes of a no-break space.
bool is_separator(std::string_view text) {
  return text == " " || text == "." || text == "-" || text == no_break_space || text == no_break_space.substr(0, 1);
}

}  // namespace

CheckRule check_rule_at(WallTime now) {
  return now.ms < year_2032_ms ? CheckRule::until_2031 : CheckRule::from_2032;
}

void NumberScanner::feed(BytesView piece) {
  for (const std::uint8_t octet : piece) {
    if (is_digit(octet)) {
      if (!in_group_) {
        groups_.push_back({"", std::move(separator_)});
        separator_.clear();
        in_group_ = true;
        if (groups_.size() > groups_max) groups_.erase(groups_.begin());
      }
      std::string& digits = groups_.back().digits;
      if (digits.size() <= number_digits) digits.push_back(static_cast<char>(octet));
      continue;
    }
    end_group();
    separator_.push_back(static_cast<char>(octet));
    if (!is_separator(separator_)) reset();
  }
}

void NumberScanner::finish() {
  end_group();
  reset();
}

void NumberScanner::end_group() {
  if (!in_group_) return;
  in_group_ = false;
  for (const auto& grouping : groupings) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(grouping, [](std::size_t n) { return n > 0; }));
    if (count > groups_.size() || findings_.size() >= findings_max) continue;
    const std::size_t start = groups_.size() - count;
    std::string digits;
    std::string seen;
    bool fits = true;
    for (std::size_t i = 0; i < count; ++i) {
      const Group& group = groups_[start + i];
      fits = fits && group.digits.size() == grouping[i];
      if (i > 0) seen += group.separator;
      seen += group.digits;
      digits += group.digits;
    }
    if (!fits || !check_digits_hold(digits, rule_)) continue;
    if (const auto kind = kind_of(digits)) findings_.push_back({*kind, seen});
  }
}

void NumberScanner::reset() {
  groups_.clear();
  separator_.clear();
}

std::vector<Finding> find_identity_numbers(std::string_view text, CheckRule rule) {
  NumberScanner scanner{rule};
  scanner.feed(view_of(text));
  scanner.finish();
  return scanner.findings();
}

}  // namespace samband::client

#include "tests/interop/arguments.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "crypto/codec/hex.h"

namespace samband::interop {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
  Number value{};
  const char* const end = std::to_address(text.end());
  const auto [stopped, error] = std::from_chars(std::to_address(text.begin()), end, value, base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

Arguments::Arguments(std::string_view line) {
  for (;;) {
    const std::size_t space = line.find(' ');
    words_.push_back(line.substr(0, space));
    if (space == std::string_view::npos) return;
    line.remove_prefix(space + 1);
  }
}

std::optional<std::string_view> Arguments::next() {
  if (error_ || at_ == words_.size()) return std::nullopt;
  return words_[at_++];
}

std::string_view Arguments::required() {
  const auto word = next();
  if (!word) fail(CommandError::missing_argument);
  return word.value_or(std::string_view{});
}

std::optional<std::string_view> Arguments::optional() {
  const auto word = next();
  return word && !word->empty() ? word : std::nullopt;
}

void Arguments::fail(CommandError error) {
  if (!error_) error_ = error;
}

Bytes Arguments::hex() {
  auto bytes = from_hex(required());
  if (!bytes) fail(CommandError::malformed_hex);
  return std::move(bytes).value_or(Bytes{});
}

std::optional<Bytes> Arguments::optional_hex() {
  const auto word = optional();
  if (!word) return std::nullopt;
  auto bytes = from_hex(*word);
  if (!bytes) fail(CommandError::malformed_hex);
  return bytes;
}

std::string Arguments::label() {
  const std::string_view word = required();
  const auto bytes = from_hex(word);
  return std::string{bytes ? text_of(*bytes) : word};
}

std::string Arguments::text() {
  return std::string{required()};
}

std::uint32_t Arguments::number() {
  const std::string_view word = required();
  const auto number = number_in<std::uint32_t>(word, 10);
  if (!number) fail(CommandError::malformed_number);
  return number.value_or(0);
}

std::uint16_t Arguments::suite() {
  std::string_view word = required();
  const bool is_hex = word.starts_with("0x");
  if (is_hex) word.remove_prefix(2);
  const auto number = number_in<std::uint16_t>(word, is_hex ? 16 : 10);
  if (!number) fail(CommandError::malformed_number);
  return number.value_or(0);
}

std::optional<std::uint16_t> Arguments::optional_suite() {
  if (at_ >= words_.size() || words_[at_].empty()) return std::nullopt;
  return suite();
}

mls::WireFormat Arguments::wire_format() {
  const auto word = optional();
  if (word && *word != "priv") fail(CommandError::unknown_word);
  return word ? mls::WireFormat::mls_private_message : mls::WireFormat::mls_public_message;
}

OrReason<void> Arguments::finish() {
  const auto left = std::span{words_}.subspan(std::min(at_, words_.size()));
  if (!std::ranges::all_of(left, &std::string_view::empty)) fail(CommandError::too_many_arguments);
  if (error_) return refuse(*error_);
  return {};
}

}  // namespace samband::interop

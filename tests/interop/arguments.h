// The words of one command line, read in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/mls/wire/types.h"
#include "tests/interop/refusal.h"

namespace samband::interop {

// Words are parted by exactly one space, so that a word may be empty: the hex of no bytes. Remembers its first failure
// and gives empty values from then on; a command reads all it needs and asks `finish` once.
class Arguments {
 public:
  // The line without its end; the command itself is the first word.
  explicit Arguments(std::string_view line);

  [[nodiscard]] std::string_view command() const { return words_.front(); }

  Bytes hex();
  // nullopt when the line ends before it, or nothing stands between its spaces.
  std::optional<Bytes> optional_hex();
  // Hex, or where it is not hex the bytes of the text itself.
  std::string label();
  std::string text();
  std::uint32_t number();
  // Decimal, or hex behind 0x.
  std::uint16_t suite();
  std::optional<std::uint16_t> optional_suite();
  // Of a handshake message: PrivateMessage where `priv` stands.
  mls::WireFormat wire_format();

  // The first failure, or too_many_arguments; empty words at the end don't count.
  [[nodiscard]] OrReason<void> finish();

 private:
  std::optional<std::string_view> next();
  std::string_view required();
  std::optional<std::string_view> optional();
  void fail(CommandError error);

  std::vector<std::string_view> words_;  // at least one
  std::size_t at_ = 1;
  std::optional<CommandError> error_;
};

}  // namespace samband::interop

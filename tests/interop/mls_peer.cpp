// mls-peer: one MLS client, driven line by line over standard input and output. The README beside this file is its
// manual.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "crypto/mls/wire/limits.h"
#include "tests/interop/commands.h"

namespace samband::interop {
namespace {

// Two messages with a tree each, in hex, and their command.
constexpr std::size_t line_bytes_max = 4 * mls::structure_bytes_max + 1024;

enum class Line : std::uint8_t { whole, too_long, none };

// Reads to the end of the line; of one that is too long nothing is kept.
Line read_line(std::streambuf& in, std::string& line) {
  constexpr int end = std::char_traits<char>::eof();
  line.clear();
  std::size_t size = 0;
  int next = in.sbumpc();
  if (next == end) return Line::none;
  for (; next != end && next != '\n'; next = in.sbumpc()) {
    if (++size <= line_bytes_max) line.push_back(static_cast<char>(next));
  }
  if (size > line_bytes_max) return Line::too_long;
  if (line.ends_with('\r')) line.pop_back();
  return Line::whole;
}

int run(std::string_view identity) {
  Peer peer{copy_of(view_of(identity))};
  std::string line;
  for (;;) {
    const Line read = read_line(*std::cin.rdbuf(), line);
    if (read == Line::none) return EXIT_SUCCESS;
    std::cout << (read == Line::too_long ? answer(CommandError::line_too_long) : answer(peer, line)) << std::endl;
  }
}

}  // namespace
}  // namespace samband::interop

int main() {
  std::ios::sync_with_stdio(false);
  const char* given = std::getenv("PEER_ID");
  const std::string_view identity = given == nullptr ? "peer" : given;
  if (identity.size() > samband::mls::identity_bytes_max) {
    std::cerr << "mls-peer: PEER_ID: more than " << samband::mls::identity_bytes_max << " bytes\n";
    return EXIT_FAILURE;
  }
  return samband::interop::run(identity);
}

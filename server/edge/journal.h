// The journal's own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram for each entry, one line for each
// field.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/edge/descriptor.h"

namespace samband::server::edge {

inline constexpr std::string_view journal_socket_path = "/run/systemd/journal/socket";

class Journal {
 public:
  // When `descriptor` is the stream that JOURNAL_STREAM (systemd.exec(5)) names by its device and inode, and the
  // journal is there: otherwise nullopt.
  [[nodiscard]] static std::optional<Journal> behind(int descriptor, const std::string& socket_path);

  // `entry`: fields as `add_field` made them. False when the journal did not take it in 200 ms.
  [[nodiscard]] bool send(std::string_view entry) const;

 private:
  explicit Journal(Descriptor socket) : socket_{std::move(socket)} {}
  Descriptor socket_;
};

// Adds NAME=value. A control character in the value becomes a space: it can't begin another field.
void add_field(std::string& entry, std::string_view name, std::string_view value);

}  // namespace samband::server::edge

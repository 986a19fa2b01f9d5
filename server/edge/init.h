// `sambandd init`: a new server, in an empty folder of its own or where a configuration says.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "crypto/bytes/fixed_id.h"
#include "server/edge/config.h"

namespace samband::server::edge {

struct NewServer {
  std::filesystem::path configuration;  // the file
  Hash fingerprint;                     // SHA-256 of the certificate
};

// Makes `directory` with configuration, stores, log key, and a self-signed certificate with its key. It appears when
// all of it is complete and on the disk; until then nothing is there. The error is one line: what happened, and
// what to do.
[[nodiscard]] std::expected<NewServer, std::string> initialise(const std::filesystem::path& directory,
                                                               const std::string& name, const SocketAddress& listen,
                                                               WallTime now);

// Of an installed package: everything under /var/lib/samband and /run/samband, and not named yet.
[[nodiscard]] Configuration installed_configuration();

enum class SelfSign : std::uint8_t { no, yes };

struct Furnished {
  Hash fingerprint;         // SHA-256 of the certificate
  bool is_self_signed_now;  // the certificate was made here
};

// Makes what the configuration names: a self-signed certificate if that is asked for and there is none, the log key
// if there is none, and both stores. The main store appears last, and whole; keys that an interrupted call has left are
// taken up by the next one. Refused where a store is already. The error is one line.
[[nodiscard]] std::expected<Furnished, std::string> furnish(const Configuration& configuration, SelfSign self_sign,
                                                            WallTime now);

}  // namespace samband::server::edge

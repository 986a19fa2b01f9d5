// `sambandd init`: a new server in an empty folder.
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

}  // namespace samband::server::edge

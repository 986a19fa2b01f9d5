#include <fmt/format.h>

#include "server/edge/config.h"

namespace samband::server::edge {

std::string configuration_text(const Configuration& c) {
  std::string out = fmt::format(
      "# The configuration of a samband server. `sambandd check --config` reports every fault in it.\n"
      "# Paths are relative to this file. A SIGHUP reads certificate and limits anew.\n"
      "\n"
      "# The name that clients connect to; it stands in invitations and in every login.\n"
      "name = \"{}\"\n"
      "\n"
      "# Where clients connect. Port 0 takes a free one; the line `ready` tells which.\n"
      "listen = \"{}\"\n"
      "\n"
      "# Messages and the directory; the chunks of documents have a store of their own.\n"
      "store = \"{}\"\n"
      "chunks = \"{}\"\n"
      "\n"
      "# Signs the heads of the directory's transparency log. Back it up: clients pin its public half.\n"
      "log_key = \"{}\"\n"
      "\n"
      "# Threads for connections; 0 takes one for each core.\n"
      "io_threads = {}\n"
      "\n"
      "# Logs that channels are spread over. Fixed when the store is made: never change it.\n"
      "shards = {}\n"
      "\n"
      "# Browsers that may connect, by their Origin, such as \"https://samband.example.no\".\n"
      "origins = []\n",
      c.name, text_of(c.listen), c.store.string(), c.chunks.string(), c.log_key.string(), c.io_threads, c.shards);
  out += fmt::format(
      "\n"
      "[tls]\n"
      "# TLS 1.3 only. PEM; the certificate with its chain, the key readable by the server alone. New files are "
      "loaded\n"
      "# by themselves. credential:NAME is a credential of the service manager.\n"
      "certificate = \"{}\"\n"
      "private_key = \"{}\"\n"
      "\n"
      "[admin]\n"
      "# Where sambandctl connects: for root, the server's own user, and this group (\"\" for none).\n"
      "socket = \"{}\"\n"
      "group = \"{}\"\n"
      "\n"
      "[http]\n"
      "# /healthz, /readyz and /metrics; a loopback address (port 0: a free one, in the log), or \"\" for none.\n"
      "listen = \"{}\"\n"
      "\n"
      "[log]\n"
      "# debug, info, warning or error\n"
      "level = \"{}\"\n"
      "\n"
      "[limits]\n",
      c.certificate.string(), c.private_key.string(), c.admin_socket.string(), c.admin_group,
      c.http_enabled ? text_of(c.http) : "", c.log_level);
  const auto add = [&out](const auto& rows, const auto& limits) {
    for (const auto& row : rows) {
      out += fmt::format("# {} ({} to {})\n{} = {}\n", row.says, row.least, row.most, row.name, limits.*row.field);
    }
  };
  add(limit_rows(), c.limits);
  add(core_limit_rows(), c.core);
  return out;
}

}  // namespace samband::server::edge

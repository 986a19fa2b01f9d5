// `sambandctl setup`: from an installed package, or a configuration, to a server that runs.
#pragma once

#include <string>

#include "server/edge/ctl/commands.h"

namespace samband::server::edge::ctl {

// What is empty is asked for on a terminal, unless the configuration has it already.
struct SetupOptions {
  std::string name;
  std::string listen;
  std::string certificate;  // PEM with its chain, copied to where the configuration says
  std::string key;
  bool self_signed = false;
  bool replace_key = false;      // by a certificate with another key, which devices that are enrolled refuse
  bool no_start = false;         // leave the service as it is, also where systemd runs
  std::string user = "samband";  // the server's own; it gets what is made. Only root can give it
};

// Checks everything before it changes anything. Where a store is already, that is kept and the rest is brought up to
// date: so it installs a renewed certificate too. Returns the exit status.
int set_up(const Where& where, SetupOptions options);

}  // namespace samband::server::edge::ctl

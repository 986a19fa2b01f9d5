// Other programs that a command needs: run, waited for, their status told.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "server/edge/files.h"

namespace samband::server::edge::ctl {

// From here on this process is that user, with that user's groups, and can't go back. False when it may not.
[[nodiscard]] bool become(const FileOwner& user);

// The user and primary group of that name; nullopt when there is none.
[[nodiscard]] std::optional<FileOwner> find_user(const std::string& name);

// Runs a program, as `user` with that user's groups if one is given. Its errors are shown, what else it prints is not.
// `program` with a slash is a path, else it is looked for in PATH. Its exit status; 127 when it can't be started,
// 128 + N when signal N ended it.
[[nodiscard]] int run_program(const std::vector<std::string>& program, const std::optional<FileOwner>& user = {});

}  // namespace samband::server::edge::ctl

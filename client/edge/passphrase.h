// Where a passphrase comes from: a file, a systemd credential, or the terminal.
#pragma once

#include <filesystem>
#include <optional>

#include "client/edge/profile_folder.h"
#include "client/edge/texts.h"

namespace samband::client {

// The name under which systemd hands it over: LoadCredential=samband.passphrase:...
inline constexpr const char* passphrase_credential = "samband.passphrase";

// In this order: the first line of `file`, the credential, the terminal (without echo).
[[nodiscard]] AskPassphrase ask_passphrase(std::optional<std::filesystem::path> file, Language language);

}  // namespace samband::client

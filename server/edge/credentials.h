// Secrets that the service manager hands over (systemd.exec(5), Credentials): a path in the configuration may be
// `credential:NAME`, and is then the file NAME in the folder that CREDENTIALS_DIRECTORY names.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace samband::server::edge {

[[nodiscard]] bool is_credential(const std::filesystem::path& written);
// Whether NAME may be one: a file name, and no path.
[[nodiscard]] bool is_credential_name(std::string_view name);

// The file: `written` itself when it is no credential. The error is one line: what is missing, and what to do.
[[nodiscard]] std::expected<std::filesystem::path, std::string> resolved(const std::filesystem::path& written);

}  // namespace samband::server::edge

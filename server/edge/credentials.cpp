#include "server/edge/credentials.h"

#include <cstdlib>

namespace samband::server::edge {
namespace {

constexpr std::string_view prefix = "credential:";

}  // namespace

bool is_credential(const std::filesystem::path& written) {
  return written.native().starts_with(prefix);
}

bool is_credential_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos && name.size() <= 255;
}

std::expected<std::filesystem::path, std::string> resolved(const std::filesystem::path& written) {
  if (!is_credential(written)) return written;
  const std::string name = written.native().substr(prefix.size());
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (!folder || *folder == '\0') {
    return std::unexpected{written.native() +
                           " is a credential, and the service manager gave none: run this by the service's unit, with "
                           "LoadCredential=" +
                           name + ":FILE in it"};
  }
  return std::filesystem::path{folder} / name;
}

}  // namespace samband::server::edge

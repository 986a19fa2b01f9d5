// What those who are refused are told, and what only our own log learns.
#pragma once

#include <string_view>

#include "crypto/identity/directory.h"
#include "server/protocol/messages.h"
#include "server/protocol/verdict/verdict.h"

namespace samband::server {

[[nodiscard]] protocol::Refused to_refusal(const protocol::Rejection& rejection);
[[nodiscard]] protocol::Refused to_refusal(identity::DirectoryError error);
// A sentence for the operator.
[[nodiscard]] std::string_view describe(identity::DirectoryError error);

}  // namespace samband::server

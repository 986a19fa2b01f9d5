// How operations end, and what the server's refusals mean to a person.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "client/core/faults.h"
#include "server/protocol/messages.h"

namespace samband::client {

using Outcome = std::expected<void, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failure(Fault fault, std::string detail = {}) {
  return std::unexpected<Failure>(Failure{.fault = fault, .detail = std::move(detail), .choices = {}, .findings = {}});
}

[[nodiscard]] Failure failure_of(const protocol::Refused& refused);
// A refusal, or an answer of a kind that the request does not have.
[[nodiscard]] Failure failure_of(const protocol::ReplyBody& reply);

}  // namespace samband::client

#include "client/core/guarding.h"

#include <cstdlib>

namespace samband::client {

namespace {

std::string kind_of(NumberKind kind) {
  switch (kind) {
    case NumberKind::birth_number: return "birth number";
    case NumberKind::d_number: return "D number";
    case NumberKind::h_number: return "helper number";
    case NumberKind::synthetic: return "synthetic number";
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

Outcome pass_guard(const std::vector<Finding>& findings, const std::optional<std::string>& reason) {
  if (findings.empty() || (reason && !reason->empty())) return {};
  Failure stopped{.fault = Fault::stopped_by_guard, .detail = {}, .choices = {}, .findings = {}};
  for (const Finding& finding : findings) stopped.findings.push_back({kind_of(finding.kind), finding.seen});
  return std::unexpected(std::move(stopped));
}

Outcome pass_guard(std::string_view text, const std::optional<std::string>& reason, WallTime now) {
  return pass_guard(find_identity_numbers(text, check_rule_at(now)), reason);
}

void record_guard_reason(Content& content, const std::optional<std::string>& reason) {
  if (reason && !reason->empty()) content.set_extension_text(extension_guard_reason, *reason);
}

}  // namespace samband::client

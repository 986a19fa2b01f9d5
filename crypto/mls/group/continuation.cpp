#include "crypto/mls/group/continuation.h"

#include <algorithm>
#include <span>

namespace samband::mls {
namespace {

using Credentials = std::span<const Credential>;

// Whether each of `wanted` has its like among `present`. Looks on from the last one found: who makes the new group goes
// through the old one in order, as a rule, and then this takes one comparison for each.
template <class IsLike>
bool all_found(Credentials wanted, Credentials present, const IsLike& is_like) {
  auto next = present.begin();
  return std::ranges::all_of(wanted, [&](const Credential& one) {
    const auto matches = [&](const Credential& other) { return is_like(one, other); };
    auto found = std::find_if(next, present.end(), matches);
    if (found == present.end()) {
      found = std::find_if(present.begin(), next, matches);
      if (found == next) return false;
    }
    next = std::next(found);
    return true;
  });
}

std::expected<void, ContinuationError> verify_members(const Continuation& continues, const RatchetTree& tree,
                                                      const AuthenticationService& authentication) {
  std::vector<Credential> now;
  tree.for_each_leaf([&](LeafIndex, const LeafNode& leaf) { now.push_back(leaf.credential); });
  const auto succeeds = [&](const Credential& next, const Credential& previous) {
    return authentication.is_successor(previous, next);
  };
  const auto precedes = [&](const Credential& previous, const Credential& next) { return succeeds(next, previous); };
  if (!all_found(now, continues.members, succeeds)) return std::unexpected(ContinuationError::member_unknown);
  if (continues.id.usage == ResumptionPSKUsage::reinit && !all_found(continues.members, now, precedes)) {
    return std::unexpected(ContinuationError::member_missing);
  }
  return {};
}

}  // namespace

std::expected<void, ContinuationError> verify_continuation(const Continuation& continues, const GroupContext& context,
                                                           const RatchetTree& tree,
                                                           const AuthenticationService& authentication) {
  if (context.epoch != Epoch{1}) return std::unexpected(ContinuationError::not_first_epoch);
  if (context.version != continues.version) return std::unexpected(ContinuationError::version_differs);
  if (context.cipher_suite != continues.cipher_suite) return std::unexpected(ContinuationError::suite_differs);
  if (continues.group_id && context.group_id != *continues.group_id) {
    return std::unexpected(ContinuationError::group_id_differs);
  }
  if (continues.extensions && context.extensions != *continues.extensions) {
    return std::unexpected(ContinuationError::extensions_differ);
  }
  return verify_members(continues, tree, authentication);
}

std::optional<SecretBytes> ContinuationPsks::find(const PreSharedKeyID& id) const {
  if (!is_continuation(id)) return others_.find(id);
  if (continues_ == nullptr || std::get<ResumptionPSK>(id.psk) != continues_->id) return std::nullopt;
  return continues_->resumption_psk.duplicate();
}

}  // namespace samband::mls

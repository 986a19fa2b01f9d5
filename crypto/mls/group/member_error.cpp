#include "crypto/mls/group/member_error.h"

#include <cstdlib>

namespace samband::mls {

MemberError to_member_error(PathError error) {
  switch (error) {
    case PathError::not_reached: return MemberError::path_not_reached;
    case PathError::undecryptable: return MemberError::path_undecryptable;
    case PathError::key_mismatch: return MemberError::path_key_mismatch;
  }
  std::abort();  // every enumerator returns above
}

CommitRefusal to_commit_refusal(const CommitFault& fault) {
  return std::visit([](auto error) -> CommitRefusal { return error; }, fault);
}

JoinRefusal to_join_refusal(const CommitFault& fault) {
  return std::visit([](auto error) -> JoinRefusal { return error; }, fault);
}

}  // namespace samband::mls

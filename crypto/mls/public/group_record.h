// What a group is kept as where it changes often: small records, each under a number of its own, so that what is
// written after a Commit is what the Commit changed.
#pragma once

#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/mls/wire/types.h"

namespace samband::mls {

struct GroupRecord {
  std::uint32_t number = 0;
  Bytes value;  // empty: there is no such record any more, and what is kept under the number must be erased
  bool operator==(const GroupRecord&) const = default;
};

struct GroupChanges {
  bool are_whole = false;  // all records there are: whatever is kept of another group at the same place must go first
  std::vector<GroupRecord> records;
};

// Never renumber. Numbers between the parts and the nodes are free.
enum class GroupPart : std::uint32_t {
  head = 0,        // GroupContext without extensions, interim transcript hash
  extensions = 1,  // those of the GroupContext
  waiting = 2,     // proposals that wait, and the ReInit; no record when there are neither
};
inline constexpr std::uint32_t group_part_count = 3;
inline constexpr std::uint32_t first_node_record = 16;

// Blank nodes have no record.
[[nodiscard]] constexpr std::uint32_t record_number(NodeIndex node) {
  return first_node_record + node.value;
}

}  // namespace samband::mls

// Which procedure a file or a case wants, and running it. Tests only.
#include "crypto/mls/vectors/procedures/procedures.h"

#include <algorithm>
#include <array>

namespace samband::vectors {
namespace {

constexpr std::array table{
    Procedure{"crypto-basics", "ref_hash", check_crypto_basics},
    Procedure{"deserialization", "vlbytes_header", check_deserialization},
    Procedure{"key-schedule", "initial_init_secret", check_key_schedule},
    Procedure{"message-protection", "proposal_priv", check_message_protection},
    Procedure{"messages", "mls_welcome", check_messages},
    Procedure{"passive-client", "initial_epoch_authenticator", check_passive_client},
    Procedure{"psk_secret", "psks", check_psk_secret},
    Procedure{"secret-tree", "sender_data", check_secret_tree},
    Procedure{"transcript-hashes", "interim_transcript_hash_before", check_transcript_hashes},
    Procedure{"tree-math", "n_leaves", check_tree_math},
    Procedure{"tree-operations", "tree_before", check_tree_operations},
    Procedure{"tree-validation", "tree_hashes", check_tree_validation},
    Procedure{"treekem", "leaves_private", check_tree_kem},
    Procedure{"welcome", "signer_pub", check_welcome},
};

bool is_file_of(const Procedure& procedure, std::string_view file_name) {
  constexpr std::string_view ending = ".json";
  if (!file_name.starts_with(procedure.name) || !file_name.ends_with(ending)) return false;
  file_name.remove_prefix(procedure.name.size());
  file_name.remove_suffix(ending.size());
  return file_name.empty() || file_name.starts_with('-');  // passive-client-random
}

// A value that no procedure looked at is one that this program does not understand.
void expect_all_read(const Json& value, const std::set<const Json*>& reads, const std::string& path) {
  if (!reads.contains(&value)) throw Disagreement{path, "is not part of this format"};
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) expect_all_read(member, reads, path + "/" + key);
  }
  if (!value.is_array()) return;
  for (std::size_t i = 0; i < value.size(); ++i) expect_all_read(value[i], reads, path + "/" + std::to_string(i));
}

}  // namespace

std::span<const Procedure> procedures() {
  return table;
}

const Procedure* procedure_of_file(std::string_view file_name) {
  const auto found = std::ranges::find_if(table, [&](const Procedure& p) { return is_file_of(p, file_name); });
  return found == table.end() ? nullptr : &*found;
}

const Procedure* procedure_of_case(const Json& test_case) {
  const auto found = std::ranges::find_if(table, [&](const Procedure& p) { return test_case.contains(p.known_by); });
  return found == table.end() ? nullptr : &*found;
}

std::optional<Finding> judge(const Procedure& procedure, const Json& test_case) {
  std::set<const Json*> reads;
  try {
    procedure.check(Field{test_case, reads});
    expect_all_read(test_case, reads, "");
  } catch (const Disagreement& disagreement) {
    return Finding{disagreement.field, disagreement.what()};
  }
  return std::nullopt;
}

}  // namespace samband::vectors

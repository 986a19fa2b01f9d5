// One procedure for each kind of official test vector: what a case says is derived anew and compared.
// Source: test-vectors.md of mlswg/mls-implementations; RFC 9420 as each procedure says.
// Tests only: used by the program mls-vectors and by the tests beside it, so that both check the same.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/mls/vectors/procedures/field.h"

namespace samband::vectors {

struct Procedure {
  std::string_view name;      // how published files of this kind are called, or begin, without ".json"
  std::string_view known_by;  // a member that no other kind of case has
  void (*check)(const Field& test_case);
};

[[nodiscard]] std::span<const Procedure> procedures();
// By the name of a file, such as "key-schedule.json"; nullptr when it is not a published one.
[[nodiscard]] const Procedure* procedure_of_file(std::string_view file_name);
// By what a case holds; nullptr when it is of no known kind.
[[nodiscard]] const Procedure* procedure_of_case(const Json& test_case);

// What is wrong with a case.
struct Finding {
  std::string field;  // JSON pointer; empty for the case as a whole
  std::string what;
};
// nullopt when the case passes and nothing in it was left unread.
[[nodiscard]] std::optional<Finding> judge(const Procedure& procedure, const Json& test_case);

// --- the procedures, by the files they are for

void check_deserialization(const Field& test_case);
void check_messages(const Field& test_case);

void check_tree_math(const Field& test_case);
void check_tree_operations(const Field& test_case);
void check_tree_validation(const Field& test_case);

void check_crypto_basics(const Field& test_case);
void check_key_schedule(const Field& test_case);
void check_psk_secret(const Field& test_case);
void check_transcript_hashes(const Field& test_case);
void check_secret_tree(const Field& test_case);

void check_message_protection(const Field& test_case);
void check_tree_kem(const Field& test_case);
void check_welcome(const Field& test_case);
void check_passive_client(const Field& test_case);

}  // namespace samband::vectors

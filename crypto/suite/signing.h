// Signatures of samband's own statements: Ed25519 with a label that says what was signed.
// A signature made for one purpose verifies for no other. Signed bytes: the MLS SignContent structure
// (RFC 9420 §5.1.2) with the label "samband <purpose>".
#pragma once

#include <string_view>

#include "crypto/bytes/bytes.h"
#include "crypto/suite/suite.h"

namespace samband {

inline constexpr std::size_t ed25519_public_key_bytes = 32;
inline constexpr std::size_t ed25519_private_key_bytes = 32;  // the seed
inline constexpr std::size_t ed25519_signature_bytes = 64;

// `purpose` is written without the "samband " in front, such as "delegation".
[[nodiscard]] Bytes sign_statement(BytesView private_key, std::string_view purpose, BytesView content);
[[nodiscard]] bool verify_statement(BytesView public_key, std::string_view purpose, BytesView content,
                                    BytesView signature);

// SHA-256 over a purpose and a content, so that hashes of different kinds of things never meet.
[[nodiscard]] Hash hash_statement(std::string_view purpose, BytesView content);
[[nodiscard]] Hash sha256(BytesView content);

// Ed25519 key pair of a 32-byte seed; the seed's length is asserted.
[[nodiscard]] KeyPair ed25519_key_pair(BytesView seed);

}  // namespace samband

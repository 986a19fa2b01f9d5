// What all signed statements of this folder share: a version in front, an Ed25519 signature behind.
#pragma once

#include <string_view>

#include "crypto/codec/reader.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

inline constexpr std::uint8_t statement_version = 1;

// Another version fails with unknown_value.
void read_statement_version(Reader& in);

[[nodiscard]] Ed25519Signature signature_of(BytesView private_key, std::string_view purpose, BytesView content);
[[nodiscard]] bool signature_holds(const Ed25519PublicKey& key, std::string_view purpose, BytesView content,
                                   const Ed25519Signature& signature);

}  // namespace samband::identity

// What the log vouches for at a moment. Source: RFC 9162 §4.9, §4.10 (TreeHeadDataV2, SignedTreeHeadDataV2).
#pragma once

#include <expected>

#include "crypto/bytes/fixed_id.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband::transparency {

// Ed25519.
using LogPublicKey = FixedId<struct LogPublicKeyTag, 32>;
using LogSignature = FixedId<struct LogSignatureTag, 64>;

// A head older than this tells people that the server may be holding news back.
inline constexpr std::uint64_t tree_head_age_ms_max = 15ULL * 60 * 1000;

struct TreeHead {
  Hash log_id;
  std::uint64_t tree_size = 0;
  WallTime at;
  Hash root;
  bool operator==(const TreeHead&) const = default;
};

struct SignedTreeHead {
  TreeHead body;
  LogSignature signature;  // by the log key, purpose "tree head"
  bool operator==(const SignedTreeHead&) const = default;
};

[[nodiscard]] Hash log_id_of(const LogPublicKey& log_key);

[[nodiscard]] SignedTreeHead sign(const TreeHead& body, BytesView log_private_key);
// The signature, and that the head is of that key's log.
[[nodiscard]] bool verify(const SignedTreeHead& head, const LogPublicKey& log_key);

[[nodiscard]] std::expected<SignedTreeHead, ParseError> parse_signed_tree_head(BytesView wire);
[[nodiscard]] Bytes encode(const SignedTreeHead& head);
[[nodiscard]] SignedTreeHead read_signed_tree_head(Reader& in);
void write(Writer& out, const SignedTreeHead& head);

}  // namespace samband::transparency

// Every bound a parser of MLS structures holds a peer to. RFC 9420 itself sets none below 2^30 bytes.
// Lengths are in bytes and counts in items; one item over is refused as too_long.
#pragma once

#include <cstddef>

namespace samband::mls {

// Members and tree. A full tree of 2^16 leaves has 2^17 - 1 nodes and paths of 16.
inline constexpr std::size_t leaves_max = std::size_t{1} << 16U;
inline constexpr std::size_t nodes_max = 2 * leaves_max - 1;
inline constexpr std::size_t path_nodes_max = 16;
static_assert(leaves_max == std::size_t{1} << path_nodes_max);

// One Commit may add every member of a large new group.
inline constexpr std::size_t proposals_max = std::size_t{1} << 14U;
inline constexpr std::size_t psks_max = 64;
inline constexpr std::size_t extensions_max = 64;
inline constexpr std::size_t capabilities_max = 256;  // values in each of the five lists
inline constexpr std::size_t external_senders_max = 64;
inline constexpr std::size_t certificates_max = 16;

inline constexpr std::size_t public_key_bytes_max = 133;  // a P-521 point, uncompressed
inline constexpr std::size_t kem_output_bytes_max = 133;
inline constexpr std::size_t signature_bytes_max = 139;  // ECDSA over P-521 in DER
inline constexpr std::size_t hash_bytes_max = 64;        // SHA-512; also MACs and KDF secrets
inline constexpr std::size_t aead_tag_bytes_max = 16;

inline constexpr std::size_t group_id_bytes_max = 255;
inline constexpr std::size_t psk_id_bytes_max = 255;
inline constexpr std::size_t identity_bytes_max = 4096;
inline constexpr std::size_t certificate_bytes_max = 16384;
inline constexpr std::size_t authenticated_data_bytes_max = std::size_t{1} << 16U;
inline constexpr std::size_t application_data_bytes_max = std::size_t{1} << 20U;

// A ratchet_tree extension may hold the whole tree; every vector of structures fits in this too.
inline constexpr std::size_t structure_bytes_max = std::size_t{1} << 26U;

}  // namespace samband::mls

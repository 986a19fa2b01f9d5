// How an encrypted file is cut, keyed and hashed: what its encryptor and its decryptor must agree on.
//
// A file of `size` bytes is cut into chunks of 64 KiB; an empty file has one empty chunk. The last chunk is
// padded with zeros to its Padmé length, so that storage learns the size only roughly. Each chunk is sealed with
// ChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015):
//   nonce = seven zeros, index (4 octets), last (1 octet)      aad = blob id, index, last
// under a key that serves one file. Never renumber: these are bytes at rest.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/bytes/bytes.h"
#include "crypto/identity/ids.h"
#include "crypto/suite/suite.h"

namespace samband {

inline constexpr std::uint16_t file_format_version = 1;
inline constexpr std::size_t file_chunk_bytes = std::size_t{64} << 10U;  // of plaintext
inline constexpr std::uint64_t file_bytes_max = std::uint64_t{2} << 30U;
inline constexpr std::size_t file_key_bytes = 32;
inline constexpr std::size_t file_tag_bytes = 16;

enum class FileError : std::uint8_t {
  too_large,            // more than file_bytes_max
  wrong_key_size,       // a file key is file_key_bytes long
  wrong_commitment,     // this key, blob id and size are not what the record commits to
  wrong_chunk_size,     // a chunk has another length than its place in the file gives it
  chunk_not_authentic,  // not this file's chunk for this place, or changed
  wrong_padding,        // what follows the end of the file is not zeros
  wrong_root,           // authentic chunks, but not those the record names
  no_more_chunks,       // the file has ended
  incomplete,           // the file has not ended
  file_changed,         // a chunk differs from the one that was sealed here before the upload was interrupted
};

// What names one encrypted file. All of it goes into the derivation of its keys.
struct FileHeader {
  BlobId blob;             // random, chosen with the file key
  std::uint64_t size = 0;  // bytes of plaintext, without padding; at most file_bytes_max
  bool operator==(const FileHeader&) const = default;
};

struct FileKeys {
  SecretBytes encryption_key;
  Hash commitment;  // public: no second file key gives the same one for this header
};

// `file_key`: file_key_bytes, random, never used for another file.
[[nodiscard]] FileKeys derive_file_keys(BytesView file_key, const FileHeader& header);

// At least 1: the last chunk, which may be empty, says that the file ends.
[[nodiscard]] std::uint32_t chunk_count(std::uint64_t size);
// Bytes of the file in chunk `index`, and of the sealed chunk that stands for it.
[[nodiscard]] std::size_t chunk_content_bytes(std::uint64_t size, std::uint32_t index);
[[nodiscard]] std::size_t chunk_sealed_bytes(std::uint64_t size, std::uint32_t index);
// Bytes of all sealed chunks together.
[[nodiscard]] std::uint64_t file_sealed_bytes(std::uint64_t size);

// Nonce and additional data of one chunk.
struct ChunkBinding {
  std::array<std::uint8_t, 12> nonce{};
  std::array<std::uint8_t, BlobId::size + 5> aad{};
};
[[nodiscard]] ChunkBinding chunk_binding(const BlobId& blob, std::uint32_t index, bool last);

// The root of a file's chunk hashes, folded in order so that no list of them is held:
//   state(0) = H(label, blob)    state(i + 1) = H(label, state(i), SHA-256(sealed chunk i))    root = the last state
// where H is SHA-256 with the label of a "document chunks" statement.
class ChunkHashes {
 public:
  explicit ChunkHashes(const BlobId& blob);
  void add(const Hash& chunk);
  [[nodiscard]] Hash root() const { return state_; }

 private:
  Hash state_;
};

}  // namespace samband

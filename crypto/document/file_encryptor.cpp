#include "crypto/document/file_encryptor.h"

#include <algorithm>

#include "crypto/suite/signing.h"

namespace samband {

FileEncryptor::FileEncryptor(SecretBytes file_key, FileHeader header, std::vector<Hash> sealed)
    : suite_{*CipherSuite::of(samband_suite)},
      file_key_{std::move(file_key)},
      header_{header},
      keys_{derive_file_keys(file_key_.view(), header_)},
      sealed_{std::move(sealed)},
      hashes_{header_.blob} {}

std::expected<FileEncryptor, FileError> FileEncryptor::start(std::uint64_t size, RandomSource& random) {
  if (size > file_bytes_max) return std::unexpected(FileError::too_large);
  SecretBytes file_key = random.secret(file_key_bytes);
  const auto blob = random.id<BlobId>();
  return FileEncryptor{std::move(file_key), {.blob = blob, .size = size}, {}};
}

std::expected<FileEncryptor, FileError> FileEncryptor::resume(SecretBytes file_key, FileHeader header,
                                                              std::vector<Hash> sealed) {
  if (header.size > file_bytes_max) return std::unexpected(FileError::too_large);
  if (file_key.size() != file_key_bytes) return std::unexpected(FileError::wrong_key_size);
  return FileEncryptor{std::move(file_key), header, std::move(sealed)};
}

std::expected<FileEncryptor::SealedChunk, FileError> FileEncryptor::seal_next(BytesView content) {
  if (done()) return std::unexpected(FileError::no_more_chunks);
  if (content.size() != next_content_bytes()) return std::unexpected(FileError::wrong_chunk_size);
  const bool last = next_ + 1 == chunk_count(header_.size);
  const ChunkBinding binding = chunk_binding(header_.blob, next_, last);
  SecretBytes padded{chunk_sealed_bytes(header_.size, next_) - file_tag_bytes};
  std::ranges::copy(content, padded.writable().begin());
  Bytes bytes = suite_.seal(keys_.encryption_key.view(), binding.nonce, binding.aad, padded.view());
  const Hash hash = sha256(bytes);
  if (next_ < sealed_.size() && sealed_[next_] != hash) return std::unexpected(FileError::file_changed);
  hashes_.add(hash);
  return SealedChunk{.index = next_++, .bytes = std::move(bytes), .hash = hash};
}

std::expected<SealedFile, FileError> FileEncryptor::finish() const {
  if (!done()) return std::unexpected(FileError::incomplete);
  return SealedFile{.header = header_, .commitment = keys_.commitment, .root = hashes_.root()};
}

}  // namespace samband

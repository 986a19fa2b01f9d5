#include "crypto/document/file_decryptor.h"

#include <algorithm>

#include "crypto/suite/signing.h"

namespace samband {

FileDecryptor::FileDecryptor(const SealedFile& file, SecretBytes encryption_key)
    : suite_{*CipherSuite::of(samband_suite)},
      file_{file},
      encryption_key_{std::move(encryption_key)},
      hashes_{file.header.blob} {}

std::expected<FileDecryptor, FileError> FileDecryptor::open(BytesView file_key, const SealedFile& file) {
  if (file.header.size > file_bytes_max) return std::unexpected(FileError::too_large);
  if (file_key.size() != file_key_bytes) return std::unexpected(FileError::wrong_key_size);
  FileKeys keys = derive_file_keys(file_key, file.header);
  if (keys.commitment != file.commitment) return std::unexpected(FileError::wrong_commitment);
  return FileDecryptor{file, std::move(keys.encryption_key)};
}

std::expected<SecretBytes, FileError> FileDecryptor::open_next(BytesView sealed_chunk) {
  if (done()) return std::unexpected(FileError::no_more_chunks);
  if (sealed_chunk.size() != chunk_sealed_bytes(file_.header.size, next_)) {
    return std::unexpected(FileError::wrong_chunk_size);
  }
  const bool last = next_ + 1 == chunk_count(file_.header.size);
  const ChunkBinding binding = chunk_binding(file_.header.blob, next_, last);
  auto padded = suite_.open(encryption_key_.view(), binding.nonce, binding.aad, sealed_chunk);
  if (!padded) return std::unexpected(FileError::chunk_not_authentic);

  const std::size_t content_bytes = chunk_content_bytes(file_.header.size, next_);
  const BytesView padding = padded->view().subspan(content_bytes);
  if (!std::ranges::all_of(padding, [](std::uint8_t octet) { return octet == 0; })) {
    return std::unexpected(FileError::wrong_padding);
  }
  ChunkHashes hashes = hashes_;
  hashes.add(sha256(sealed_chunk));
  if (last && hashes.root() != file_.root) return std::unexpected(FileError::wrong_root);
  hashes_ = hashes;
  ++next_;
  if (padding.empty()) return std::move(*padded);
  return SecretBytes{padded->view().first(content_bytes)};
}

}  // namespace samband

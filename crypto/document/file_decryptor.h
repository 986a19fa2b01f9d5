// Decrypts a file one chunk at a time, in order; nothing but the chunk at hand is in memory.
// Pure computation. One owner, one thread at a time.
#pragma once

#include <expected>

#include "crypto/document/file_encryptor.h"
#include "crypto/document/file_format.h"

namespace samband {

class FileDecryptor {
 public:
  // `file` comes from a verified record. The commitment is checked before anything is decrypted: else one
  // ciphertext could open to two contents under two keys, and members would read different documents.
  // Errors: too_large, wrong_key_size, wrong_commitment.
  [[nodiscard]] static std::expected<FileDecryptor, FileError> open(BytesView file_key, const SealedFile& file);

  // The content of the next chunk. The last one is given out only if all chunks together have the record's
  // root. On any error the decryptor stays where it was, so a chunk may be fetched anew.
  // Errors: no_more_chunks, wrong_chunk_size, chunk_not_authentic, wrong_padding, wrong_root.
  [[nodiscard]] std::expected<SecretBytes, FileError> open_next(BytesView sealed_chunk);

  // Until this is true the file may have been cut: what came out of `open_next` is not yet the document.
  [[nodiscard]] bool done() const { return next_ == chunk_count(file_.header.size); }
  [[nodiscard]] std::uint32_t next_index() const { return next_; }

 private:
  FileDecryptor(const SealedFile& file, SecretBytes encryption_key);

  CipherSuite suite_;
  SealedFile file_;
  SecretBytes encryption_key_;
  ChunkHashes hashes_;
  std::uint32_t next_ = 0;
};

}  // namespace samband

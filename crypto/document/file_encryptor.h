// Encrypts a file one chunk at a time, in order; nothing but the chunk at hand is in memory.
// Pure computation: the caller reads the file and stores what comes out. One owner, one thread at a time.
#pragma once

#include <expected>
#include <vector>

#include "crypto/document/file_format.h"

namespace samband {

// What a signed record needs to say about an encrypted file.
struct SealedFile {
  FileHeader header;
  Hash commitment;
  Hash root;
};

class FileEncryptor {
 public:
  // A new file key and blob id. Errors: too_large.
  [[nodiscard]] static std::expected<FileEncryptor, FileError> start(std::uint64_t size, RandomSource& random);

  // Goes on with an upload that was interrupted, from the file's first chunk. `sealed` holds the hashes of the
  // chunks sealed before, in order. They must have been recorded before those chunks left the device: a chunk
  // that comes out differently would be a second text under one nonce, so it is refused with file_changed and
  // never leaves; the caller then starts over with a new key. Errors: too_large, wrong_key_size.
  [[nodiscard]] static std::expected<FileEncryptor, FileError> resume(SecretBytes file_key, FileHeader header,
                                                                      std::vector<Hash> sealed);

  // For the record, and for the members that may read the file. Both live as long as the encryptor.
  [[nodiscard]] BytesView file_key() const { return file_key_.view(); }
  [[nodiscard]] const FileHeader& header() const { return header_; }

  // The bytes of the file that the next chunk takes; ask `done` first.
  [[nodiscard]] std::size_t next_content_bytes() const { return chunk_content_bytes(header_.size, next_); }
  [[nodiscard]] bool done() const { return next_ == chunk_count(header_.size); }

  struct SealedChunk {
    std::uint32_t index = 0;
    Bytes bytes;
    Hash hash;  // to be recorded before the bytes leave
  };
  // Errors: no_more_chunks; wrong_chunk_size (the file grew or shrank), file_changed: the encryptor stays where it was.
  [[nodiscard]] std::expected<SealedChunk, FileError> seal_next(BytesView content);

  // Errors: incomplete.
  [[nodiscard]] std::expected<SealedFile, FileError> finish() const;

 private:
  FileEncryptor(SecretBytes file_key, FileHeader header, std::vector<Hash> sealed);

  CipherSuite suite_;
  SecretBytes file_key_;
  FileHeader header_;
  FileKeys keys_;
  std::vector<Hash> sealed_;  // chunks of an earlier run; at most chunk_count
  ChunkHashes hashes_;
  std::uint32_t next_ = 0;
};

}  // namespace samband

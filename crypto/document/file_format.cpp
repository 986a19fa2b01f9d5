#include "crypto/document/file_format.h"

#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/codec/writer.h"
#include "crypto/document/padme.h"
#include "crypto/suite/signing.h"

namespace samband {
namespace {

constexpr std::string_view chunk_hash_purpose = "document chunks";

// Shorter than a block of SHA-256, so that HMAC takes it as a key unhashed and of this one length.
Bytes encode(const FileHeader& header) {
  Writer out;
  out.u16(file_format_version);
  out.fixed(header.blob.view());
  out.u64(header.size);
  out.u32(file_chunk_bytes);
  return out.take();
}

}  // namespace

FileKeys derive_file_keys(BytesView file_key, const FileHeader& header) {
  SAMBAND_CHECK(file_key.size() == file_key_bytes);
  const CipherSuite suite = *CipherSuite::of(samband_suite);
  const SecretBytes prk = suite.extract(encode(header), file_key);
  return {suite.expand(prk.view(), view_of("samband file encryption"), suite.aead_key_bytes()),
          *Hash::of(suite.expand(prk.view(), view_of("samband file commitment"), Hash::size).view())};
}

std::uint32_t chunk_count(std::uint64_t size) {
  SAMBAND_CHECK(size <= file_bytes_max);
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (size + file_chunk_bytes - 1) / file_chunk_bytes));
}

std::size_t chunk_content_bytes(std::uint64_t size, std::uint32_t index) {
  SAMBAND_CHECK(index < chunk_count(size));
  return std::min<std::uint64_t>(file_chunk_bytes, size - std::uint64_t{index} * file_chunk_bytes);
}

std::size_t chunk_sealed_bytes(std::uint64_t size, std::uint32_t index) {
  // A chunk that is full stays as it is: Padmé keeps powers of two.
  return padme_length(chunk_content_bytes(size, index)) + file_tag_bytes;
}

std::uint64_t file_sealed_bytes(std::uint64_t size) {
  const std::uint32_t last = chunk_count(size) - 1;
  return std::uint64_t{last} * (file_chunk_bytes + file_tag_bytes) + chunk_sealed_bytes(size, last);
}

ChunkBinding chunk_binding(const BlobId& blob, std::uint32_t index, bool last) {
  Writer place;
  place.u32(index);
  place.u8(last ? 1 : 0);
  ChunkBinding binding;
  std::ranges::copy(place.view(), binding.nonce.end() - 5);
  std::ranges::copy(blob.bytes, binding.aad.begin());
  std::ranges::copy(place.view(), binding.aad.end() - 5);
  return binding;
}

ChunkHashes::ChunkHashes(const BlobId& blob) : state_{hash_statement(chunk_hash_purpose, blob.view())} {}

void ChunkHashes::add(const Hash& chunk) {
  state_ = hash_statement(chunk_hash_purpose, concat({state_.view(), chunk.view()}));
}

}  // namespace samband

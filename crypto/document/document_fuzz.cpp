// A document's record; and chunks that somebody who has the file key sealed as the input says.
#include "crypto/codec/fuzzing.h"
#include "crypto/document/document_record.h"
#include "crypto/document/file_decryptor.h"
#include "crypto/suite/signing.h"

namespace {

using namespace samband;
using fuzzing::expect;

constexpr CipherSuiteId chunk_suite = samband_suite;
const Bytes file_key(file_key_bytes, 7);

Bytes seal_chunk(const FileHeader& header, BytesView content) {
  const ChunkBinding binding = chunk_binding(header.blob, 0, true);
  return CipherSuite::of(chunk_suite)
      ->seal(derive_file_keys(file_key, header).encryption_key.view(), binding.nonce, binding.aad, content);
}

// A file of one chunk whose plaintext and padding are the input's: what opens is what an honest author seals.
void check_chunk(BytesView input) {
  fuzzing::Script script{input};
  const FileHeader header{.blob = {}, .size = script.u8()};
  Bytes content(chunk_sealed_bytes(header.size, 0) - file_tag_bytes + script.below(2));
  for (std::uint8_t& octet : content) octet = script.u8();
  const Bytes sealed = seal_chunk(header, content);
  ChunkHashes hashes{header.blob};
  hashes.add(sha256(sealed));

  auto decryptor =
      FileDecryptor::open(file_key, {header, derive_file_keys(file_key, header).commitment, hashes.root()}).value();
  const auto opened = decryptor.open_next(sealed);
  if (!opened) return expect(!decryptor.done());
  auto encryptor = FileEncryptor::resume(SecretBytes{file_key}, header, {}).value();
  expect(decryptor.done() && encryptor.seal_next(opened->view())->bytes == sealed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input{data, size};
  fuzzing::expect_one_encoding(input, parse_document_record);
  check_chunk(input);
  return 0;
}

#include <gtest/gtest.h>

#include "crypto/document/file_decryptor.h"
#include "crypto/document/padme.h"
#include "crypto/suite/signing.h"

namespace samband {
namespace {

// A file of bytes that differ from chunk to chunk.
Bytes file_of(std::uint64_t size) {
  Bytes file(size);
  for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<std::uint8_t>(i * 31 + i / file_chunk_bytes);
  return file;
}

BytesView content_of(const Bytes& file, std::uint32_t index) {
  return BytesView{file}.subspan(std::size_t{index} * file_chunk_bytes, chunk_content_bytes(file.size(), index));
}

struct Sealed {
  SecretBytes key;
  SealedFile file;
  std::vector<Bytes> chunks;
  std::vector<Hash> hashes;
};

Sealed seal(FileEncryptor encryptor, const Bytes& file) {
  Sealed out;
  while (!encryptor.done()) {
    auto chunk = encryptor.seal_next(content_of(file, static_cast<std::uint32_t>(out.chunks.size()))).value();
    out.chunks.push_back(std::move(chunk.bytes));
    out.hashes.push_back(chunk.hash);
  }
  out.file = encryptor.finish().value();
  out.key = SecretBytes{encryptor.file_key()};
  return out;
}

Sealed seal(const Bytes& file, std::uint64_t seed = 1) {
  SeededRandom random{seed};
  return seal(FileEncryptor::start(file.size(), random).value(), file);
}

FileDecryptor decryptor_of(const Sealed& sealed) {
  return FileDecryptor::open(sealed.key.view(), sealed.file).value();
}

constexpr std::uint64_t three_chunks = 2 * file_chunk_bytes + 1000;

TEST(FileEncryption, GivesBackFilesOfEverySizeAroundAChunk) {
  for (std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000},
                             std::uint64_t{file_chunk_bytes - 1}, std::uint64_t{file_chunk_bytes},
                             std::uint64_t{file_chunk_bytes + 1}, three_chunks, std::uint64_t{3 * file_chunk_bytes}}) {
    const Bytes file = file_of(size);
    const Sealed sealed = seal(file);
    FileDecryptor decryptor = decryptor_of(sealed);
    Bytes back;
    std::uint64_t sealed_bytes = 0;
    for (const Bytes& chunk : sealed.chunks) {
      const auto content = decryptor.open_next(chunk);
      ASSERT_TRUE(content) << size;
      back.insert(back.end(), content->view().begin(), content->view().end());
      sealed_bytes += chunk.size();
    }
    EXPECT_TRUE(decryptor.done());
    EXPECT_EQ(back, file);
    EXPECT_EQ(sealed.chunks.size(), chunk_count(size));
    EXPECT_EQ(sealed_bytes, file_sealed_bytes(size));
  }
}

TEST(FileEncryption, PadsTheLastChunk) {
  const Sealed sealed = seal(file_of(three_chunks));
  EXPECT_EQ(sealed.chunks[0].size(), file_chunk_bytes + file_tag_bytes);
  EXPECT_EQ(sealed.chunks[2].size(), padme_length(1000) + file_tag_bytes);
  EXPECT_GT(padme_length(1000), 1000U);
}

TEST(FileEncryption, SealsOneFileTwiceWithoutAnythingInCommon) {
  const Bytes file = file_of(1000);
  const Sealed one = seal(file, 1), other = seal(file, 2);
  EXPECT_NE(one.file.header.blob, other.file.header.blob);
  EXPECT_NE(one.file.commitment, other.file.commitment);
  EXPECT_NE(one.chunks[0], other.chunks[0]);
}

TEST(FileEncryption, TakesFilesUpToTheBoundAndNoFurther) {
  SeededRandom random{1};
  EXPECT_TRUE(FileEncryptor::start(file_bytes_max, random));
  EXPECT_EQ(FileEncryptor::start(file_bytes_max + 1, random), std::unexpected(FileError::too_large));
  SealedFile file;
  file.header.size = file_bytes_max + 1;
  EXPECT_EQ(FileDecryptor::open(Bytes(file_key_bytes), file), std::unexpected(FileError::too_large));
  EXPECT_EQ(FileEncryptor::resume(random.secret(file_key_bytes), file.header, {}),
            std::unexpected(FileError::too_large));
}

TEST(FileEncryptor, RefusesAChunkOfAnotherSizeThanTheFileSaid) {
  SeededRandom random{1};
  auto encryptor = FileEncryptor::start(1000, random).value();
  EXPECT_EQ(encryptor.seal_next(Bytes(999)), std::unexpected(FileError::wrong_chunk_size));
  EXPECT_EQ(encryptor.seal_next(Bytes(1001)), std::unexpected(FileError::wrong_chunk_size));
  EXPECT_EQ(encryptor.finish(), std::unexpected(FileError::incomplete));
  EXPECT_TRUE(encryptor.seal_next(Bytes(1000)));
  EXPECT_EQ(encryptor.seal_next({}), std::unexpected(FileError::no_more_chunks));
}

TEST(FileEncryptor, AResumedUploadSealsTheSameChunks) {
  const Bytes file = file_of(three_chunks);
  const Sealed whole = seal(file);
  auto resumed = FileEncryptor::resume(whole.key.duplicate(), whole.file.header, {whole.hashes[0], whole.hashes[1]});
  const Sealed again = seal(std::move(resumed).value(), file);
  EXPECT_EQ(again.chunks, whole.chunks);
  EXPECT_EQ(again.file.root, whole.file.root);
}

TEST(FileEncryptor, AResumedUploadOfAFileThatChangedSealsNothingUnderAUsedNonce) {
  Bytes file = file_of(three_chunks);
  const Sealed whole = seal(file);
  file[file_chunk_bytes + 5] ^= 1;
  auto resumed = FileEncryptor::resume(whole.key.duplicate(), whole.file.header, whole.hashes).value();
  EXPECT_TRUE(resumed.seal_next(content_of(file, 0)));
  EXPECT_EQ(resumed.seal_next(content_of(file, 1)), std::unexpected(FileError::file_changed));
  EXPECT_EQ(FileEncryptor::resume(SecretBytes{31}, whole.file.header, {}), std::unexpected(FileError::wrong_key_size));
}

TEST(FileDecryptor, ChecksTheCommitmentBeforeAnythingElse) {
  const Sealed sealed = seal(file_of(1000));
  const auto open_with = [&](const SealedFile& file) { return FileDecryptor::open(sealed.key.view(), file); };
  SeededRandom random{9};
  EXPECT_EQ(FileDecryptor::open(random.secret(file_key_bytes).view(), sealed.file),
            std::unexpected(FileError::wrong_commitment));
  EXPECT_EQ(FileDecryptor::open(sealed.key.view().first(31), sealed.file), std::unexpected(FileError::wrong_key_size));
  SealedFile file = sealed.file;
  file.commitment.bytes[0] ^= 1;
  EXPECT_EQ(open_with(file), std::unexpected(FileError::wrong_commitment));
  file = sealed.file;
  file.header.size = 999;
  EXPECT_EQ(open_with(file), std::unexpected(FileError::wrong_commitment));
  file = sealed.file;
  file.header.blob.bytes[0] ^= 1;
  EXPECT_EQ(open_with(file), std::unexpected(FileError::wrong_commitment));
}

TEST(FileDecryptor, RefusesChunksInAnotherOrder) {
  const Sealed sealed = seal(file_of(three_chunks));
  FileDecryptor decryptor = decryptor_of(sealed);
  EXPECT_EQ(decryptor.open_next(sealed.chunks[1]), std::unexpected(FileError::chunk_not_authentic));
  EXPECT_TRUE(decryptor.open_next(sealed.chunks[0]));
  EXPECT_EQ(decryptor.open_next(sealed.chunks[0]), std::unexpected(FileError::chunk_not_authentic));
}

TEST(FileDecryptor, GoesOnAfterAChunkThatWasRefusedOnceTheRightOneComes) {
  const Sealed sealed = seal(file_of(three_chunks));
  FileDecryptor decryptor = decryptor_of(sealed);
  Bytes tampered = sealed.chunks[0];
  tampered[100] ^= 1;
  EXPECT_EQ(decryptor.open_next(tampered), std::unexpected(FileError::chunk_not_authentic));
  for (const Bytes& chunk : sealed.chunks) EXPECT_TRUE(decryptor.open_next(chunk));
  EXPECT_TRUE(decryptor.done());
}

TEST(FileDecryptor, RefusesChunksCutOrLengthened) {
  const Sealed sealed = seal(file_of(1000));
  FileDecryptor decryptor = decryptor_of(sealed);
  Bytes chunk = sealed.chunks[0];
  chunk.push_back(0);
  EXPECT_EQ(decryptor.open_next(chunk), std::unexpected(FileError::wrong_chunk_size));
  chunk.resize(sealed.chunks[0].size() - 1);
  EXPECT_EQ(decryptor.open_next(chunk), std::unexpected(FileError::wrong_chunk_size));
  EXPECT_EQ(decryptor.open_next({}), std::unexpected(FileError::wrong_chunk_size));
}

TEST(FileDecryptor, IsNotDoneWhenTheFileIsCutAtAChunk) {
  const Sealed sealed = seal(file_of(three_chunks));
  FileDecryptor decryptor = decryptor_of(sealed);
  EXPECT_TRUE(decryptor.open_next(sealed.chunks[0]));
  EXPECT_TRUE(decryptor.open_next(sealed.chunks[1]));
  EXPECT_FALSE(decryptor.done());
}

TEST(FileDecryptor, RefusesMoreChunksThanTheFileHas) {
  const Sealed sealed = seal(file_of(1000));
  FileDecryptor decryptor = decryptor_of(sealed);
  EXPECT_TRUE(decryptor.open_next(sealed.chunks[0]));
  EXPECT_EQ(decryptor.open_next(sealed.chunks[0]), std::unexpected(FileError::no_more_chunks));
}

TEST(FileDecryptor, RefusesAChunkOfAnotherFile) {
  const Bytes file = file_of(1000);
  FileDecryptor decryptor = decryptor_of(seal(file, 1));
  EXPECT_EQ(decryptor.open_next(seal(file, 2).chunks[0]), std::unexpected(FileError::chunk_not_authentic));
}

// The tests below seal by hand what a member with the file key could make, so that each check stands alone.
class ForgedChunk : public testing::Test {
 protected:
  Sealed sealed = seal(file_of(2 * file_chunk_bytes));
  CipherSuite suite = CipherSuite::of(samband_suite).value();

  Bytes seal_as(const ChunkBinding& nonce_of, const ChunkBinding& aad_of, BytesView content) const {
    const FileKeys keys = derive_file_keys(sealed.key.view(), sealed.file.header);
    return suite.seal(keys.encryption_key.view(), nonce_of.nonce, aad_of.aad, content);
  }
};

TEST_F(ForgedChunk, IsRefusedWithTheLastFlagOfAnotherPlace) {
  const BlobId& blob = sealed.file.header.blob;
  const Bytes content = file_of(file_chunk_bytes);
  FileDecryptor decryptor = decryptor_of(sealed);
  const ChunkBinding first = chunk_binding(blob, 0, false), as_last = chunk_binding(blob, 0, true);
  EXPECT_EQ(decryptor.open_next(seal_as(as_last, as_last, content)), std::unexpected(FileError::chunk_not_authentic));
  EXPECT_EQ(decryptor.open_next(seal_as(first, as_last, content)), std::unexpected(FileError::chunk_not_authentic));
  EXPECT_EQ(decryptor.open_next(seal_as(as_last, first, content)), std::unexpected(FileError::chunk_not_authentic));
  EXPECT_TRUE(decryptor.open_next(seal_as(first, first, content)));
  const ChunkBinding not_last = chunk_binding(blob, 1, false);
  EXPECT_EQ(decryptor.open_next(seal_as(not_last, not_last, content)), std::unexpected(FileError::chunk_not_authentic));
}

TEST_F(ForgedChunk, IsRefusedWithTheIdOfAnotherFile) {
  BlobId other = sealed.file.header.blob;
  other.bytes[31] ^= 1;
  FileDecryptor decryptor = decryptor_of(sealed);
  const ChunkBinding here = chunk_binding(sealed.file.header.blob, 0, false), there = chunk_binding(other, 0, false);
  EXPECT_EQ(decryptor.open_next(seal_as(here, there, file_of(file_chunk_bytes))),
            std::unexpected(FileError::chunk_not_authentic));
}

TEST_F(ForgedChunk, IsRefusedByTheRootThoughItIsAuthentic) {
  const ChunkBinding first = chunk_binding(sealed.file.header.blob, 0, false);
  FileDecryptor decryptor = decryptor_of(sealed);
  EXPECT_TRUE(decryptor.open_next(seal_as(first, first, Bytes(file_chunk_bytes))));
  EXPECT_EQ(decryptor.open_next(sealed.chunks[1]), std::unexpected(FileError::wrong_root));
  EXPECT_FALSE(decryptor.done());
}

TEST(FileDecryptor, RefusesPaddingThatIsNotZeros) {
  Sealed sealed = seal(file_of(1000));
  const FileKeys keys = derive_file_keys(sealed.key.view(), sealed.file.header);
  Bytes padded(padme_length(1000));
  padded.back() = 1;
  const ChunkBinding binding = chunk_binding(sealed.file.header.blob, 0, true);
  const Bytes chunk =
      CipherSuite::of(samband_suite)->seal(keys.encryption_key.view(), binding.nonce, binding.aad, padded);
  ChunkHashes hashes{sealed.file.header.blob};
  hashes.add(sha256(chunk));
  sealed.file.root = hashes.root();
  EXPECT_EQ(decryptor_of(sealed).open_next(chunk), std::unexpected(FileError::wrong_padding));
}

TEST(ChunkHashes, DependOnTheFileTheOrderAndEveryChunk) {
  const Hash a = sha256(Bytes{1}), b = sha256(Bytes{2});
  const auto root_of = [](const BlobId& blob, std::initializer_list<Hash> chunks) {
    ChunkHashes hashes{blob};
    for (const Hash& chunk : chunks) hashes.add(chunk);
    return hashes.root();
  };
  BlobId other;
  other.bytes[0] = 1;
  EXPECT_NE(root_of({}, {a, b}), root_of({}, {b, a}));
  EXPECT_NE(root_of({}, {a, b}), root_of({}, {a}));
  EXPECT_NE(root_of({}, {a, b}), root_of(other, {a, b}));
}

}  // namespace
}  // namespace samband

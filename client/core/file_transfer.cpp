#include "client/core/file_transfer.h"

#include <algorithm>
#include <deque>
#include <set>

#include "client/core/guarding.h"
#include "client/core/places.h"
#include "crypto/codec/hex.h"
#include "crypto/codec/writer.h"
#include "crypto/document/file_decryptor.h"
#include "crypto/suite/sha256.h"

namespace samband::client {

namespace {

constexpr std::uint8_t upload_record_version = 1;
constexpr std::size_t read_bytes = std::size_t{256} << 10U;
constexpr std::uint64_t progress_step_bytes = std::uint64_t{1} << 20U;
constexpr std::uint16_t aead_chacha20_poly1305 = 29;  // IANA "AEAD Algorithms"
constexpr std::uint8_t hash_sha256 = 1;               // IANA "Named Information Hash Algorithm"
constexpr std::string_view blob_url = "samband:blob/";

Fault fault_of(StreamError error) {
  switch (error) {
    case StreamError::unreadable: return Fault::unreadable;
    case StreamError::changed: return Fault::source_changed;
    case StreamError::unwritable: return Fault::unwritable;
  }
  return Fault::unreadable;
}

// Hash and guard, in one reading before anything is sealed.
std::expected<Hash, Failure> inspect(DocumentSource& source, const std::optional<std::string>& reason, WallTime now) {
  Sha256 hash;
  NumberScanner scanner{check_rule_at(now)};
  for (std::uint64_t at = 0; at < source.size();) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(read_bytes, source.size() - at));
    const auto piece = source.read(at, size);
    if (!piece) return failure(fault_of(piece.error()));
    if (piece->size() != size) return failure(Fault::unreadable);
    hash.add(*piece);
    scanner.feed(*piece);
    at += size;
  }
  scanner.finish();
  if (const Outcome passed = pass_guard(scanner.findings(), reason); !passed) return std::unexpected(passed.error());
  return hash.finish();
}

// --- the upload as the profile remembers it: its key and header, then one chunk hash for each number

Place chunk_place(const ChannelId& channel, const std::string& name, std::uint32_t index) {
  Place place = places::upload(channel, view_of(name));
  place.order = storage::KeyWriter{}.u32(index).take();
  return place;
}

void remember_start(Parts& parts, const ChannelId& channel, const std::string& name, const FileEncryptor& encryptor,
                    const Hash& sha256) {
  Writer out;
  out.u8(upload_record_version);
  out.fixed(sha256.view());
  out.fixed(encryptor.file_key());
  out.fixed(encryptor.header().blob.view());
  out.u64(encryptor.header().size);
  parts.profile.remove_scope(places::upload(channel, view_of(name)));
  parts.profile.put(places::upload(channel, view_of(name)), out.take_secret());
}

// The encryptor of an upload that was begun with this very file.
std::optional<FileEncryptor> find_begun(Parts& parts, const ChannelId& channel, const std::string& name,
                                        const Hash& sha256) {
  const auto kept = parts.profile.get(places::upload(channel, view_of(name)));
  if (!kept) return std::nullopt;
  Reader in{kept->view()};
  const std::uint8_t version = in.u8();
  const Hash begun = in.id<Hash>();
  SecretBytes file_key{in.fixed(file_key_bytes)};
  FileHeader header;
  header.blob = in.id<BlobId>();
  header.size = in.u64();
  if (in.finish() || version != upload_record_version || begun != sha256) return std::nullopt;
  std::vector<Hash> chunks;
  parts.profile.scan(chunk_place(channel, name, 0), [&](BytesView, BytesView value) {
    if (const auto hash = Hash::of(value)) chunks.push_back(*hash);
    return true;
  });
  auto encryptor = FileEncryptor::resume(std::move(file_key), header, std::move(chunks));
  if (!encryptor) return std::nullopt;
  return std::move(*encryptor);
}

// Chunks that the server does not have yet.
struct Missing {
  std::set<std::uint32_t> below;
  std::uint32_t from = 0;
  [[nodiscard]] bool has(std::uint32_t index) const { return index >= from || below.contains(index); }
};

Missing missing_of(const protocol::ReplyBody& reply) {
  const auto* state = std::get_if<protocol::UploadState>(&reply);
  if (state == nullptr) return {};  // nothing of it is there
  return {{state->missing_below.begin(), state->missing_below.end()}, state->next};
}

Failure failure_of_file(FileError error) {
  const Fault fault = error == FileError::too_large ? Fault::too_large : Fault::source_changed;
  return {.fault = fault, .detail = {}, .choices = {}, .findings = {}};
}

using Answers = std::deque<Later<protocol::ReplyBody>>;

Task<Outcome> take_answer(Answers& answers) {
  const Later<protocol::ReplyBody> oldest = answers.front();
  answers.pop_front();
  const protocol::ReplyBody reply = co_await oldest;
  if (std::holds_alternative<protocol::Refused>(reply)) co_return std::unexpected(failure_of(reply));
  co_return Outcome{};
}

Task<Outcome> send_chunks(Parts& parts, OperationId operation, ChannelId channel, const std::string& name,
                          DocumentSource& source, FileEncryptor& encryptor) {
  const auto state_answer = parts.session.ask(protocol::FetchUpload{channel, encryptor.header().blob});
  const protocol::ReplyBody state = co_await state_answer;
  const Missing missing = missing_of(state);
  Answers answers;
  std::uint64_t at = 0;
  while (!encryptor.done()) {
    const std::size_t size = encryptor.next_content_bytes();
    const auto content = source.read(at, size);
    if (!content) co_return failure(fault_of(content.error()));
    auto sealed = encryptor.seal_next(*content);
    if (!sealed) co_return std::unexpected(failure_of_file(sealed.error()));
    at += size;
    if (!missing.has(sealed->index)) continue;
    parts.profile.put(chunk_place(channel, name, sealed->index), sealed->hash.view());
    protocol::UploadChunk request{channel, encryptor.header().blob, sealed->index, std::move(sealed->bytes)};
    answers.push_back(parts.session.ask(std::move(request)));
    if (at / progress_step_bytes != (at - size) / progress_step_bytes) {
      parts.turn.tell(operation, Progress{at, source.size()});
    }
    if (answers.size() < chunks_in_flight_max) continue;
    auto taking = take_answer(answers);
    const Outcome taken = co_await taking;
    if (!taken) co_return taken;
  }
  while (!answers.empty()) {
    auto taking = take_answer(answers);
    const Outcome taken = co_await taking;
    if (!taken) co_return taken;
  }
  co_return Outcome{};
}

Task<Outcome> seal_blob(Parts& parts, ChannelId channel, SealedFile file) {
  protocol::SealBlob request{channel, file.header.blob, file_sealed_bytes(file.header.size),
                             chunk_count(file.header.size), file.root};
  const auto answer = parts.session.submit(std::move(request));
  const protocol::ReplyBody reply = co_await answer;
  if (std::holds_alternative<protocol::Refused>(reply)) co_return std::unexpected(failure_of(reply));
  co_return Outcome{};
}

}  // namespace

Task<Uploaded> upload_file(Parts& parts, OperationId operation, ChannelId channel, std::string upload_name,
                           std::shared_ptr<DocumentSource> source, std::optional<std::string> guard_reason) {
  const auto sha256 = inspect(*source, guard_reason, parts.turn.now());
  if (!sha256) co_return std::unexpected(sha256.error());
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  auto encryptor = find_begun(parts, channel, upload_name, *sha256);
  if (!encryptor) {
    auto started = FileEncryptor::start(source->size(), parts.random);
    if (!started) co_return std::unexpected(failure_of_file(started.error()));
    encryptor.emplace(std::move(*started));
    remember_start(parts, channel, upload_name, *encryptor, *sha256);
  }
  auto sending = send_chunks(parts, operation, channel, upload_name, *source, *encryptor);
  const Outcome sent = co_await sending;
  if (!sent) co_return std::unexpected(sent.error());
  const auto sealed = encryptor->finish();
  if (!sealed) co_return std::unexpected(failure_of_file(sealed.error()));
  auto sealing = seal_blob(parts, channel, *sealed);
  const Outcome kept = co_await sealing;
  if (!kept) co_return std::unexpected(kept.error());
  co_return UploadedFile{SecretBytes{encryptor->file_key()}, *sealed, *sha256};
}

void forget_upload(Parts& parts, const ChannelId& channel, const std::string& upload_name) {
  parts.profile.remove_scope(places::upload(channel, view_of(upload_name)));
}

ExternalPart part_of(const UploadedFile& file, std::string name) {
  Writer binding;
  binding.fixed(file.sealed.header.blob.view());
  binding.fixed(file.sealed.commitment.view());
  binding.fixed(file.sealed.root.view());
  ExternalPart part;
  part.content_type = "application/octet-stream";
  part.url = std::string{blob_url} + to_hex(file.sealed.header.blob.view());
  part.size = file.sealed.header.size;
  part.enc_alg = aead_chacha20_poly1305;
  part.key = copy_of(file.file_key.view());
  part.aad = binding.take();
  part.hash_alg = hash_sha256;
  part.content_hash = copy_of(file.sha256.view());
  part.filename = std::move(name);
  return part;
}

std::optional<FileReference> reference_of(const ExternalPart& part) {
  Reader binding{part.aad};
  FileReference file;
  file.sealed.header.blob = binding.id<BlobId>();
  file.sealed.header.size = part.size;
  file.sealed.commitment = binding.id<Hash>();
  file.sealed.root = binding.id<Hash>();
  const auto sha256 = Hash::of(part.content_hash);
  const bool sound = !binding.finish() && sha256 && part.enc_alg == aead_chacha20_poly1305 &&
                     part.hash_alg == hash_sha256 && part.key.size() == file_key_bytes && !part.filename.empty() &&
                     part.size <= file_bytes_max &&
                     part.url == std::string{blob_url} + to_hex(file.sealed.header.blob.view());
  if (!sound) return std::nullopt;
  file.name = part.filename;
  file.bytes = part.size;
  file.sha256 = *sha256;
  file.file_key = SecretBytes{part.key};
  return file;
}

Task<Outcome> download_file(Parts& parts, OperationId operation, ChannelId channel,
                            std::shared_ptr<const FileReference> file, std::shared_ptr<DocumentSink> sink) {
  auto decryptor = FileDecryptor::open(file->file_key.view(), file->sealed);
  if (!decryptor) co_return failure(Fault::damaged, file->name);
  const std::uint32_t chunks = chunk_count(file->bytes);
  const BlobId blob = file->sealed.header.blob;
  Answers answers;
  Sha256 hash;
  std::uint64_t written = 0;
  for (std::uint32_t asked = 0; !decryptor->done();) {
    while (asked < chunks && answers.size() < chunks_in_flight_max) {
      answers.push_back(parts.session.ask(protocol::FetchChunk{channel, blob, asked}));
      ++asked;
    }
    const Later<protocol::ReplyBody> oldest = answers.front();
    answers.pop_front();
    const protocol::ReplyBody reply = co_await oldest;
    const auto* chunk = std::get_if<protocol::Chunk>(&reply);
    if (chunk == nullptr) co_return failure(Fault::not_delivered_yet, file->name);
    const auto content = decryptor->open_next(chunk->chunk);
    if (!content) co_return failure(Fault::damaged, file->name);
    hash.add(content->view());
    if (!sink->write(content->view())) co_return failure(Fault::unwritable);
    written += content->size();
    if (written / progress_step_bytes != (written - content->size()) / progress_step_bytes) {
      parts.turn.tell(operation, Progress{written, file->bytes});
    }
  }
  if (hash.finish() != file->sha256) co_return failure(Fault::damaged, file->name);
  if (!sink->finish()) co_return failure(Fault::unwritable);
  co_return Outcome{};
}

}  // namespace samband::client

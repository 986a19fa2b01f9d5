#include "server/core/blobs.h"

#include <algorithm>
#include <limits>

#include "crypto/document/file_format.h"
#include "crypto/suite/signing.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
namespace chunk_layout = storage::chunk_store;
using protocol::Status;
using storage::BlobRecord;
using storage::BlobState;

inline constexpr std::size_t mark_key_bytes = BlobId::size + sizeof(std::uint32_t);

Bytes mark_key(const BlobId& blob, std::uint32_t index) {
  return storage::KeyWriter{}.id(blob).u32(index).take();
}

struct Mark {
  Hash chunk;
  std::uint32_t bytes = 0;
};
Bytes encode(const Mark& mark) {
  return storage::KeyWriter{}.id(mark.chunk).u32(mark.bytes).take();
}
std::optional<Mark> parse_mark(BytesView wire) {
  Reader in{wire};
  const Mark mark{.chunk = in.id<Hash>(), .bytes = in.u32()};
  if (in.finish()) return std::nullopt;
  return mark;
}

std::optional<BlobRecord> record_of(const StoreView& main, const BlobId& blob) {
  const auto kept = main.get(layout::blobs, layout::blob_key(blob));
  if (!kept) return std::nullopt;
  const auto record = storage::parse_blob_record(*kept);
  if (!record) return std::nullopt;
  return *record;
}

void write(Turn& turn, const BlobId& blob, const BlobRecord& record) {
  turn.main.put(layout::blobs, layout::blob_key(blob), storage::encode(record));
}

}  // namespace

void Blobs::load_records(const StoreView& main, PartnerDocuments& documents,
                         const std::function<bool(const ChannelId&)>& is_ours) {
  main.scan(layout::blobs, storage::all_keys(), std::numeric_limits<std::size_t>::max(),
            [&](BytesView key, BytesView value) {
              const auto blob = BlobId::of(key);  // the keys of marks and references are longer
              const auto record = blob ? storage::parse_blob_record(value) : std::unexpected(ParseError::malformed);
              if (!record || !is_ours(record->channel)) return storage::Visit::more;
              if (record->reference_count == 0) leases_.insert({record->until, *blob});
              if (record->state == BlobState::leased) uploads_[*blob].uploader = record->uploader;
              documents.add(record->uploader, record->content_bytes);  // 0 while leased
              return storage::Visit::more;
            });
}

void Blobs::load_uploads(const StoreView& main, PartnerDocuments& documents) {
  for (auto& [blob, upload] : uploads_) {
    main.scan(layout::blobs, storage::keys_with_prefix(blob.view()), std::numeric_limits<std::size_t>::max(),
              [&](BytesView key, BytesView value) {
                const auto mark = key.size() == mark_key_bytes ? parse_mark(value) : std::nullopt;
                if (mark) {
                  Reader in{key.subspan(BlobId::size)};
                  upload.chunks[in.u32()] = mark->bytes;
                  upload.bytes += mark->bytes;
                }
                return storage::Visit::more;
              });
    documents.add(upload.uploader, upload.bytes);
  }
}

std::size_t Blobs::uploads_by(const DeviceId& device) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(uploads_, [&](const auto& each) { return each.second.uploader == device; }));
}

std::expected<Blobs::Upload*, protocol::Refused> Blobs::upload_of(Turn& turn, const DeviceId& from,
                                                                  const protocol::UploadChunk& request) {
  if (const auto record = record_of(turn.main, request.blob)) {
    const auto found = uploads_.find(request.blob);
    const bool is_own = record->channel == request.channel && record->uploader == from;
    if (!is_own || found == uploads_.end()) return refuse(Status::conflict, "the blob is not open for this upload");
    return &found->second;
  }
  if (uploads_by(from) >= turn.limits.uploads_per_device_max) return refuse(Status::too_many, "uploads");
  const BlobRecord begun{.state = BlobState::leased,
                         .channel = request.channel,
                         .uploader = from,
                         .until = WallTime{turn.at.ms + turn.limits.upload_lease_ms}};
  write(turn, request.blob, begun);
  leases_.insert({begun.until, request.blob});
  Upload& upload = uploads_[request.blob];
  upload.uploader = from;
  return &upload;
}

Outcome Blobs::upload(Turn& turn, PartnerDocuments& documents, const DeviceId& from,
                      const protocol::UploadChunk& request) {
  const std::uint64_t chunks_max = turn.limits.document_bytes_max / protocol::chunk_bytes_max + 1;
  if (request.chunk.empty() || request.index >= chunks_max) return refuse(Status::too_large, "the document");
  const bool is_full = !documents.has_room(turn.limits, from, request.chunk.size());
  // Not even begun when there is no room for its first chunk.
  if (is_full && !uploads_.contains(request.blob)) return refuse(Status::partner_limit, "partner_document_bytes_max");
  const auto upload = upload_of(turn, from, request);
  if (!upload) return std::unexpected(upload.error());

  const Mark mark{sha256(request.chunk), static_cast<std::uint32_t>(request.chunk.size())};
  if (const auto before = turn.main.get(layout::blobs, mark_key(request.blob, request.index))) {
    const auto kept = parse_mark(*before);
    if (kept && kept->chunk == mark.chunk) return protocol::Done{};
    return refuse(Status::conflict, "another chunk came with that number");
  }
  if ((*upload)->bytes + mark.bytes > turn.limits.document_bytes_max) return refuse(Status::too_large, "the document");
  if (is_full) return refuse(Status::partner_limit, "partner_document_bytes_max");
  (*upload)->chunks[request.index] = mark.bytes;
  (*upload)->bytes += mark.bytes;
  documents.add(from, mark.bytes);
  turn.chunks.put(chunk_layout::chunks, chunk_layout::chunk_key(request.blob, request.index), request.chunk);
  turn.main.put(layout::blobs, mark_key(request.blob, request.index), encode(mark));
  return protocol::Done{};
}

Outcome Blobs::seal(Turn& turn, const DeviceId& from, const protocol::SealBlob& request) {
  auto record = record_of(turn.main, request.blob);
  if (!record || record->channel != request.channel || record->uploader != from) return not_found();
  if (record->state == BlobState::sealed) {
    const bool is_same = record->root == request.root && record->chunk_count == request.chunks;
    if (!is_same) return refuse(Status::conflict, "sealed before, as something else");
    return protocol::Done{};
  }
  const Upload& upload = uploads_.at(request.blob);
  // All of 0 .. n-1: as many as there are, and the highest is the last.
  const bool is_complete = request.chunks != 0 && upload.chunks.size() == request.chunks &&
                           upload.chunks.rbegin()->first == request.chunks - 1 && upload.bytes == request.bytes;
  if (!is_complete) return refuse(Status::invalid, "chunks are missing, or are too many");

  ChunkHashes hashes{request.blob};
  for (std::uint32_t index = 0; index < request.chunks; ++index) {
    const auto kept = turn.main.get(layout::blobs, mark_key(request.blob, index));
    const auto mark = kept ? parse_mark(*kept) : std::nullopt;
    if (!mark) return refuse(Status::invalid, "a chunk is missing");
    hashes.add(mark->chunk);
  }
  if (hashes.root() != request.root) return refuse(Status::invalid, "the root of the chunks is another");

  for (std::uint32_t index = 0; index < request.chunks; ++index) {
    turn.main.remove(layout::blobs, mark_key(request.blob, index));
  }
  leases_.erase({record->until, request.blob});
  record->state = BlobState::sealed;
  record->content_bytes = request.bytes;
  record->chunk_count = request.chunks;
  record->root = request.root;
  record->until = WallTime{turn.at.ms + turn.limits.upload_lease_ms};
  leases_.insert({record->until, request.blob});
  write(turn, request.blob, *record);
  uploads_.erase(request.blob);
  return protocol::Done{};
}

Outcome Blobs::fetch(const Turn& turn, const protocol::FetchChunk& request) const {
  const auto record = record_of(turn.main, request.blob);
  if (!record || record->channel != request.channel || record->state != BlobState::sealed) return not_found();
  auto chunk = turn.chunks.get(chunk_layout::chunks, chunk_layout::chunk_key(request.blob, request.index));
  if (!chunk) return not_found();
  return protocol::Chunk{std::move(*chunk)};
}

Outcome Blobs::fetch(const Turn& turn, const DeviceId& from, const protocol::FetchUpload& request) const {
  const auto record = record_of(turn.main, request.blob);
  if (!record || record->channel != request.channel || record->uploader != from) return not_found();
  protocol::UploadState state;
  if (record->state == BlobState::sealed) {
    state.sealed = true;
    state.next = record->chunk_count;
    return state;
  }
  for (const auto& [index, bytes] : uploads_.at(request.blob).chunks) {
    for (; state.next < index && state.missing_below.size() < protocol::page_items_max; ++state.next) {
      state.missing_below.push_back(state.next);
    }
    state.next = index + 1;
  }
  return state;
}

bool Blobs::are_sealed(const Turn& turn, const ChannelId& channel, const std::vector<BlobId>& blobs) const {
  return std::ranges::all_of(blobs, [&](const BlobId& blob) {
    const auto record = record_of(turn.main, blob);
    return record && record->channel == channel && record->state == BlobState::sealed;
  });
}

void Blobs::refer(Turn& turn, const ChannelId& channel, std::uint64_t seq, const std::vector<BlobId>& blobs) {
  for (const BlobId& blob : blobs) {
    auto record = record_of(turn.main, blob);
    const Bytes key = layout::blob_reference_key(blob, channel, seq);
    if (!record || turn.main.contains(layout::blobs, key)) continue;  // named twice by one entry
    leases_.erase({record->until, blob});
    ++record->reference_count;
    write(turn, blob, *record);
    turn.main.put(layout::blobs, key, {});
  }
}

void Blobs::remove_chunks(Turn& turn, const BlobId& blob, std::uint32_t end) {
  for (std::uint32_t index = 0; index < end; ++index) {
    turn.chunks.remove(chunk_layout::chunks, chunk_layout::chunk_key(blob, index));
  }
}

void Blobs::end_leases(Turn& turn, PartnerDocuments& documents) {
  while (!leases_.empty() && leases_.begin()->first <= turn.at) {
    const BlobId blob = leases_.begin()->second;
    leases_.erase(leases_.begin());
    const auto record = record_of(turn.main, blob);
    if (const auto upload = uploads_.find(blob); upload != uploads_.end()) {
      for (const auto& [index, bytes] : upload->second.chunks) {
        turn.chunks.remove(chunk_layout::chunks, chunk_layout::chunk_key(blob, index));
        turn.main.remove(layout::blobs, mark_key(blob, index));
      }
      documents.take_away(upload->second.uploader, upload->second.bytes);
      uploads_.erase(upload);
    } else if (record) {
      remove_chunks(turn, blob, record->chunk_count);
      documents.take_away(record->uploader, record->content_bytes);
    }
    turn.main.remove(layout::blobs, layout::blob_key(blob));
  }
}

}  // namespace samband::server

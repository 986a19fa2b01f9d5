// Documents on their way in and out: encrypted chunks in the chunk store, what is known of them in the main store.
// Chunks come under a lease, in any order; SealBlob makes them one whole; messages then refer to it.
//
// Keys of our own in the family `blobs`: blob, u32 index -> {SHA-256 of the chunk, u32 bytes}, while leased. They
// are what the root is checked against, without reading the chunks back.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "server/core/partner_documents.h"
#include "server/core/turn.h"
#include "storage/model/records.h"

namespace samband::server {

class Blobs {
 public:
  // What is under lease of the shard's blobs: all whose channel `is_ours`.
  template <class IsOurs>
  void load(const StoreView& main, PartnerDocuments& documents, IsOurs&& is_ours) {
    load_records(main, documents, std::forward<IsOurs>(is_ours));
    load_uploads(main, documents);
  }

  // The asker's right to the channel was judged before.
  [[nodiscard]] Outcome upload(Turn& turn, PartnerDocuments& documents, const DeviceId& from,
                               const protocol::UploadChunk& request);
  [[nodiscard]] Outcome seal(Turn& turn, const DeviceId& from, const protocol::SealBlob& request);
  [[nodiscard]] Outcome fetch(const Turn& turn, const protocol::FetchChunk& request) const;
  [[nodiscard]] Outcome fetch(const Turn& turn, const DeviceId& from, const protocol::FetchUpload& request) const;

  // Whether an entry of the channel may refer to all of them: sealed, and uploaded for it.
  [[nodiscard]] bool are_sealed(const Turn& turn, const ChannelId& channel, const std::vector<BlobId>& blobs) const;
  // The entry at `seq` refers to them: they stay.
  void refer(Turn& turn, const ChannelId& channel, std::uint64_t seq, const std::vector<BlobId>& blobs);

  // Uploads that were never sealed, and blobs that nothing ever referred to, are gone.
  void end_leases(Turn& turn, PartnerDocuments& documents);

 private:
  struct Upload {
    DeviceId uploader;
    std::map<std::uint32_t, std::uint32_t> chunks;  // index -> bytes
    std::uint64_t bytes = 0;
  };

  void load_records(const StoreView& main, PartnerDocuments& documents,
                    const std::function<bool(const ChannelId&)>& is_ours);
  void load_uploads(const StoreView& main, PartnerDocuments& documents);
  [[nodiscard]] std::expected<Upload*, protocol::Refused> upload_of(Turn& turn, const DeviceId& from,
                                                                    const protocol::UploadChunk& request);
  [[nodiscard]] std::size_t uploads_by(const DeviceId& device) const;
  void remove_chunks(Turn& turn, const BlobId& blob, std::uint32_t end);

  std::map<BlobId, Upload> uploads_;
  std::set<std::pair<WallTime, BlobId>> leases_;  // of uploads, and of sealed blobs without references
};

}  // namespace samband::server

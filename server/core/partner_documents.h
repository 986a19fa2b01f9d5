// How many bytes of documents each partner has on the server, and how many it may have. Over all shards: what the
// partner's devices uploaded, unfinished uploads too, until it is collected.
#pragma once

#include <map>

#include "crypto/identity/directory.h"
#include "server/core/limits.h"
#include "server/core/store_view.h"
#include "storage/model/records.h"

namespace samband::server {

class PartnerDocuments {
 public:
  // `directory` outlives this; it knows every device that ever uploads.
  explicit PartnerDocuments(const identity::Directory& directory) : directory_{&directory} {}

  // The quotas of partners; what there is of documents is added by who reads the blobs. False: one does not parse.
  [[nodiscard]] bool load_quotas(const StoreView& main);

  void add(const DeviceId& uploader, std::uint64_t bytes);
  void take_away(const DeviceId& uploader, std::uint64_t bytes);
  [[nodiscard]] bool has_room(const Limits& limits, const DeviceId& uploader, std::uint64_t bytes) const;

  [[nodiscard]] std::uint64_t bytes_of(const PartnerId& partner) const;
  [[nodiscard]] std::uint64_t bytes_max_of(const Limits& limits, const PartnerId& partner) const;
  [[nodiscard]] bool has_own_quota(const PartnerId& partner) const { return quotas_.contains(partner); }
  // nullopt: the configured limit again.
  void set_quota(StoreView& main, const PartnerId& partner, std::optional<std::uint64_t> document_bytes_max);

 private:
  [[nodiscard]] PartnerId partner_of(const DeviceId& device) const;

  const identity::Directory* directory_;
  std::map<PartnerId, std::uint64_t> bytes_;
  std::map<PartnerId, storage::PartnerQuota> quotas_;
};

}  // namespace samband::server

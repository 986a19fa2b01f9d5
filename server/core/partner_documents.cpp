#include "server/core/partner_documents.h"

#include <limits>

#include "crypto/bytes/check.h"
#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;

bool PartnerDocuments::load_quotas(const StoreView& main) {
  bool sound = true;
  main.scan(layout::meta, layout::partner_quotas(), std::numeric_limits<std::size_t>::max(),
            [&](BytesView key, BytesView value) {
              const auto partner = layout::partner_of_quota(key);
              const auto quota = storage::parse_partner_quota(value);
              sound = partner && quota;
              if (!sound) return storage::Visit::stop;
              quotas_[*partner] = *quota;
              return storage::Visit::more;
            });
  return sound;
}

PartnerId PartnerDocuments::partner_of(const DeviceId& device) const {
  const identity::DeviceRecord* known = directory_->device(device);
  return known == nullptr ? PartnerId{} : known->certificate.partner;
}

void PartnerDocuments::add(const DeviceId& uploader, std::uint64_t bytes) {
  bytes_[partner_of(uploader)] += bytes;
}

void PartnerDocuments::take_away(const DeviceId& uploader, std::uint64_t bytes) {
  std::uint64_t& held = bytes_[partner_of(uploader)];
  SAMBAND_CHECK(held >= bytes);
  held -= bytes;
}

bool PartnerDocuments::has_room(const Limits& limits, const DeviceId& uploader, std::uint64_t bytes) const {
  const PartnerId partner = partner_of(uploader);
  const std::uint64_t most = bytes_max_of(limits, partner);
  const std::uint64_t held = bytes_of(partner);
  return held <= most && bytes <= most - held;
}

std::uint64_t PartnerDocuments::bytes_of(const PartnerId& partner) const {
  const auto found = bytes_.find(partner);
  return found == bytes_.end() ? 0 : found->second;
}

std::uint64_t PartnerDocuments::bytes_max_of(const Limits& limits, const PartnerId& partner) const {
  const auto own = quotas_.find(partner);
  return own == quotas_.end() ? limits.partner_document_bytes_max : own->second.document_bytes_max;
}

void PartnerDocuments::set_quota(StoreView& main, const PartnerId& partner,
                                 std::optional<std::uint64_t> document_bytes_max) {
  if (!document_bytes_max) {
    quotas_.erase(partner);
    return main.remove(layout::meta, layout::partner_quota_key(partner));
  }
  const storage::PartnerQuota quota{*document_bytes_max};
  quotas_[partner] = quota;
  main.put(layout::meta, layout::partner_quota_key(partner), storage::encode(quota));
}

}  // namespace samband::server

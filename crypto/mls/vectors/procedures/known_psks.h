// The pre-shared keys that a test vector gives, and those that a client takes from the epochs it was in. Tests only.
#pragma once

#include <map>

#include "crypto/mls/group/pre_shared_keys.h"

namespace samband::vectors {

class KnownPsks final : public mls::PreSharedKeySource {
 public:
  void add_external(Bytes psk_id, BytesView psk) { external_.insert_or_assign(std::move(psk_id), SecretBytes{psk}); }
  void add_resumption(const Bytes& group_id, mls::Epoch epoch, SecretBytes resumption_psk) {
    resumption_.insert_or_assign({group_id, epoch}, std::move(resumption_psk));
  }
  [[nodiscard]] std::optional<SecretBytes> find(const mls::PreSharedKeyID& id) const override {
    if (const auto* external = std::get_if<mls::ExternalPSK>(&id.psk)) return find_in(external_, external->psk_id);
    const auto& resumption = std::get<mls::ResumptionPSK>(id.psk);
    return find_in(resumption_, std::pair{resumption.psk_group_id, resumption.psk_epoch});
  }

 private:
  template <class Key>
  static std::optional<SecretBytes> find_in(const std::map<Key, SecretBytes>& keys, const Key& id) {
    const auto found = keys.find(id);
    if (found == keys.end()) return std::nullopt;
    return found->second.duplicate();
  }

  std::map<Bytes, SecretBytes> external_;
  std::map<std::pair<Bytes, mls::Epoch>, SecretBytes> resumption_;
};

}  // namespace samband::vectors

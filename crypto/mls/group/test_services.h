// Stand-ins for what a group asks of its surroundings. Tests only.
#pragma once

#include <map>

#include "crypto/mls/group/commit_options.h"

namespace samband::mls {

// Believes every credential but the ones it was told to doubt.
class TrustingService final : public AuthenticationService {
 public:
  [[nodiscard]] bool validates(const Credential& credential, BytesView) const override {
    return !doubted_ || credential != *doubted_;
  }
  [[nodiscard]] bool is_successor(const Credential& previous, const Credential& next) const override {
    return previous == next;
  }
  void doubt(Credential credential) { doubted_ = std::move(credential); }

 private:
  std::optional<Credential> doubted_;
};

class ExternalPsks final : public PreSharedKeySource {
 public:
  void add(Bytes psk_id, Bytes psk) { psks_.insert_or_assign(std::move(psk_id), std::move(psk)); }
  // The resumption_psk of an epoch that has ended.
  void keep(Bytes group_id, Epoch epoch, const SecretBytes& resumption_psk) {
    resumption_.insert_or_assign({std::move(group_id), epoch}, copy_of(resumption_psk.view()));
  }
  [[nodiscard]] std::optional<SecretBytes> find(const PreSharedKeyID& id) const override {
    if (const auto* resumption = std::get_if<ResumptionPSK>(&id.psk)) return find(*resumption);
    const auto* external = std::get_if<ExternalPSK>(&id.psk);
    const auto psk = psks_.find(external->psk_id);
    if (psk == psks_.end()) return std::nullopt;
    return SecretBytes{psk->second};
  }

 private:
  [[nodiscard]] std::optional<SecretBytes> find(const ResumptionPSK& id) const {
    const auto psk = resumption_.find({id.psk_group_id, id.psk_epoch});
    if (psk == resumption_.end()) return std::nullopt;
    return SecretBytes{psk->second};
  }

  std::map<Bytes, Bytes> psks_;
  std::map<std::pair<Bytes, Epoch>, Bytes> resumption_;
};

}  // namespace samband::mls

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
  [[nodiscard]] std::optional<SecretBytes> find(const PreSharedKeyID& id) const override {
    const auto* external = std::get_if<ExternalPSK>(&id.psk);
    if (external == nullptr) return std::nullopt;
    const auto psk = psks_.find(external->psk_id);
    if (psk == psks_.end()) return std::nullopt;
    return SecretBytes{psk->second};
  }

 private:
  std::map<Bytes, Bytes> psks_;
};

}  // namespace samband::mls

#include "tests/interop/pre_shared_key_store.h"

#include "crypto/mls/wire/limits.h"

namespace samband::interop {

void PreSharedKeyStore::tell(Bytes id, SecretBytes secret) {
  waiting_.insert(id);
  told_.insert_or_assign(std::move(id), std::move(secret));
}

void PreSharedKeyStore::keep_resumption(Bytes group_id, mls::Epoch epoch, SecretBytes secret) {
  resumption_.insert_or_assign({std::move(group_id), epoch}, std::move(secret));
}

std::optional<SecretBytes> PreSharedKeyStore::find(const mls::PreSharedKeyID& id) const {
  if (const auto* external = std::get_if<mls::ExternalPSK>(&id.psk)) {
    const auto found = told_.find(external->psk_id);
    if (found == told_.end()) return std::nullopt;
    return found->second.duplicate();
  }
  const auto& resumption = std::get<mls::ResumptionPSK>(id.psk);
  const auto found = resumption_.find({resumption.psk_group_id, resumption.psk_epoch});
  if (found == resumption_.end()) return std::nullopt;
  return found->second.duplicate();
}

std::vector<mls::PreSharedKeyID> PreSharedKeyStore::waiting(CipherSuite suite, RandomSource& random) const {
  std::vector<mls::PreSharedKeyID> ids;
  ids.reserve(waiting_.size());
  for (const Bytes& id : waiting_) ids.push_back(mls::make_external_psk_id(suite, id, random));
  return ids;
}

void PreSharedKeyStore::entered(std::span<const mls::PreSharedKeyID> ids) {
  for (const mls::PreSharedKeyID& id : ids) {
    if (const auto* external = std::get_if<mls::ExternalPSK>(&id.psk)) waiting_.erase(external->psk_id);
  }
}

void PreSharedKeyStore::write(Writer& out) const {
  out.vector([&](Writer& inner) {
    for (const auto& [id, secret] : told_) {
      inner.bytes(id);
      inner.bytes(secret.view());
      inner.presence(waiting_.contains(id));
    }
  });
  out.vector([&](Writer& inner) {
    for (const auto& [place, secret] : resumption_) {
      inner.bytes(place.first);
      inner.u64(place.second.value);
      inner.bytes(secret.view());
    }
  });
}

PreSharedKeyStore PreSharedKeyStore::read(Reader& in) {
  PreSharedKeyStore out;
  Reader told = in.vector(vector_bytes_max);
  while (!told.at_end()) {
    Bytes id = told.bytes_owned(mls::psk_id_bytes_max);
    SecretBytes secret{told.bytes(vector_bytes_max)};
    if (told.presence()) out.waiting_.insert(id);
    out.told_.insert_or_assign(std::move(id), std::move(secret));
  }
  in.join(told);
  Reader kept = in.vector(vector_bytes_max);
  while (!kept.at_end()) {
    Bytes group_id = kept.bytes_owned(mls::group_id_bytes_max);
    const mls::Epoch epoch{kept.u64()};
    out.keep_resumption(std::move(group_id), epoch, SecretBytes{kept.bytes(vector_bytes_max)});
  }
  in.join(kept);
  return out;
}

}  // namespace samband::interop

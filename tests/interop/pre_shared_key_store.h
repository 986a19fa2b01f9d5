// The PSKs one peer holds: those it was told, and the resumption_psk of every epoch it has been in.
// Source: RFC 9420 §8.4.
#pragma once

#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/group/pre_shared_keys.h"
#include "crypto/suite/random.h"

namespace samband::interop {

class PreSharedKeyStore final : public mls::PreSharedKeySource {
 public:
  // A key that is told waits until it has entered the group: by this peer's `commit`, or somebody else's.
  void tell(Bytes id, SecretBytes secret);
  void keep_resumption(Bytes group_id, mls::Epoch epoch, SecretBytes secret);

  [[nodiscard]] std::optional<SecretBytes> find(const mls::PreSharedKeyID& id) const override;

  [[nodiscard]] std::size_t waiting_count() const { return waiting_.size(); }
  // Ids for a Commit to inject all that wait, each with a fresh nonce.
  [[nodiscard]] std::vector<mls::PreSharedKeyID> waiting(CipherSuite suite, RandomSource& random) const;
  // What has entered waits no longer.
  void entered(std::span<const mls::PreSharedKeyID> ids);

  void write(Writer& out) const;
  [[nodiscard]] static PreSharedKeyStore read(Reader& in);

 private:
  std::map<Bytes, SecretBytes> told_;
  std::set<Bytes> waiting_;  // of told_; at most psks_max
  std::map<std::pair<Bytes, mls::Epoch>, SecretBytes> resumption_;
};

}  // namespace samband::interop

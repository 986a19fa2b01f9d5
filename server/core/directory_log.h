// The directory with its log: leaves go in here, and nowhere else.
// Each is judged by identity::Directory, becomes a leaf of the Merkle tree (RFC 9162), and a new signed head follows.
#pragma once

#include <memory>
#include <span>

#include "crypto/identity/directory.h"
#include "crypto/transparency/merkle_log.h"
#include "server/core/log_signer.h"
#include "server/core/turn.h"

namespace samband::server {

// Hashes of the tree in the family `merkle`.
class StoredNodes final : public transparency::NodeStore {
 public:
  explicit StoredNodes(StoreView& main) : main_{&main} {}
  void put(unsigned level, std::uint64_t index, const Hash& hash) override;
  [[nodiscard]] std::optional<Hash> get(unsigned level, std::uint64_t index) const override;

 private:
  StoreView* main_;
};

class DirectoryLog {
 public:
  // Of a new store: empty.
  DirectoryLog(StoreView& main, LogSigner& signer);

  // What `load` found wrong, in words; nullopt when all is well.
  [[nodiscard]] std::optional<std::string> load();

  [[nodiscard]] const identity::Directory& directory() const { return directory_; }
  [[nodiscard]] const Bytes& head() const { return head_; }
  [[nodiscard]] const transparency::MerkleLog& tree() const { return tree_; }

  // All or none, at the turn's time. Devices that are out of force afterwards are cut.
  [[nodiscard]] std::expected<protocol::LeafPlaced, identity::RefusedLeaf> append(
      Turn& turn, std::span<const identity::DirectoryLeafBody> bodies);
  [[nodiscard]] std::expected<protocol::LeafPlaced, identity::DirectoryError> append(
      Turn& turn, const identity::DirectoryLeafBody& body);

  // A fresh head over the same tree, when the last one has grown old.
  void renew_head(Turn& turn);

  [[nodiscard]] Outcome fetch(const Turn& turn, const protocol::FetchDirectory& request) const;
  [[nodiscard]] Outcome fetch(const protocol::FetchConsistency& request) const;
  [[nodiscard]] Outcome fetch(const protocol::FetchInclusion& request) const;

 private:
  void sign_head(Turn& turn);

  StoreView* main_;
  LogSigner* signer_;
  std::unique_ptr<StoredNodes> nodes_;  // `tree_` points to it
  identity::Directory directory_;
  transparency::MerkleLog tree_;
  Bytes head_;
  WallTime head_at_;
};

// The head of an empty log, as `initial_batch` puts it.
[[nodiscard]] Bytes sign_empty_head(LogSigner& signer, WallTime at);

}  // namespace samband::server

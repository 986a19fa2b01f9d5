#include "server/core/directory_log.h"

#include <algorithm>
#include <limits>
#include <set>

#include "crypto/bytes/check.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

// Devices that the leaf may put out of force: those in force before it.
std::vector<DeviceId> endangered_by(const identity::Directory& directory, const identity::DirectoryLeafBody& body) {
  const std::uint64_t size = directory.size();
  if (const auto* removed = std::get_if<identity::PartnerRemoved>(&body)) {
    return directory.devices_of(removed->partner, size);
  }
  if (const auto* revocation = std::get_if<identity::SignedRevocation>(&body)) {
    return directory.devices_of(revocation->body.partner, size);
  }
  return {};
}

}  // namespace

void StoredNodes::put(unsigned level, std::uint64_t index, const Hash& hash) {
  main_->put(layout::merkle, layout::merkle_key(static_cast<std::uint8_t>(level), index), copy_of(hash.view()));
}

std::optional<Hash> StoredNodes::get(unsigned level, std::uint64_t index) const {
  const auto kept = main_->get(layout::merkle, layout::merkle_key(static_cast<std::uint8_t>(level), index));
  if (!kept) return std::nullopt;
  return Hash::of(*kept);
}

DirectoryLog::DirectoryLog(StoreView& main, LogSigner& signer)
    : main_{&main}, signer_{&signer}, nodes_{std::make_unique<StoredNodes>(main)}, tree_{*nodes_} {}

std::optional<std::string> DirectoryLog::load() {
  std::optional<std::string> fault;
  transparency::Frontier frontier;
  main_->scan(layout::directory, layout::directory_from(0), std::numeric_limits<std::size_t>::max(),
              [&](BytesView key, BytesView wire) {
                const auto leaf = identity::parse_directory_leaf(wire);
                if (!equal(key, layout::directory_key(directory_.size()))) {
                  fault = "leaf " + std::to_string(directory_.size()) + " is missing";
                } else if (!leaf || !directory_.apply_stored(*leaf)) {
                  fault = "leaf " + std::to_string(directory_.size()) + " is refused";
                } else {
                  frontier.append(transparency::leaf_hash(wire));
                }
                return fault ? storage::Visit::stop : storage::Visit::more;
              });
  if (fault) return fault;
  const auto head_bytes = main_->get(layout::meta, layout::tree_head_key());
  if (!head_bytes) return "the tree head is missing";
  const auto head = transparency::parse_signed_tree_head(*head_bytes);
  if (!head) return "the tree head is unreadable";
  if (head->body.tree_size != frontier.size() || head->body.root != frontier.root()) {
    return "the leaves do not lead to the signed root";
  }
  auto tree = transparency::MerkleLog::open(*nodes_, frontier.size());
  if (!tree || tree->root() != frontier.root()) return "hashes of the tree are missing or changed";
  tree_ = std::move(*tree);
  head_ = *head_bytes;
  head_at_ = head->body.at;
  return std::nullopt;
}

std::expected<protocol::LeafPlaced, identity::RefusedLeaf> DirectoryLog::append(
    Turn& turn, std::span<const identity::DirectoryLeafBody> bodies) {
  SAMBAND_CHECK(!bodies.empty());
  std::vector<identity::DirectoryLeaf> leaves;
  std::set<DeviceId> endangered;
  for (const identity::DirectoryLeafBody& body : bodies) {
    leaves.push_back({turn.at, body});
    for (const DeviceId& device : endangered_by(directory_, body)) endangered.insert(device);
  }
  const std::uint64_t first = directory_.size();
  if (const auto applied = directory_.apply_all(leaves); !applied) return std::unexpected(applied.error());

  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Bytes wire = identity::encode(leaves[i]);
    tree_.append(transparency::leaf_hash(wire));
    turn.main.put(layout::directory, layout::directory_key(first + i), std::move(wire));
  }
  sign_head(turn);
  turn.outgoing.emplace_back(DirectoryGrew{head_});
  for (const DeviceId& device : endangered) {
    if (directory_.in_force(device, directory_.size())) continue;
    turn.main.remove_all(layout::key_packages, layout::key_packages_of(device));
    turn.outgoing.emplace_back(CutDevice{device, protocol::Status::device_revoked});
  }
  return protocol::LeafPlaced{directory_.size() - 1, turn.at};
}

std::expected<protocol::LeafPlaced, identity::DirectoryError> DirectoryLog::append(
    Turn& turn, const identity::DirectoryLeafBody& body) {
  const auto placed = append(turn, std::span{&body, 1});
  if (!placed) return std::unexpected(placed.error().error);
  return *placed;
}

void DirectoryLog::renew_head(Turn& turn) {
  if (turn.at.ms < head_at_.ms + turn.limits.tree_head_interval_ms) return;
  sign_head(turn);
  turn.outgoing.emplace_back(DirectoryGrew{head_});
}

void DirectoryLog::sign_head(Turn& turn) {
  const transparency::TreeHead head{.log_id = transparency::log_id_of(signer_->public_key()),
                                    .tree_size = tree_.size(),
                                    .at = turn.at,
                                    .root = tree_.root()};
  head_ = transparency::encode(signer_->sign(head));
  head_at_ = turn.at;
  turn.main.put(layout::meta, layout::tree_head_key(), head_);
}

Outcome DirectoryLog::fetch(const Turn& turn, const protocol::FetchDirectory& request) const {
  protocol::DirectoryPage page{.from = request.from, .leaves = {}, .tree_head = head_};
  std::size_t bytes_left = turn.limits.page_bytes_max;
  const std::size_t leaves_max = std::min<std::size_t>(request.leaves_max, turn.limits.page_items_max);
  turn.main.scan(layout::directory, layout::directory_from(request.from), leaves_max, [&](BytesView, BytesView leaf) {
    if (leaf.size() > bytes_left) return storage::Visit::stop;
    bytes_left -= leaf.size();
    page.leaves.push_back(copy_of(leaf));
    return storage::Visit::more;
  });
  return page;
}

Outcome DirectoryLog::fetch(const protocol::FetchConsistency& request) const {
  auto proof = tree_.consistency_proof(request.first_size, request.second_size);
  if (!proof) return not_found();
  return protocol::Proof{std::move(*proof)};
}

Outcome DirectoryLog::fetch(const protocol::FetchInclusion& request) const {
  auto proof = tree_.inclusion_proof(request.leaf, request.tree_size);
  if (!proof) return not_found();
  return protocol::Proof{std::move(*proof)};
}

Bytes sign_empty_head(LogSigner& signer, WallTime at) {
  const transparency::TreeHead head{.log_id = transparency::log_id_of(signer.public_key()),
                                    .tree_size = 0,
                                    .at = at,
                                    .root = transparency::empty_root()};
  return transparency::encode(signer.sign(head));
}

}  // namespace samband::server

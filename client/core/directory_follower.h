// The client's own copy of the directory: every leaf fetched, hashed into the tree, checked against a head that
// the log key signed, and only then believed. A server that shows other leaves than it signed is found out here.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "client/core/own.h"
#include "client/core/profile.h"
#include "client/core/session.h"
#include "client/core/task.h"
#include "client/core/turn.h"
#include "crypto/identity/directory.h"
#include "crypto/transparency/merkle_log.h"
#include "crypto/transparency/tree_head.h"

namespace samband::client {

class DirectoryFollower {
 public:
  DirectoryFollower(Turn& turn, Profile& profile, Session& session, Errands& errands, const std::optional<Own>& own)
      : turn_{turn}, profile_{profile}, session_{session}, errands_{errands}, own_{own} {}

  // The leaves of the profile. False: one is missing or not what was kept.
  [[nodiscard]] bool load();

  [[nodiscard]] const identity::Directory& directory() const { return directory_; }
  [[nodiscard]] std::uint64_t size() const { return directory_.size(); }
  // The newest head whose tree is exactly the leaves held.
  [[nodiscard]] const std::optional<transparency::SignedTreeHead>& head() const { return head_; }
  // Everything up to the newest head heard of is here.
  [[nodiscard]] bool is_current() const { return !newest_ || newest_->body.tree_size <= size(); }
  // The server has contradicted its own log: nothing of it is believed any more.
  [[nodiscard]] bool is_broken() const { return broken_; }

  // How many of the leaves held the server has too. Less than `size` only after the server was restored from a backup
  // without the newest; then the leaves held stay, and nothing of the server's that contradicts them is believed.
  [[nodiscard]] std::uint64_t shared_size() const { return shared_.value_or(size()); }
  // The newest head that everybody on this server can check: what is put into messages.
  [[nodiscard]] const std::optional<transparency::SignedTreeHead>& head_to_show() const {
    return shared_ ? shared_head_ : head_;
  }

  // A SignedTreeHead from the server.
  void on_head(BytesView wire);
  // A head that another member has seen, from inside an encrypted message. It says more than ours if it is newer:
  // then the server has to show us that tree too.
  void on_witnessed_head(const transparency::SignedTreeHead& head);
  // A connection is new: heads may have been signed since its hello.
  void refresh() {
    shared_.reset();
    told_.reset();
    if (!looking_) errands_.spawn(look());
  }
  // An entry was judged by a directory of that size: ask for it, if no head so large was heard of.
  void expect(std::uint64_t size);
  // Settles true when everything up to the newest head heard of is here.
  [[nodiscard]] Later<bool> until_current() { return reached(newest_ ? newest_->body.tree_size : size()); }
  // Settles true when at least `size` leaves are here.
  [[nodiscard]] Later<bool> reached(std::uint64_t size);

 private:
  [[nodiscard]] Task<bool> follow();
  [[nodiscard]] Task<bool> look();
  void believe(const transparency::SignedTreeHead& target, const std::vector<Bytes>& wires);
  void announce(const identity::DirectoryLeaf& leaf);
  // The newest the server has, from the server itself: it can't be an older one that was overtaken.
  void on_newest(const transparency::SignedTreeHead& head);
  // Finds out how far the restored server's directory is the one held.
  [[nodiscard]] Task<bool> compare();
  // The same, when a signed root is not that of the leaves held: one of the two explains it.
  void compare_for_contradiction();
  [[nodiscard]] bool server_was_restored() const;
  // All leaves held are the server's in its present incarnation.
  void pin();
  [[nodiscard]] std::optional<Hash> root_of_first(std::uint64_t leaves);
  void shares(std::uint64_t leaves);
  void contradicted(std::string detail);
  void settle_waiting();

  Turn& turn_;
  Profile& profile_;
  Session& session_;
  Errands& errands_;
  const std::optional<Own>& own_;

  identity::Directory directory_;
  transparency::Frontier frontier_;
  std::optional<transparency::SignedTreeHead> head_;
  std::optional<transparency::SignedTreeHead> newest_;  // signed by the log; its leaves may not be here yet
  std::vector<std::pair<std::uint64_t, Later<bool>>> waiting_;
  std::uint64_t pinned_in_ = 0;          // the server's incarnation when all leaves held were last seen there
  std::optional<std::uint64_t> shared_;  // see shared_size
  std::optional<transparency::SignedTreeHead> shared_head_;
  std::optional<std::uint64_t> told_;  // of `shared_`, on this connection
  bool doubted_ = false;
  bool comparing_ = false;
  bool following_ = false;
  bool looking_ = false;
  bool broken_ = false;
};

}  // namespace samband::client

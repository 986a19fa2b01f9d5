#include "client/core/directory_follower.h"

#include <utility>

#include "client/core/places.h"
#include "crypto/codec/writer.h"

namespace samband::client {

bool DirectoryFollower::load() {
  bool sound = true;
  profile_.scan(places::leaf(0), [&](BytesView, BytesView wire) {
    const auto leaf = identity::parse_directory_leaf(wire);
    sound = leaf && directory_.apply_stored(*leaf);
    if (sound) frontier_.append(transparency::leaf_hash(wire));
    return sound;
  });
  if (!sound || profile_.failed()) return false;
  if (const auto kept = profile_.get(places::tree_head())) {
    const auto head = transparency::parse_signed_tree_head(kept->view());
    if (!head || head->body.tree_size != size() || head->body.root != frontier_.root()) return false;
    head_ = *head;
  }
  if (const auto kept = profile_.get(places::head_incarnation())) {
    Reader in{kept->view()};
    pinned_in_ = in.u64();
    if (in.finish()) return false;
  } else {
    pinned_in_ = session_.known_incarnation();  // a profile of an older samband
  }
  return head_.has_value() || size() == 0;
}

void DirectoryFollower::on_head(BytesView wire) {
  if (broken_ || !own_) return;
  const auto head = transparency::parse_signed_tree_head(wire);
  if (!head || !transparency::verify(*head, own_->log_key)) return contradicted("a head without the log's signature");
  if (shared_ && head->body.tree_size > *shared_ && !comparing_) errands_.spawn(compare());
  if (head->body.tree_size == size()) {
    if (head->body.root != frontier_.root()) {
      if (server_was_restored()) return compare_for_contradiction();
      return contradicted("two trees of one size");
    }
    if (!head_ || head_->body.at < head->body.at) {
      head_ = *head;
      profile_.put(places::tree_head(), transparency::encode(*head));
    }
    return;
  }
  if (head->body.tree_size < size()) return turn_.log("the server showed an older tree head");
  if (shared_) return;  // its leaves are not those held
  if (!newest_ || newest_->body.tree_size < head->body.tree_size) newest_ = *head;
  if (!following_) errands_.spawn(follow());
}

void DirectoryFollower::on_witnessed_head(const transparency::SignedTreeHead& head) {
  if (own_ && transparency::verify(head, own_->log_key)) on_head(transparency::encode(head));
}

void DirectoryFollower::expect(std::uint64_t size) {
  if (shared_) return;  // heads that come are compared anyway
  const bool heard_of = newest_ && newest_->body.tree_size >= size;
  if (!heard_of && !looking_) errands_.spawn(look());
  if (heard_of && !following_ && !broken_) errands_.spawn(follow());
}

Task<bool> DirectoryFollower::look() {
  looking_ = true;
  const auto answer = session_.ask(protocol::FetchDirectory{size(), 1});
  const protocol::ReplyBody reply = co_await answer;
  looking_ = false;
  const auto* page = std::get_if<protocol::DirectoryPage>(&reply);
  if (page == nullptr) co_return false;
  if (const auto head = transparency::parse_signed_tree_head(page->tree_head)) on_newest(*head);
  on_head(page->tree_head);
  co_return true;
}

Later<bool> DirectoryFollower::reached(std::uint64_t size) {
  Later<bool> later{turn_.ready()};
  if (size <= directory_.size() || shared_) {  // what a restored server adds is not seen here
    later.settle(true);
  } else {
    waiting_.emplace_back(size, later);
  }
  return later;
}

Task<bool> DirectoryFollower::follow() {
  following_ = true;
  while (!broken_ && newest_ && newest_->body.tree_size > size()) {
    const transparency::SignedTreeHead target = *newest_;
    std::vector<Bytes> wires;
    while (size() + wires.size() < target.body.tree_size) {
      const auto page_answer = session_.ask(
          protocol::FetchDirectory{size() + wires.size(), static_cast<std::uint32_t>(protocol::page_items_max)});
      const protocol::ReplyBody reply = co_await page_answer;
      if (std::holds_alternative<protocol::Refused>(reply)) {  // too many requests: the next head begins anew
        following_ = false;
        co_return false;
      }
      const auto* page = std::get_if<protocol::DirectoryPage>(&reply);
      if (page == nullptr || page->from != size() + wires.size() || page->leaves.empty()) {
        contradicted("leaves that the head covers are not shown");
        break;
      }
      for (const Bytes& leaf : page->leaves) {
        if (size() + wires.size() < target.body.tree_size) wires.push_back(leaf);
      }
    }
    if (!broken_) believe(target, wires);
  }
  following_ = false;
  co_return !broken_;
}

void DirectoryFollower::believe(const transparency::SignedTreeHead& target, const std::vector<Bytes>& wires) {
  transparency::Frontier grown = frontier_;
  std::vector<identity::DirectoryLeaf> leaves;
  for (const Bytes& wire : wires) {
    grown.append(transparency::leaf_hash(wire));
    auto leaf = identity::parse_directory_leaf(wire);
    if (!leaf) return contradicted("a leaf that is not one");
    leaves.push_back(std::move(*leaf));
  }
  if (grown.size() != target.body.tree_size || grown.root() != target.body.root) {
    if (server_was_restored()) return compare_for_contradiction();
    return contradicted("the leaves are not those that were signed");
  }
  const std::uint64_t before = size();
  if (!directory_.apply_all(leaves)) return contradicted("a leaf that breaks the directory's rules");
  for (std::size_t i = 0; i < wires.size(); ++i) profile_.put(places::leaf(before + i), wires[i]);
  profile_.put(places::tree_head(), transparency::encode(target));
  pin();
  frontier_ = std::move(grown);
  head_ = target;
  for (const identity::DirectoryLeaf& leaf : leaves) announce(leaf);
  settle_waiting();
}

void DirectoryFollower::pin() {
  pinned_in_ = session_.hello().incarnation;
  Writer out;
  out.u64(pinned_in_);
  profile_.put(places::head_incarnation(), out.take());
}

bool DirectoryFollower::server_was_restored() const {
  return session_.hello().incarnation > pinned_in_;
}

void DirectoryFollower::on_newest(const transparency::SignedTreeHead& head) {
  if (broken_ || !own_ || !transparency::verify(head, own_->log_key)) return;
  if (head.body.tree_size >= size()) {
    const bool is_ours = head.body.tree_size == size() && head.body.root == frontier_.root();
    if (is_ours && server_was_restored()) pin();
    return;
  }
  if (server_was_restored()) {
    if (!comparing_) errands_.spawn(compare());
    return;
  }
  contradicted("a shorter log than it has shown before");
}

std::optional<Hash> DirectoryFollower::root_of_first(std::uint64_t leaves) {
  transparency::Frontier frontier;
  profile_.scan(places::leaf(0), [&](BytesView, BytesView wire) {
    if (frontier.size() < leaves) frontier.append(transparency::leaf_hash(wire));
    return frontier.size() < leaves;
  });
  if (frontier.size() != leaves) return std::nullopt;
  return frontier.root();
}

// Leaf by leaf from the first: what the server shows is no proof, but a leaf that is the one held is believed already.
Task<bool> DirectoryFollower::compare() {
  comparing_ = true;
  std::uint64_t same = 0;
  bool more = true;
  while (more && same < size()) {
    const auto answer =
        session_.ask(protocol::FetchDirectory{same, static_cast<std::uint32_t>(protocol::page_items_max)});
    const protocol::ReplyBody reply = co_await answer;
    const auto* page = std::get_if<protocol::DirectoryPage>(&reply);
    if (page == nullptr || page->from != same) break;
    more = !page->leaves.empty();
    for (const Bytes& leaf : page->leaves) {
      const auto own = same < size() ? profile_.get(places::leaf(same)) : std::nullopt;
      more = more && own && equal(own->view(), leaf);
      if (!more) break;
      ++same;
    }
    if (const auto head = transparency::parse_signed_tree_head(page->tree_head);
        head && transparency::verify(*head, own_->log_key) && head->body.tree_size == same &&
        head->body.root == root_of_first(same)) {
      shared_head_ = *head;
    }
  }
  comparing_ = false;
  if (same < size()) {
    shares(same);
  } else if (std::exchange(doubted_, false)) {
    contradicted("a signed root that its own leaves do not lead to");
  } else {
    shared_.reset();
    pin();
  }
  co_return !broken_;
}

void DirectoryFollower::compare_for_contradiction() {
  newest_.reset();
  doubted_ = true;
  if (!comparing_) errands_.spawn(compare());
}

void DirectoryFollower::shares(std::uint64_t leaves) {
  shared_ = leaves;
  doubted_ = false;
  newest_.reset();
  settle_waiting();
  if (std::exchange(told_, leaves) == leaves) return;
  turn_.warn({.warning = Warning::directory_behind, .detail = std::to_string(size() - leaves)});
}

void DirectoryFollower::announce(const identity::DirectoryLeaf& leaf) {
  if (!own_->enrolled) return;
  if (const auto* device = std::get_if<identity::SignedDeviceCertificate>(&leaf.body)) {
    const identity::DeviceCertificate& made = device->body;
    if (made.staff == own_->device().staff && made.device != own_->device().device) {
      turn_.tell_everybody(NewDeviceOfYours{made.device, made.device_label, leaf.at});
    }
  }
  if (const auto* claim = std::get_if<identity::SignedPartnerKeyClaim>(&leaf.body)) {
    const identity::PartnerRecord* partner = directory_.partner(claim->body.partner);
    if (partner != nullptr && partner->keys.size() > 1) {
      turn_.tell_everybody(
          PartnerKeyChanged{partner->id, partner->profile().name,
                            identity::fingerprint_text(identity::partner_key_fingerprint(claim->body.key))});
    }
  }
}

void DirectoryFollower::contradicted(std::string detail) {
  broken_ = true;
  turn_.warn({.warning = Warning::server_contradicts_log, .detail = detail});
  turn_.disconnect(false, {.fault = Fault::server_contradicts_log, .detail = std::move(detail)});
}

void DirectoryFollower::settle_waiting() {
  std::erase_if(waiting_, [&](const auto& entry) {
    if (entry.first > size() && !shared_) return false;
    entry.second.settle(true);
    return true;
  });
}

}  // namespace samband::client

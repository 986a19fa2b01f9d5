// How a message reaches everybody, and what their verdicts have in common.
#include <algorithm>

#include "crypto/mls/forgery/scene.h"

namespace samband::mls::forgery {
namespace {

using fuzzing::expect;

// A Commit or proposal as the server reads it.
std::optional<AuthenticatedContent> read_handshake(BytesView message) {
  const auto parsed = parse_mls_message(message);
  if (!parsed) return std::nullopt;
  const auto* handshake = std::get_if<PublicMessage>(&*parsed);
  if (handshake == nullptr) return std::nullopt;
  return to_authenticated_content(*handshake);
}

// What is wrong for all to see, a member refuses too: for that reason, unless it saw something wrong before. What is
// right for all to see, a member refuses only for what a member alone can see.
template <class T>
void expect_same_reason(const std::optional<std::expected<T, CommitError>>& outside, const CommitRefusal& inside) {
  const auto* reason = std::get_if<CommitError>(&inside);
  if (reason != nullptr) expect(outside && !*outside && outside->error() == *reason);
}

}  // namespace

// Its leaf has keys that somebody else made, with its signature key: what a copied device does.
bool Scene::was_replaced(const Member& member, const ReceivedCommit& commit) {
  return std::ranges::find(commit.changes().updated, member.group.own_leaf(), &UpdatedLeaf::index) !=
         commit.changes().updated.end();
}

void Scene::deliver(BytesView message, Expected expected) {
  const auto content = read_handshake(message);
  const bool is_proposal = content && std::holds_alternative<Proposal>(content->content.content);
  if (is_proposal) return deliver_proposal(message, expected);
  deliver_commit(message, expected);
}

void Scene::deliver_commit(BytesView message, Expected expected) {
  const auto content = read_handshake(message);
  std::optional<std::expected<StagedCommit, CommitError>> outside;
  if (content) {
    const Bytes before = server_.encode();
    outside = server_.stage_commit(*content, cast_.judgement());
    expect(server_.encode() == before);
  }

  Staged accepted;
  for (const auto& member : members_) {
    const SecretBytes before = state_of(*member);
    if (member->group.is_pending(message)) {
      accepted.emplace_back(member.get(), std::nullopt);
      continue;
    }
    auto staged = member->group.stage_commit(message, cast_.services());
    expect_unchanged(*member, before);
    if (staged) {
      accepted.emplace_back(member.get(), std::move(*staged));
      continue;
    }
    expect_same_reason(outside, staged.error());
  }
  if (expected == Expected::acceptance) expect(accepted.size() == members_.size());
  if (expected == Expected::refusal) expect(accepted.empty());
  if (accepted.empty()) return;
  expect(outside && outside->has_value());
  enter(*content, std::move(**outside), std::move(accepted));
}

// The log has the Commit. Who could not follow it is left behind, and may come back from outside.
void Scene::enter(const AuthenticatedContent& commit, StagedCommit staged, Staged accepted) {
  server_.merge(std::move(staged), commit.auth.confirmation_tag);
  for (auto& [member, received] : accepted) {
    if (received && was_replaced(*member, *received)) {
      forget(*member);
      continue;
    }
    if (!received) {
      member->group.merge_pending();
    } else if (member->group.merge(std::move(*received)) == CommitOutcome::removed) {
      continue;
    }
    member->store.save(member->group);
  }
  std::erase_if(members_, [&](const auto& member) {
    return !member->group.is_member() || member->group.epoch() != server_.epoch();
  });
  if (!members_.empty()) expect_agreement();
}

// All members hold the same secrets, so they agree among themselves too.
void Scene::deliver_proposal(BytesView message, Expected expected) {
  const auto content = read_handshake(message);
  PublicGroup next = server_;
  std::optional<std::expected<ProposalRef, CommitError>> outside;
  if (content) outside = next.receive_proposal(*content);
  if (!outside || !*outside) expect(next.encode() == server_.encode());

  std::size_t accepted = 0;
  for (const auto& member : members_) {
    const SecretBytes before = state_of(*member);
    const auto received = member->group.receive_proposal(message, cast_.services());
    if (!received) {
      expect_unchanged(*member, before);
      expect_same_reason(outside, received.error());
      continue;
    }
    expect(outside && *outside && **outside == received->ref);
    accepted += 1;
    member->store.save(member->group);
  }
  expect(accepted == 0 || accepted == members_.size());
  if (expected == Expected::refusal) expect(accepted == 0);
  if (accepted == 0) return;
  tally_.proposals_accepted += 1;
  server_ = std::move(next);
  expect_agreement();
}

void Scene::deliver_private(BytesView message, const Member* sender, Expected expected) {
  std::optional<std::expected<ApplicationMessage, MessageError>> first;
  for (const auto& member : members_) {
    if (member.get() == sender) continue;
    const SecretBytes before = state_of(*member);
    auto opened = member->group.unprotect(message);
    expect(equal(state_of(*member).view(), before.view()));
    if (!opened) expect_unchanged(*member, before);
    if (opened) member->store.save_records(member->group);
    if (!first) {
      first = std::move(opened);
    } else if (!opened) {
      expect(!*first && first->error() == opened.error());
    } else {
      expect(*first && (*first)->sender == opened->sender && (*first)->application_data == opened->application_data &&
             (*first)->authenticated_data == opened->authenticated_data);
    }
  }
  if (!first) return;
  if (expected == Expected::acceptance) expect(first->has_value());
  if (expected == Expected::refusal) expect(!first->has_value());
  tally_.private_messages_accepted += *first ? 1 : 0;
}

void Scene::welcome(const Cast::Outsider& joiner, BytesView message, const std::optional<RatchetTreeNodes>& tree,
                    Expected expected) {
  auto joined = Group::join(message, joiner.bundle, tree, *joiner.device.signature_key, cast_.services());
  tally_.welcomes_accepted += joined ? 1 : 0;
  if (expected == Expected::acceptance) expect(joined.has_value());
  if (!joined) return;
  const auto again = Group::load(joined->group.encode_group().view(), joined->group.take_secret_tree_changes(),
                                 *joiner.device.signature_key);
  expect(again && equal(again->encode_group().view(), joined->group.encode_group().view()));
  if (joined->group.context() == server_.context() && !is_member(joiner.device)) {
    seat(joiner.device, std::move(joined->group));
    expect_agreement();
  }
}

}  // namespace samband::mls::forgery

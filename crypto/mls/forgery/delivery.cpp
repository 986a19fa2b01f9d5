// How a message reaches everybody, and what their verdicts have in common.
#include <algorithm>

#include "crypto/mls/forgery/scene.h"

namespace samband::mls::forgery {
namespace {

using fuzzing::expect;

// A Commit or proposal as the server reads it: nullopt for what it can't read.
std::optional<AuthenticatedContent> read_handshake(BytesView message) {
  const auto parsed = parse_mls_message(message);
  if (!parsed) return std::nullopt;
  const auto* handshake = std::get_if<PublicMessage>(&*parsed);
  if (handshake == nullptr) return std::nullopt;
  return to_authenticated_content(*handshake);
}

bool is_proposal(BytesView message) {
  const auto parsed = parse_mls_message(message);
  if (!parsed) return false;
  if (const auto* sealed = std::get_if<PrivateMessage>(&*parsed)) return sealed->content_type == ContentType::proposal;
  const auto* handshake = std::get_if<PublicMessage>(&*parsed);
  return handshake != nullptr && std::holds_alternative<Proposal>(handshake->content.content);
}

// What is wrong for all to see is refused by everybody for the same reason, unless they saw something wrong before.
// What is right for all to see is refused only for what a member alone can see.
class PublicVerdict {
 public:
  template <class T>
  explicit PublicVerdict(const std::optional<std::expected<T, CommitError>>& of_server) {
    if (!of_server) return;
    is_known_ = true;
    if (!*of_server) error_ = of_server->error();
  }
  void expect_agreement(const CommitRefusal& refusal) {
    const auto* reason = std::get_if<CommitError>(&refusal);
    if (reason == nullptr) return;
    if (!is_known_) error_ = *reason;  // of a private message, the first member's that could open it
    is_known_ = true;
    expect(error_ == *reason);
  }
  void expect_acceptance() const { expect(!error_); }

 private:
  bool is_known_ = false;
  std::optional<CommitError> error_;
};

}  // namespace

void Scene::deliver(BytesView message, Expected expected) {
  if (is_proposal(message)) return deliver_proposal(message, expected);
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
  PublicVerdict verdict{outside};
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
    } else {
      verdict.expect_agreement(staged.error());
    }
  }
  if (expected == Expected::acceptance) expect(accepted.size() == members_.size());
  if (expected == Expected::refusal) expect(accepted.empty());
  if (accepted.empty()) return;
  verdict.expect_acceptance();
  if (outside) server_.merge(std::move(**outside), content->auth.confirmation_tag);
  enter(std::move(accepted));
}

// The log has the Commit. Who could not follow it is left behind, and may come back from outside.
void Scene::enter(Staged accepted) {
  Members entered;
  for (auto& [member, received] : accepted) {
    if (!received) {
      member->group.merge_pending();
    } else if (member->group.merge(std::move(*received)) == CommitOutcome::removed) {
      continue;
    }
    member->store.save(member->group);
    entered.push_back(std::move(*std::ranges::find(members_, member, &std::unique_ptr<Member>::get)));
  }
  members_ = std::move(entered);
  if (members_.empty()) return;
  const PublicGroup& followed = members_.front()->group.public_group();
  if (server_.epoch() != followed.epoch()) server_ = followed;
  expect_agreement();
}

// All members hold the same secrets, so they agree among themselves too: but for the sender of a private message, who
// can't open it.
void Scene::deliver_proposal(BytesView message, Expected expected, const Member* maker) {
  const auto content = read_handshake(message);
  PublicGroup next = server_;
  std::optional<std::expected<ProposalRef, CommitError>> outside;
  if (content) outside = next.receive_proposal(*content);
  if (outside && !*outside) expect(next.encode() == server_.encode());

  PublicVerdict verdict{outside};
  std::optional<ProposalRef> reference;
  std::vector<const Member*> refusing;
  for (const auto& member : members_) {
    if (member.get() == maker) continue;
    const SecretBytes before = state_of(*member);
    const auto received = member->group.receive_proposal(message, cast_.services());
    if (!received) {
      expect_unchanged(*member, before);
      verdict.expect_agreement(received.error());
      refusing.push_back(member.get());
      continue;
    }
    expect(!reference || *reference == received->ref);
    reference = received->ref;
    member->store.save(member->group);
  }
  if (expected == Expected::refusal) expect(!reference);
  if (expected == Expected::acceptance) expect(refusing.empty());
  if (reference && expected == Expected::anything) forged_proposals_.push_back(*reference);
  if (!reference && maker == nullptr) return;
  verdict.expect_acceptance();
  expect(refusing.size() <= (content ? 0U : 1U));
  for (const Member* member : refusing) forget(*member);
  tally_.proposals_accepted += maker == nullptr ? 1 : 0;
  server_ = content ? next : members_.front()->group.public_group();
  expect_agreement();
}

void Scene::deliver_private(BytesView message, const Member* sender, Expected expected) {
  std::optional<std::expected<ApplicationMessage, MessageError>> first;
  for (const auto& member : members_) {
    if (member.get() == sender) continue;
    const SecretBytes before = state_of(*member);
    auto opened = member->group.unprotect(message);
    if (opened) {
      expect(equal(state_of(*member).view(), before.view()));
      member->store.save_records(member->group);
    } else {
      expect_unchanged(*member, before);
    }
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
  auto joined = Group::join(message, joiner.bundle, tree, *joiner.device.signature_key, cast_.services(),
                            {.handshake_format = format_});
  tally_.welcomes_accepted += joined ? 1 : 0;
  if (expected == Expected::acceptance) expect(joined.has_value());
  if (expected == Expected::refusal) expect(!joined.has_value());
  if (!joined) return;
  Member newcomer{&joiner.device, std::move(joined->group), {}};
  newcomer.store.save(newcomer.group);
  restart(newcomer);
  if (newcomer.group.context() == server_.context() && !is_member(joiner.device)) {
    members_.push_back(std::make_unique<Member>(std::move(newcomer)));
    expect_agreement();
  }
}

}  // namespace samband::mls::forgery

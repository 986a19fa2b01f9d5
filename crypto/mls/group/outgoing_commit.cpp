#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/mls/group/pending_commit.h"
#include "crypto/mls/wire/message.h"

namespace samband::mls {

OutgoingCommit::OutgoingCommit(const MadeCommit& made, Bytes message, const KeyPair& signature_key)
    : signature_key_{&signature_key},
      tree_{made.staged.tree},
      message_{std::move(message)},
      context_{made.staged.context},
      confirmation_tag_{made.content.auth.confirmation_tag},
      committer_{made.staged.changes.committer},
      added_{made.staged.changes.added},
      targets_{made.targets},
      psks_{made.staged.changes.psks},
      joiner_secret_{made.joiner_secret.duplicate()},
      exporter_secret_{made.secrets.exporter_secret.duplicate()} {
  const CipherSuite suite = tree_.suite();
  welcome_secret_ = derive_welcome_secret(suite, joiner_secret_.view(), made.psk_secret.view());
  if (made.path) {
    for (const SecretBytes& path_secret : made.path->path_secrets) path_secrets_.push_back(path_secret.duplicate());
  }
  const KeyPair external = derive_external_key_pair(suite, made.secrets.external_secret.view());
  group_info_ = encode_mls_message(make_published_group_info(
      {context_, confirmation_tag_, committer_}, external.public_key, suite, signature_key.private_key.view()));
}

SecretBytes OutgoingCommit::export_secret(std::string_view label, BytesView context, std::size_t length) const {
  return mls::export_secret(tree_.suite(), exporter_secret_.view(), label, context, length);
}

// Each joiner gets the secret of the lowest node above itself and the committer; the ones above follow from it.
std::optional<BytesView> OutgoingCommit::path_secret_for(LeafIndex joiner) const {
  if (path_secrets_.empty()) return std::nullopt;
  const auto target = std::ranges::find(targets_, common_ancestor(committer_, joiner), &PathTarget::node);
  SAMBAND_CHECK(target != targets_.end());
  return path_secrets_[static_cast<std::size_t>(target - targets_.begin())].view();
}

std::expected<std::vector<AddressedWelcome>, MemberError> OutgoingCommit::make_welcomes(Extensions extensions,
                                                                                        TreeDelivery delivery,
                                                                                        RandomSource& random) const {
  const CipherSuite suite = tree_.suite();
  if (delivery == TreeDelivery::in_group_info) {
    extensions.push_back(ratchet_tree_extension(tree_));
  }
  const GroupInfo info = make_welcome_group_info({context_, confirmation_tag_, committer_}, std::move(extensions),
                                                 suite, signature_key_->private_key.view());
  const WelcomeSecrets secrets{suite, joiner_secret_.view(), welcome_secret_.view(), psks_};
  const Bytes encrypted_group_info = seal_group_info(secrets, info);

  std::vector<AddressedWelcome> welcomes;
  welcomes.reserve(added_.size());
  for (const AddedLeaf& added : added_) {
    const Joiner joiner{added.key_package, path_secret_for(added.index)};
    const auto welcome = make_welcome(secrets, encrypted_group_info, joiner, random);
    if (!welcome) return std::unexpected(MemberError::unusable_key);
    welcomes.push_back({added.index, welcome->secrets.front().new_member, encode_mls_message(*welcome)});
  }
  return welcomes;
}

}  // namespace samband::mls

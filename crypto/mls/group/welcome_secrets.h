// Sealing what those added by a Commit receive, and opening it.
// Source: RFC 9420 §12.4.3.1; the ratchet_tree and external_pub extensions: §12.4.3.2, §12.4.3.3.
// Pure computation; randomness is passed in.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "crypto/mls/group/continuation.h"
#include "crypto/mls/group/key_package_bundle.h"
#include "crypto/mls/group/pre_shared_keys.h"
#include "crypto/mls/tree/ratchet_tree.h"
#include "crypto/mls/wire/group_info.h"
#include "crypto/mls/wire/welcome.h"

namespace samband::mls {

enum class WelcomeError : std::uint8_t {
  not_for_this_key_package,  // no entry names it, or its cipher suite is another
  undecryptable,             // GroupSecrets or GroupInfo do not open with these keys
  malformed,                 // what was inside is not the structure it should be
  invalid_psk,               // a PSK it names has a nonce that is not KDF.Nh bytes
  missing_psk,               // a PSK it names is not held
  // Of PSKs that say which group this one continues (§11.2, §11.3).
  unexpected_continuation,  // there is one, and this was to be a group of its own
  several_continuations,
  continuation_missing,           // there is none, and this was to be the continuation of a group
  continuation_of_another_usage,  // reinit for branch, or the other way round
  continuation_of_another_group,
  continuation_of_another_epoch,
};

// How joiners get the ratchet tree: from the server, or in an extension of the GroupInfo (§12.4.3.3).
enum class TreeDelivery : std::uint8_t { out_of_band, in_group_info };
[[nodiscard]] Extension ratchet_tree_extension(const RatchetTree& tree);

// The state a GroupInfo speaks of: all but its extensions and signature.
struct GroupInfoBase {
  const GroupContext& context;
  const MAC& confirmation_tag;
  LeafIndex signer;
};

// A GroupInfo that anybody may see. Its only extensions are external_pub and the ratchet tree, unless that is nullptr;
// this signature has no room for another: what belongs to members, such as a key, can't end up in it.
[[nodiscard]] GroupInfo make_published_group_info(const GroupInfoBase& base, const HPKEPublicKey& external_pub,
                                                  CipherSuite suite, BytesView signature_private_key,
                                                  const RatchetTree* tree = nullptr);

// The GroupInfo inside a Welcome. `extensions` may hold secrets: joiners alone can open it.
[[nodiscard]] GroupInfo make_welcome_group_info(const GroupInfoBase& base, Extensions extensions, CipherSuite suite,
                                                BytesView signature_private_key);

// The secrets all joiners of one Commit share.
struct WelcomeSecrets {
  CipherSuite suite;
  BytesView joiner_secret;
  BytesView welcome_secret;
  std::span<const PreSharedKeyID> psks;
};
struct Joiner {
  const KeyPackage& key_package;
  std::optional<BytesView> path_secret;  // of the lowest node above both the joiner and the committer
};

// GroupInfo sealed once for all joiners.
[[nodiscard]] Bytes seal_group_info(const WelcomeSecrets& secrets, const GroupInfo& info);
// A Welcome for one joiner, with its own GroupSecrets only. invalid_key when its init_key is no point.
[[nodiscard]] std::expected<Welcome, CryptoError> make_welcome(const WelcomeSecrets& secrets,
                                                               const Bytes& encrypted_group_info, const Joiner& joiner,
                                                               RandomSource& random);

// What a Welcome held. `continues`: the group that its group has to continue; nullptr for none. Nothing of the group is
// verified: the GroupInfo's signer and the tree are next.
struct OpenedWelcome {
  CipherSuite suite;
  GroupSecrets group_secrets;
  SecretBytes psk_secret;
  GroupInfo group_info;
};
[[nodiscard]] std::expected<OpenedWelcome, WelcomeError> open_welcome(const Welcome& welcome,
                                                                      const KeyPackageBundle& bundle,
                                                                      const PreSharedKeySource& psks,
                                                                      const Continuation* continues = nullptr);

}  // namespace samband::mls

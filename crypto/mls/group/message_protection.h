// Content to message and back: PublicMessage with its membership_tag, PrivateMessage with its two layers of AEAD.
// Source: RFC 9420 §6.1 (signatures), §6.2 (PublicMessage), §6.3 (PrivateMessage).
// Pure computation; randomness is passed in. Nothing here moves a ratchet: callers consume a key once the
// message has authenticated, or before an own message leaves.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>

#include "crypto/mls/group/secret_tree.h"
#include "crypto/mls/wire/message.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

enum class MessageError : std::uint8_t {
  malformed,                // the bytes, or what the decrypted layer holds, are not the structure they claim to be
  wrong_kind,               // a well-formed MLSMessage that has no place here, such as a Welcome
  wrong_group,              // another group's message
  wrong_epoch,              // from before or after the epoch this member is in
  application_not_private,  // application data must travel as PrivateMessage (§6)
  membership_tag_mismatch,  // not made with this epoch's membership_key
  invalid_signature,        // not signed by the leaf it names
  unknown_sender,           // names a leaf that is blank or outside the tree
  key_consumed,             // its generation was used before: a repeat, or a copy of a profile
  too_far_ahead,            // its generation is more than skip_max past the newest
  ratchet_exhausted,        // no generation is left in this epoch
  decryption_failed,        // an AEAD tag did not verify
  too_large,                // more content or authenticated_data than a receiver would read
  proposals_waiting,        // a Commit must take up what was proposed before anything is said (§12.4)
  not_a_member,             // this member was removed; its secrets are wiped
  group_reinitialised,      // the group ended with a ReInit: nothing more is said in it (§12.4.2)
};

// What both ends of a message in one epoch share.
struct EpochView {
  CipherSuite suite;
  const GroupContext& context;
};

// The signature key of a leaf; nullopt when the leaf is blank or outside the tree. The view lives as long as
// the tree does.
using SignatureKeyOf = std::function<std::optional<BytesView>(LeafIndex)>;

// --- PublicMessage (§6.2)

// `content` is signed already and its sender is a member. application_not_private for application data.
[[nodiscard]] std::expected<PublicMessage, MessageError> protect_public(EpochView epoch, AuthenticatedContent content,
                                                                        BytesView membership_key);
// The tag of a member's message; other senders have none. The signature is for the caller to verify.
[[nodiscard]] bool verify_membership_tag(EpochView epoch, const PublicMessage& message, BytesView membership_key);
// A member's message, tag and signature verified.
[[nodiscard]] std::expected<AuthenticatedContent, MessageError> unprotect_public(
    EpochView epoch, const PublicMessage& message, BytesView membership_key, const SignatureKeyOf& signature_key_of);

// --- PrivateMessage (§6.3)

// Which ratchet protects a kind of content.
[[nodiscard]] RatchetKind ratchet_kind(ContentType type);

// `content` is signed for wire format mls_private_message and its sender is a member. `message_key` is the key
// of `generation` of the sender's ratchet; `padding_bytes` zeros follow the content. The reuse guard is drawn
// from `random`, so that a generation used twice after a lost write still gives two nonces.
[[nodiscard]] PrivateMessage protect_private(EpochView epoch, const AuthenticatedContent& content,
                                             const MessageKey& message_key, Generation generation,
                                             std::size_t padding_bytes, BytesView sender_data_secret,
                                             RandomSource& random);

// The outer layer: who sealed the message, and with which generation. Any member can forge it, and the leaf it names
// may be blank (§6.3.2: for the caller to check).
[[nodiscard]] std::expected<SenderData, MessageError> open_sender_data(EpochView epoch, const PrivateMessage& message,
                                                                       BytesView sender_data_secret);
// The inner layer. The signature is for the caller to verify; `sender` names a leaf of the tree (asserted).
[[nodiscard]] std::expected<AuthenticatedContent, MessageError> open_private(EpochView epoch,
                                                                             const PrivateMessage& message,
                                                                             const SenderData& sender,
                                                                             const SecretTree& tree);

// An authentic message, and which key of whose ratchet it used: what the caller consumes.
struct UnprotectedPrivate {
  AuthenticatedContent content;
  LeafIndex sender;
  Generation generation;
};
// Both layers and the signature.
[[nodiscard]] std::expected<UnprotectedPrivate, MessageError> unprotect_private(EpochView epoch,
                                                                                const PrivateMessage& message,
                                                                                const SecretTree& tree,
                                                                                BytesView sender_data_secret,
                                                                                const SignatureKeyOf& signature_key_of);

// The AEAD key and nonce of the sender data, from a sample of the ciphertext (§6.3.2).
[[nodiscard]] MessageKey derive_sender_data_key(CipherSuite suite, BytesView sender_data_secret, BytesView ciphertext);

}  // namespace samband::mls

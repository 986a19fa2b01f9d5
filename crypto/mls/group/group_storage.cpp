// A group as its owner stores it. What is stored is secret: the owner encrypts it.
// Formats, each behind its u16 version (never renumber):
//   group:   u8 HandshakeFormat || u16 count || count private keys <V> of own Updates that wait || u16 count || count
//            references <V> of disregarded proposals, increasing || public group <V> || private path || eight epoch
//            secrets <V>, encryption_secret being in the records. Version 1 begins with the public group: its members
//            use PublicMessage. The public group is empty where it is kept as records of its own.
//   pending: u64 epoch it was made in || message <V> || AuthenticatedContent <V>, empty unless the message is a
//            PrivateMessage || private path || nine epoch secrets <V>
// A private path is u32 own leaf || u8 count || count times (u32 node || private key <V>). The records of the secret
// tree are described with `RecordForm` in secret_tree.cpp.
#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/mls/group/group.h"

namespace samband::mls {
namespace {

constexpr std::uint16_t group_format = 2;
constexpr std::uint16_t group_format_public_only = 1;  // still read
constexpr std::uint16_t pending_format = 2;

template <class Secrets, class Visit>
void for_each_kept_secret(Secrets& secrets, Visit&& visit) {
  visit(secrets.sender_data_secret);
  visit(secrets.exporter_secret);
  visit(secrets.external_secret);
  visit(secrets.confirmation_key);
  visit(secrets.membership_key);
  visit(secrets.resumption_psk);
  visit(secrets.epoch_authenticator);
  visit(secrets.init_secret);
}

void write_secrets(Writer& out, const EpochSecrets& secrets) {
  for_each_kept_secret(secrets, [&](const SecretBytes& secret) { out.bytes(secret.view()); });
}

HandshakeFormat read_handshake_format(Reader& in) {
  const auto format = static_cast<HandshakeFormat>(in.u8());
  switch (format) {
    case HandshakeFormat::public_message:
    case HandshakeFormat::private_message:
    case HandshakeFormat::either: return format;
  }
  in.fail(ParseError::unknown_value);
  return HandshakeFormat::public_message;
}

// What stands before the public group since version 2.
struct StoredHandshakes {
  HandshakeFormat format = HandshakeFormat::public_message;
  std::vector<SecretBytes> update_keys;
  std::set<ProposalRef> disregarded;
};

StoredHandshakes read_handshakes(Reader& in) {
  StoredHandshakes out{.format = read_handshake_format(in), .update_keys = {}, .disregarded = {}};
  const std::size_t update_count = in.u16();
  for (std::size_t i = 0; i < update_count && !in.failed(); ++i) {
    out.update_keys.emplace_back(in.bytes(public_key_bytes_max));
  }
  const std::size_t disregarded_count = in.u16();
  for (std::size_t i = 0; i < disregarded_count && !in.failed(); ++i) {
    ProposalRef ref = in.bytes_owned(hash_bytes_max);
    if (!out.disregarded.empty() && ref <= *out.disregarded.rbegin()) in.fail(ParseError::malformed);
    out.disregarded.insert(std::move(ref));
  }
  return out;
}

// Another length than KDF.Nh is malformed.
SecretBytes read_secret(Reader& in, CipherSuite suite) {
  SecretBytes secret{in.bytes(hash_bytes_max)};
  if (secret.size() != suite.hash_bytes()) in.fail(ParseError::malformed);
  return secret;
}

EpochSecrets read_secrets(Reader& in, CipherSuite suite) {
  EpochSecrets secrets;
  for_each_kept_secret(secrets, [&](SecretBytes& secret) { secret = read_secret(in, suite); });
  return secrets;
}

// An upper bound, so that the buffer does not grow and leave copies of secrets behind.
std::size_t stored_bytes_max(std::size_t other_bytes, const PrivatePath& path) {
  constexpr std::size_t secret_count = 9;
  constexpr std::size_t headers = 32;
  return other_bytes + path.encoded_bytes() + secret_count * (hash_bytes_max + 2) + headers;
}

}  // namespace

GroupChanges Group::take_public_changes() {
  return public_.take_changes();
}
SecretBytes Group::encode_private() const {
  return encode_with({});
}
SecretBytes Group::encode_group() const {
  return encode_with(public_.encode());
}

SecretBytes Group::encode_with(BytesView public_group) const {
  SAMBAND_CHECK(is_member());
  Writer out;
  const std::size_t waiting_bytes_max =
      own_updates_.size() * (public_key_bytes_max + 2) + disregarded_.size() * (hash_bytes_max + 1);
  out.reserve(stored_bytes_max(public_group.size() + waiting_bytes_max, state_->path));
  out.u16(group_format);
  out.u8(static_cast<std::uint8_t>(handshake_format_));
  out.u16(static_cast<std::uint16_t>(own_updates_.size()));
  for (const KeyPair& update : own_updates_) out.bytes(update.private_key.view());
  out.u16(static_cast<std::uint16_t>(disregarded_.size()));
  for (const ProposalRef& ref : disregarded_) out.bytes(ref);
  out.bytes(public_group);
  state_->path.write(out);
  write_secrets(out, state_->secrets);
  return out.take_secret();
}

std::expected<Group, ParseError> Group::load(BytesView private_part, std::span<const GroupRecord> public_records,
                                             std::span<const SecretTreeRecord> records, const KeyPair& signature_key) {
  const auto parse_none = [&](BytesView public_bytes) -> std::expected<PublicGroup, ParseError> {
    if (!public_bytes.empty()) return std::unexpected(ParseError::malformed);
    return PublicGroup::load(public_records);
  };
  return load_with(parse_none, private_part, records, signature_key);
}

std::expected<Group, ParseError> Group::load(BytesView group, std::span<const SecretTreeRecord> records,
                                             const KeyPair& signature_key) {
  return load_with(PublicGroup::parse, group, records, signature_key);
}

std::expected<Group, ParseError> Group::load_with(const ParsePublicGroup& parse_public, BytesView group,
                                                  std::span<const SecretTreeRecord> records,
                                                  const KeyPair& signature_key) {
  Reader in{group};
  const std::uint16_t version = in.u16();
  if (version != group_format && version != group_format_public_only) in.fail(ParseError::unknown_value);
  StoredHandshakes handshakes = version == group_format ? read_handshakes(in) : StoredHandshakes{};
  const BytesView public_bytes = in.bytes(vector_bytes_max);
  if (in.failed()) return std::unexpected(*in.error());
  auto public_group = parse_public(public_bytes);
  if (!public_group) return std::unexpected(public_group.error());

  PrivatePath path = PrivatePath::read(in);
  EpochSecrets secrets = read_secrets(in, public_group->suite());
  if (const auto error = in.finish()) return std::unexpected(*error);
  if (!path.matches(public_group->tree()) ||
      public_group->tree().leaf(path.own_leaf())->signature_key != signature_key.public_key) {
    return std::unexpected(ParseError::malformed);
  }
  auto tree = SecretTree::load(public_group->suite(), public_group->tree().leaf_count(), records);
  if (!tree) return std::unexpected(tree.error());

  const LeafIndex own_leaf = path.own_leaf();
  EpochState state{std::move(secrets), std::move(*tree), std::move(path)};
  Group out{std::move(*public_group), own_leaf, std::move(state), signature_key, handshakes.format};
  if (!out.take_up(std::move(handshakes.update_keys), std::move(handshakes.disregarded))) {
    return std::unexpected(ParseError::malformed);
  }
  return out;
}

// Each key must be that of an Update that waits, and each reference one of a proposal that does.
bool Group::take_up(std::vector<SecretBytes> update_keys, std::set<ProposalRef> disregarded) {
  for (SecretBytes& private_key : update_keys) {
    auto public_key = public_.suite().kem_public_key(private_key.view());
    const bool waits = public_key && std::ranges::any_of(public_.waiting_proposals(), [&](const WaitingProposal& one) {
                         const auto* update = std::get_if<Update>(&one.proposal);
                         return update && one.member == own_leaf_ && update->leaf_node.encryption_key == *public_key;
                       });
    if (!waits) return false;
    own_updates_.push_back({std::move(private_key), std::move(*public_key)});
  }
  const bool all_wait = std::ranges::all_of(disregarded, [&](const ProposalRef& ref) { return waits(ref); });
  disregarded_ = std::move(disregarded);
  return all_wait;
}

SecretBytes Group::encode_pending() const {
  SAMBAND_CHECK(has_pending());
  Writer out;
  out.reserve(stored_bytes_max(pending_->message.size() + pending_->sealed.size(), pending_->next.path));
  out.u16(pending_format);
  out.u64(epoch().value);
  out.bytes(pending_->message);
  out.bytes(pending_->sealed);
  pending_->next.path.write(out);
  write_secrets(out, pending_->next.secrets);
  out.bytes(pending_->next.secrets.encryption_secret.view());
  return out.take_secret();
}

// What a stored pending Commit says: read from its PublicMessage, or kept beside its PrivateMessage.
std::expected<AuthenticatedContent, ParseError> Group::stored_commit(BytesView message, BytesView sealed) const {
  if (!sealed.empty()) return parse_authenticated_content(sealed);
  auto opened = open_handshake(message);
  if (!opened) return std::unexpected(ParseError::malformed);
  return std::move(opened->content);
}

std::expected<void, ParseError> Group::load_pending(BytesView pending, const Services& services) {
  Reader in{pending};
  if (in.u16() != pending_format) in.fail(ParseError::unknown_value);
  if (Epoch{in.u64()} != epoch()) in.fail(ParseError::malformed);
  Bytes message = in.bytes_owned(vector_bytes_max);
  Bytes sealed = in.bytes_owned(vector_bytes_max);
  PrivatePath path = PrivatePath::read(in);
  EpochSecrets secrets = read_secrets(in, public_.suite());
  secrets.encryption_secret = read_secret(in, public_.suite());
  if (const auto error = in.finish()) return std::unexpected(*error);

  const auto content = stored_commit(message, sealed);
  if (!content) return std::unexpected(content.error());
  auto staged = public_.stage_commit(*content, {services.authentication, std::nullopt, true});
  if (!staged || !path.matches(staged->tree)) return std::unexpected(ParseError::malformed);
  NextEpoch next{std::move(secrets), std::move(path), content->auth.confirmation_tag};
  pending_ = Pending{std::move(*staged), std::move(next), std::move(message), std::move(sealed)};
  return {};
}

std::vector<SecretTreeRecord> Group::take_secret_tree_changes() {
  if (!is_member()) return {};
  return state_->tree.take_changes();
}

}  // namespace samband::mls

#include "tests/interop/peer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "crypto/bytes/check.h"
#include "crypto/codec/hex.h"
#include "crypto/mls/wire/message.h"

namespace samband::interop {
namespace {

constexpr std::uint64_t day_seconds = 86400;
constexpr std::uint64_t lifetime_seconds = 28 * day_seconds;
constexpr std::size_t export_blocks_max = 255;  // RFC 5869 §2.3

WallTime now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  return WallTime{static_cast<std::uint64_t>(ms)};
}

mls::Lifetime fresh_lifetime() {
  const std::uint64_t seconds = now().ms / 1000;
  return {.not_before = seconds - day_seconds, .not_after = seconds + lifetime_seconds};
}

// Believes what a credential says, and that nobody changes it.
class TrustingService final : public mls::AuthenticationService {
 public:
  [[nodiscard]] bool validates(const mls::Credential&, BytesView) const override { return true; }
  [[nodiscard]] bool is_successor(const mls::Credential& previous, const mls::Credential& next) const override {
    return previous == next;
  }
};
const TrustingService everybody;

// Lifetimes are looked at where a KeyPackage is added, and not again: those of other implementations may be longer than
// samband's own channels allow.
mls::Services services(const mls::PreSharedKeySource& psks) {
  return {.authentication = everybody, .psks = psks, .now = std::nullopt};
}

// A Welcome does not tell which PSKs were in it; this does.
class ObservedPsks final : public mls::PreSharedKeySource {
 public:
  explicit ObservedPsks(const mls::PreSharedKeySource& source) : source_{source} {}
  [[nodiscard]] std::optional<SecretBytes> find(const mls::PreSharedKeyID& id) const override {
    asked_.push_back(id);
    return source_.find(id);
  }
  [[nodiscard]] const std::vector<mls::PreSharedKeyID>& asked() const { return asked_; }

 private:
  const mls::PreSharedKeySource& source_;
  mutable std::vector<mls::PreSharedKeyID> asked_;
};

template <class Body>
OrReason<Body> parse_as(BytesView message) {
  auto parsed = mls::parse_mls_message(message);
  if (!parsed) return refuse(parsed.error());
  auto* body = std::get_if<Body>(&*parsed);
  if (body == nullptr) return refuse(mls::MessageError::wrong_kind);
  return std::move(*body);
}

OrReason<mls::KeyPackage> parse_key_package_to_add(BytesView message) {
  auto key_package = parse_as<mls::KeyPackage>(message);
  if (!key_package) return key_package;
  const auto* source = std::get_if<mls::KeyPackageSource>(&key_package->leaf_node.source);
  if (source != nullptr && !source->lifetime.contains(now())) return refuse(mls::CommitError::leaf_outside_lifetime);
  return key_package;
}

OrReason<std::optional<mls::RatchetTreeNodes>> parse_tree(const std::optional<Bytes>& tree) {
  if (!tree) return std::nullopt;
  auto nodes = mls::parse_ratchet_tree(*tree);
  if (!nodes) return refuse(nodes.error());
  return std::move(*nodes);
}

// What a framed message says of itself; nullopt for those that are not framed.
std::optional<mls::ContentType> content_type_of(const mls::MLSMessage& message) {
  if (const auto* open = std::get_if<mls::PublicMessage>(&message)) return mls::content_type(open->content.content);
  if (const auto* sealed = std::get_if<mls::PrivateMessage>(&message)) return sealed->content_type;
  return std::nullopt;
}

// One Welcome for all joiners of a Commit: they share everything but their secrets.
std::optional<Bytes> merge_welcomes(const std::vector<mls::AddressedWelcome>& welcomes) {
  std::optional<mls::Welcome> merged;
  for (const mls::AddressedWelcome& addressed : welcomes) {
    auto message = mls::parse_mls_message(addressed.message).value();
    auto& welcome = std::get<mls::Welcome>(message);
    if (merged) {
      std::ranges::move(welcome.secrets, std::back_inserter(merged->secrets));
    } else {
      merged = std::move(welcome);
    }
  }
  if (!merged) return std::nullopt;
  return mls::encode_mls_message(*merged);
}

bool is_for(const mls::Welcome& welcome, const mls::KeyPackage& key_package) {
  const CipherSuite suite = CipherSuite::of(key_package.cipher_suite).value();  // it is our own
  const mls::KeyPackageRef ref = mls::make_key_package_ref(key_package, suite);
  return std::ranges::any_of(welcome.secrets, [&](const auto& sealed) { return sealed.new_member == ref; });
}

std::optional<mls::LeafIndex> leaf_with_key(const mls::RatchetTreeNodes& nodes, BytesView signature_key) {
  for (std::uint32_t i = 0; i < nodes.size(); i += 2) {
    const auto* leaf = nodes[i] ? std::get_if<mls::LeafNodePtr>(&*nodes[i]) : nullptr;
    if (leaf != nullptr && equal((*leaf)->signature_key, signature_key)) return mls::LeafIndex{i / 2};
  }
  return std::nullopt;
}

}  // namespace

OrReason<mls::Group*> Peer::member() {
  if (!present_) return refuse(CommandError::no_group);
  if (!present_->group.is_member()) return refuse(mls::MemberError::removed);
  return &present_->group;
}

const KeyPair& Peer::signature_key(CipherSuite suite) {
  const auto found = signature_keys_.find(suite.id());
  if (found != signature_keys_.end()) return found->second;
  return signature_keys_.emplace(suite.id(), suite.generate_signature_key_pair(random_)).first->second;
}

mls::LeafIdentity Peer::leaf_identity() const {
  mls::Capabilities capabilities{
      .versions = {mls::ProtocolVersion::mls10},
      .cipher_suites = {},
      .extensions = {},
      .proposals = {},
      .credentials = {mls::CredentialType::basic, mls::CredentialType::x509},
  };
  for (std::uint16_t id = 1; id <= 7; ++id) {
    if (CipherSuite::of(id)) capabilities.cipher_suites.push_back(id);
  }
  return {mls::BasicCredential{identity_}, std::move(capabilities), {}};
}

// --- entering a group

OrReason<Bytes> Peer::make_key_package(std::uint16_t suite_id) {
  const auto suite = CipherSuite::of(suite_id);
  if (!suite) return refuse(CommandError::unsupported_suite);
  suite_ = suite->id();
  key_packages_.push_back(
      mls::make_key_package(*suite, leaf_identity(), signature_key(*suite), {.lifetime = fresh_lifetime()}, random_));
  return mls::encode_mls_message(key_packages_.back().key_package);
}

OrReason<void> Peer::create(const Bytes& group_id, std::optional<std::uint16_t> suite_id) {
  const auto suite = suite_id ? CipherSuite::of(*suite_id) : CipherSuite::of(suite_);
  if (!suite) return refuse(CommandError::unsupported_suite);
  if (group_id.size() > mls::group_id_bytes_max) return refuse(CommandError::group_id_too_long);
  auto group = mls::Group::create({.suite = *suite,
                                   .group_id = group_id,
                                   .creator = leaf_identity(),
                                   .lifetime = fresh_lifetime(),
                                   .extensions = {},
                                   .handshake_format = mls::HandshakeFormat::either},
                                  signature_key(*suite), random_);
  if (!group) return refuse(group.error());
  enter(std::move(*group));
  return {};
}

OrReason<void> Peer::join(BytesView message, const std::optional<Bytes>& tree) {
  const auto nodes = parse_tree(tree);
  if (!nodes) return std::unexpected(nodes.error());
  const auto welcome = parse_as<mls::Welcome>(message);
  if (!welcome) return std::unexpected(welcome.error());
  const auto bundle =
      std::ranges::find_if(key_packages_, [&](const auto& held) { return is_for(*welcome, held.key_package); });
  if (bundle == key_packages_.end()) return refuse(CommandError::unknown_key_package);

  const ObservedPsks psks{psks_};
  const CipherSuite suite = CipherSuite::of(bundle->key_package.cipher_suite).value();
  auto joined = mls::Group::join(message, *bundle, *nodes, signature_key(suite), services(psks),
                                 {.handshake_format = mls::HandshakeFormat::either});
  if (!joined) return refuse(joined.error());
  psks_.entered(psks.asked());
  key_packages_.erase(bundle);
  enter(std::move(joined->group));
  return {};
}

OrReason<Bytes> Peer::join_external(BytesView group_info, const std::optional<Bytes>& tree) {
  const auto info = parse_as<mls::GroupInfo>(group_info);
  if (!info) return std::unexpected(info.error());
  const auto suite = CipherSuite::of(info->group_context.cipher_suite);
  if (!suite) return refuse(CommandError::unsupported_suite);
  const auto* inside = mls::find_extension(info->extensions, mls::ExtensionType::ratchet_tree);
  if (!tree && inside == nullptr) return refuse(mls::JoinError::no_ratchet_tree);
  const auto nodes = mls::parse_ratchet_tree(tree ? *tree : inside->extension_data);
  if (!nodes) return refuse(nodes.error());

  const KeyPair& key = signature_key(*suite);
  auto joined = mls::Group::join_external(
      group_info, *nodes, leaf_identity(), key,
      {.replaces = leaf_with_key(*nodes, key.public_key), .handshake_format = mls::HandshakeFormat::either},
      services(psks_), random_);
  if (!joined) return refuse(joined.error());
  enter(std::move(joined->group));
  return std::move(joined->commit);
}

void Peer::enter(mls::Group group) {
  present_.emplace(Present{.group = std::move(group), .tree_records = {}, .records_epoch = std::nullopt});
  entered_epoch();
}

void Peer::entered_epoch() {
  const mls::Group& group = present_->group;
  psks_.keep_resumption(group.context().group_id, group.epoch(), group.resumption_psk());
}

// --- changing it

OrReason<CommitAndWelcome> Peer::commit_and_merge(mls::CommitOptions options, mls::WireFormat format) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  options.wire_format = format;
  options.references = (*group)->proposals_to_commit();
  const auto outgoing = (*group)->create_commit(options, services(psks_), random_);
  if (!outgoing) return refuse(outgoing.error());
  const auto welcomes = outgoing->make_welcomes({}, mls::TreeDelivery::in_group_info, random_);
  if (!welcomes) {
    (*group)->clear_pending();
    return refuse(welcomes.error());
  }
  psks_.entered((*group)->pending().changes.psks);
  (*group)->merge_pending();
  entered_epoch();
  return CommitAndWelcome{outgoing->message(), merge_welcomes(*welcomes)};
}

OrReason<CommitAndWelcome> Peer::add(BytesView message, mls::WireFormat format) {
  auto key_package = parse_key_package_to_add(message);
  if (!key_package) return std::unexpected(key_package.error());
  mls::CommitOptions options;
  options.adds.push_back(std::move(*key_package));
  return commit_and_merge(std::move(options), format);
}

OrReason<CommitAndWelcome> Peer::remove(mls::LeafIndex leaf, mls::WireFormat format) {
  return commit_and_merge({.removes = {leaf}}, format);
}

OrReason<CommitAndWelcome> Peer::update(mls::WireFormat format) {
  return commit_and_merge({.force_path = true}, format);
}

OrReason<CommitAndWelcome> Peer::commit(mls::WireFormat format) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  const CipherSuite suite = (*group)->public_group().suite();
  return commit_and_merge({.psks = psks_.waiting(suite, random_), .force_path = true}, format);
}

OrReason<Bytes> Peer::propose(const mls::ProposedChange& change, mls::WireFormat format) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  auto proposal = (*group)->propose(change, {.wire_format = format}, services(psks_), random_);
  if (!proposal) return refuse(proposal.error());
  return std::move(proposal->message);
}

OrReason<Bytes> Peer::propose_add(BytesView message, mls::WireFormat format) {
  auto key_package = parse_key_package_to_add(message);
  if (!key_package) return std::unexpected(key_package.error());
  return propose(mls::Add{std::move(*key_package)}, format);
}

OrReason<Bytes> Peer::propose_remove(mls::LeafIndex leaf, mls::WireFormat format) {
  return propose(mls::Remove{leaf}, format);
}

OrReason<Bytes> Peer::propose_psk(const Bytes& id, mls::WireFormat format) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  if (id.size() > mls::psk_id_bytes_max) return refuse(CommandError::psk_id_too_long);
  const CipherSuite suite = (*group)->public_group().suite();
  return propose(mls::PreSharedKey{mls::make_external_psk_id(suite, id, random_)}, format);
}

OrReason<Bytes> Peer::propose_update(mls::WireFormat format) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  auto proposal = (*group)->propose_update(std::nullopt, {.wire_format = format}, services(psks_), random_);
  if (!proposal) return refuse(proposal.error());
  return std::move(proposal->message);
}

OrReason<Handled> Peer::handle(BytesView message) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  const auto parsed = mls::parse_mls_message(message);
  if (!parsed) return refuse(parsed.error());
  const auto content = content_type_of(*parsed);
  if (!content || *content == mls::ContentType::application) return refuse(mls::MessageError::wrong_kind);
  if (*content == mls::ContentType::proposal) {
    const auto reference = (*group)->receive_proposal(message, services(psks_));
    if (!reference) return refuse(reference.error());
    return Handled::proposal;
  }
  auto staged = (*group)->stage_commit(message, services(psks_));
  if (!staged) return refuse(staged.error());
  psks_.entered(staged->changes().psks);
  if ((*group)->merge(std::move(*staged)) == mls::CommitOutcome::removed) return Handled::removed;
  entered_epoch();
  return Handled::commit;
}

OrReason<void> Peer::tell_psk(const Bytes& id, const Bytes& secret) {
  if (id.size() > mls::psk_id_bytes_max) return refuse(CommandError::psk_id_too_long);
  if (psks_.waiting_count() == mls::psks_max) return refuse(CommandError::too_many_psks);
  psks_.tell(id, SecretBytes{secret});
  return {};
}

// --- using it

OrReason<Bytes> Peer::group_info() {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  return (*group)->group_info(mls::TreeDelivery::in_group_info);
}

OrReason<Bytes> Peer::protect(BytesView application_data) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  auto message = (*group)->protect(application_data, {}, 0, random_);
  if (!message) return refuse(message.error());
  return std::move(*message);
}

OrReason<Bytes> Peer::unprotect(BytesView message) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  auto opened = (*group)->unprotect(message);
  if (!opened) return refuse(opened.error());
  return std::move(opened->application_data);
}

OrReason<SecretBytes> Peer::export_secret(std::string_view label, BytesView context, std::size_t length) {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  if (length > export_blocks_max * (*group)->public_group().suite().hash_bytes()) {
    return refuse(CommandError::length_out_of_range);
  }
  return (*group)->export_secret(label, context, length);
}

OrReason<std::string> Peer::authenticator() {
  const auto group = member();
  if (!group) return std::unexpected(group.error());
  return std::to_string((*group)->epoch().value) + ":" + to_hex((*group)->epoch_authenticator().view());
}

}  // namespace samband::interop

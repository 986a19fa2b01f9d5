// A peer in a file, so that another process goes on where this one was. For tests: the file holds every secret in
// clear. Format: u16 version || identity <V> || u16 suite || signature keys || KeyPackages || PSKs || group; see
// `encode`.
#include <filesystem>
#include <fstream>
#include <system_error>

#include "crypto/mls/wire/limits.h"
#include "tests/interop/peer.h"

namespace samband::interop {
namespace {

constexpr std::uint16_t peer_format = 1;

std::optional<Bytes> read_file(const std::string& name) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(name, error);
  if (error) return std::nullopt;
  std::string content(size, '\0');
  if (!std::ifstream{name, std::ios::binary}.read(content.data(), static_cast<std::streamsize>(size))) {
    return std::nullopt;
  }
  return copy_of(view_of(content));
}

bool write_file(const std::string& name, BytesView content) {
  std::ofstream out{name, std::ios::binary | std::ios::trunc};
  out << text_of(content) << std::flush;
  return out.good();
}

}  // namespace

SecretBytes Peer::encode() {
  Writer out;
  out.u16(peer_format);
  out.bytes(identity_);
  out.u16(static_cast<std::uint16_t>(suite_));
  out.vector([&](Writer& inner) {
    for (const auto& [suite, key] : signature_keys_) {
      inner.u16(static_cast<std::uint16_t>(suite));
      inner.bytes(key.private_key.view());
    }
  });
  out.vector([&](Writer& inner) {
    for (const mls::KeyPackageBundle& bundle : key_packages_) inner.bytes(bundle.encode().view());
  });
  psks_.write(out);
  const bool in_group = present_ && present_->group.is_member();
  out.presence(in_group);
  if (in_group) present_->write(out);
  return out.take_secret();
}

void Peer::Present::write(Writer& out) {
  if (records_epoch != group.epoch()) tree_records.clear();
  records_epoch = group.epoch();
  for (mls::SecretTreeRecord& change : group.take_secret_tree_changes()) {
    tree_records.erase(change.node);
    if (!change.value.empty()) tree_records.emplace(change.node, std::move(change.value));
  }
  out.u16(static_cast<std::uint16_t>(group.public_group().suite().id()));
  out.bytes(group.encode_group().view());
  out.vector([&](Writer& inner) {
    for (const auto& [node, value] : tree_records) {
      inner.u32(node.value);
      inner.bytes(value.view());
    }
  });
}

std::expected<Peer, ParseError> Peer::parse(BytesView stored) {
  Reader in{stored};
  if (in.u16() != peer_format) in.fail(ParseError::unknown_value);
  Peer peer{in.bytes_owned(mls::identity_bytes_max)};
  peer.suite_ = static_cast<CipherSuiteId>(in.u16());
  peer.read_keys(in);
  peer.psks_ = PreSharedKeyStore::read(in);
  if (in.presence()) peer.read_group(in);
  if (const auto error = in.finish()) return std::unexpected(*error);
  return peer;
}

void Peer::read_keys(Reader& in) {
  Reader keys = in.vector(vector_bytes_max);
  while (!keys.at_end()) {
    const auto suite = CipherSuite::of(keys.u16());
    const BytesView private_key = keys.bytes(mls::public_key_bytes_max);
    auto key = suite ? suite->signature_key_pair(private_key) : std::unexpected(CryptoError::unsupported_suite);
    if (!key) return in.fail(ParseError::malformed);
    signature_keys_.emplace(suite->id(), std::move(*key));
  }
  in.join(keys);
  Reader bundles = in.vector(vector_bytes_max);
  while (!bundles.at_end()) {
    auto bundle = mls::KeyPackageBundle::parse(bundles.bytes(vector_bytes_max));
    if (!bundle) return in.fail(bundle.error());
    key_packages_.push_back(std::move(*bundle));
  }
  in.join(bundles);
}

void Peer::read_group(Reader& in) {
  const auto key = signature_keys_.find(static_cast<CipherSuiteId>(in.u16()));
  const BytesView encoded = in.bytes(vector_bytes_max);
  std::vector<mls::SecretTreeRecord> records;
  Reader tree = in.vector(vector_bytes_max);
  while (!tree.at_end()) {
    const mls::NodeIndex node{tree.u32()};
    records.push_back({node, SecretBytes{tree.bytes(vector_bytes_max)}});
  }
  in.join(tree);
  if (in.failed()) return;
  if (key == signature_keys_.end()) return in.fail(ParseError::malformed);
  auto group = mls::Group::load(encoded, records, key->second);
  if (!group) return in.fail(group.error());
  present_.emplace(Present{.group = std::move(*group), .tree_records = {}, .records_epoch = std::nullopt});
  present_->records_epoch = present_->group.epoch();
  for (mls::SecretTreeRecord& record : records) present_->tree_records.emplace(record.node, std::move(record.value));
}

OrReason<void> Peer::save(const std::string& file) {
  if (!write_file(file, encode().view())) return refuse(CommandError::file_unwritable);
  return {};
}

OrReason<void> Peer::load(const std::string& file) {
  const auto content = read_file(file);
  if (!content) return refuse(CommandError::file_unreadable);
  auto peer = parse(*content);
  if (!peer) return refuse(peer.error());
  *this = std::move(*peer);
  return {};
}

}  // namespace samband::interop

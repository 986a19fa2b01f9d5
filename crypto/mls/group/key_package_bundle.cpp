#include "crypto/mls/group/key_package_bundle.h"

namespace samband::mls {
namespace {

constexpr std::uint8_t bundle_format = 1;  // of the stored form; never renumber

bool belongs_to(CipherSuite suite, const SecretBytes& private_key, const Bytes& public_key) {
  const auto derived = suite.kem_public_key(private_key.view());
  return derived && *derived == public_key;
}

}  // namespace

bool KeyPackageBundle::is_last_resort() const {
  return find_extension(key_package.extensions, last_resort_extension) != nullptr;
}

SecretBytes KeyPackageBundle::encode() const {
  const Bytes encoded = mls::encode(key_package);
  Writer out;
  out.reserve(encoded.size() + init_private_key.size() + encryption_private_key.size() + 16);
  out.u8(bundle_format);
  out.bytes(encoded);
  out.bytes(init_private_key.view());
  out.bytes(encryption_private_key.view());
  return out.take_secret();
}

std::expected<KeyPackageBundle, ParseError> KeyPackageBundle::parse(BytesView stored) {
  Reader in{stored};
  if (in.u8() != bundle_format) in.fail(ParseError::unknown_value);
  Reader inner = in.vector(structure_bytes_max);
  KeyPackageBundle bundle{.key_package = read_key_package(inner), .init_private_key = {}, .encryption_private_key = {}};
  if (const auto error = inner.finish()) in.fail(*error);
  bundle.init_private_key = SecretBytes{in.bytes(public_key_bytes_max)};
  bundle.encryption_private_key = SecretBytes{in.bytes(public_key_bytes_max)};
  if (auto error = in.finish()) return std::unexpected(*error);

  const auto suite = CipherSuite::of(bundle.key_package.cipher_suite);
  if (!suite || !belongs_to(*suite, bundle.init_private_key, bundle.key_package.init_key) ||
      !belongs_to(*suite, bundle.encryption_private_key, bundle.key_package.leaf_node.encryption_key)) {
    return std::unexpected(ParseError::malformed);
  }
  return bundle;
}

KeyPackageBundle make_key_package(CipherSuite suite, const LeafIdentity& identity, const KeyPair& signature_key,
                                  const KeyPackageOptions& options, RandomSource& random) {
  KeyPair init_key = suite.generate_kem_key_pair(random);
  KeyPair encryption_key = suite.generate_kem_key_pair(random);
  KeyPackage key_package{
      .cipher_suite = static_cast<std::uint16_t>(suite.id()),
      .init_key = std::move(init_key.public_key),
      .leaf_node = make_own_leaf(identity, std::move(encryption_key.public_key), signature_key.public_key,
                                 KeyPackageSource{options.lifetime}),
      .extensions = options.extensions,
      .signature = {},
  };
  const bool is_marked = find_extension(key_package.extensions, last_resort_extension) != nullptr;
  if (options.last_resort && !is_marked) key_package.extensions.push_back({last_resort_extension, {}});
  list_extensions(key_package.leaf_node.capabilities, key_package.extensions);
  sign_leaf_node(key_package.leaf_node, suite, signature_key.private_key.view(), {}, LeafIndex{});
  sign_key_package(key_package, suite, signature_key.private_key.view());
  return {std::move(key_package), std::move(init_key.private_key), std::move(encryption_key.private_key)};
}

}  // namespace samband::mls

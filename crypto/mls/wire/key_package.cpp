#include "crypto/mls/wire/key_package.h"

namespace samband::mls {
namespace {

constexpr std::size_t key_package_tbs_bytes_expected = 1024;  // room to write into, so that it need not grow
constexpr std::string_view key_package_label = "KeyPackageTBS";

void write_unsigned(Writer& out, const KeyPackage& key_package) {
  out.u16(static_cast<std::uint16_t>(key_package.version));
  out.u16(key_package.cipher_suite);
  out.bytes(key_package.init_key);
  write(out, key_package.leaf_node);
  write_extensions(out, key_package.extensions);
}

}  // namespace

KeyPackage read_key_package(Reader& in) {
  return {.version = read_version(in),
          .cipher_suite = in.u16(),
          .init_key = in.bytes_owned(public_key_bytes_max),
          .leaf_node = read_leaf_node(in),
          .extensions = read_extensions(in),
          .signature = in.bytes_owned(signature_bytes_max)};
}

std::expected<KeyPackage, ParseError> parse_key_package(BytesView wire) {
  return parse_whole(wire, read_key_package);
}

void write(Writer& out, const KeyPackage& key_package) {
  write_unsigned(out, key_package);
  out.bytes(key_package.signature);
}

Bytes key_package_tbs(const KeyPackage& key_package) {
  Writer out;
  out.reserve(key_package_tbs_bytes_expected);
  write_unsigned(out, key_package);
  return out.take();
}

void sign_key_package(KeyPackage& key_package, const CipherSuite& suite, BytesView signature_private_key) {
  key_package.signature = suite.sign_with_label(signature_private_key, key_package_label, key_package_tbs(key_package));
}

bool verify_key_package_signature(const KeyPackage& key_package, const CipherSuite& suite) {
  return suite.verify_with_label(key_package.leaf_node.signature_key, key_package_label, key_package_tbs(key_package),
                                 key_package.signature);
}

KeyPackageRef make_key_package_ref(const KeyPackage& key_package, const CipherSuite& suite) {
  return suite.ref_hash("MLS 1.0 KeyPackage Reference", encode(key_package));
}

}  // namespace samband::mls

// Whatever bytes reach a member, as a message or out of its store: it refuses or follows, and a store that is read
// is written back the same.
#include <cstdlib>

#include "crypto/mls/group/group.h"
#include "crypto/mls/group/test_services.h"

namespace {

using namespace samband;
using namespace samband::mls;

struct Scene {
  SeededRandom random{1};
  CipherSuite suite = *CipherSuite::of(samband_suite);
  KeyPair signature_key = suite.generate_signature_key_pair(random);
  LeafIdentity identity{.credential = BasicCredential{{1}},
                        .capabilities = {.versions = {ProtocolVersion::mls10},
                                         .cipher_suites = {static_cast<std::uint16_t>(samband_suite)},
                                         .extensions = {},
                                         .proposals = {},
                                         .credentials = {CredentialType::basic}},
                        .extensions = {}};
  Lifetime lifetime{.not_before = 0, .not_after = 1000};
  KeyPackageBundle bundle = make_key_package(suite, identity, signature_key, {.lifetime = lifetime}, random);
  Group group = Group::create({suite, {1}, identity, lifetime, {}}, signature_key, random).value();
  std::vector<SecretTreeRecord> records = group.take_secret_tree_changes();  // of a tree of one leaf
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Scene scene;
  static const TrustingService authentication;
  static const NoPreSharedKeys psks;
  const Services services{authentication, psks, std::nullopt};
  const BytesView wire{data, size};

  std::ignore = scene.group.unprotect(wire);
  std::ignore = scene.group.stage_commit(wire, services);
  std::ignore = Group::join(wire, scene.bundle, std::nullopt, scene.signature_key, services);
  if (auto loaded = Group::load(wire, scene.records, scene.signature_key)) {
    if (!equal(loaded->encode_group().view(), wire)) std::abort();
  }
  if (auto bundle = KeyPackageBundle::parse(wire)) {
    if (!equal(bundle->encode().view(), wire)) std::abort();
  }
  return 0;
}

// A member alone in its group, the same in every run: whose stores a fuzzer spoils, and where its seeds come from.
// Included by fuzzers only.
#pragma once

#include "crypto/mls/group/group.h"
#include "crypto/mls/group/test_services.h"

namespace samband::mls {

struct LoneMember {
  static constexpr Lifetime lifetime{.not_before = 0, .not_after = 1000};

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
  KeyPackageBundle bundle = make_key_package(suite, identity, signature_key, {.lifetime = lifetime}, random);
  Group group =
      Group::create({suite, {1}, identity, lifetime, {}, HandshakeFormat::public_message}, signature_key, random)
          .value();
  std::vector<SecretTreeRecord> records = group.take_secret_tree_changes();
  SecretBytes stored = group.encode_group();
};

}  // namespace samband::mls

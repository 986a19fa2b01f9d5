// Builders of leaves and trees for tests. Included by tests only.
#pragma once

#include <string>

#include "crypto/mls/tree/leaf_validation.h"
#include "crypto/mls/tree/ratchet_tree.h"
#include "crypto/mls/wire/test_errors.h"

namespace samband::mls::testing {

inline const CipherSuite& suite() {
  static const CipherSuite chosen = *CipherSuite::of(samband_suite);
  return chosen;
}

// Validates every credential but those with the identity "refused"; one may follow another with the same first letter.
class NamedCredentials final : public AuthenticationService {
 public:
  [[nodiscard]] bool validates(const Credential& credential, BytesView) const override {
    return name_of(credential) != "refused";
  }
  [[nodiscard]] bool is_successor(const Credential& previous, const Credential& next) const override {
    return name_of(previous).substr(0, 1) == name_of(next).substr(0, 1);
  }

 private:
  static std::string_view name_of(const Credential& credential) {
    const auto* basic = std::get_if<BasicCredential>(&credential);
    return basic ? text_of(basic->identity) : std::string_view{};
  }
};

inline Capabilities plain_capabilities() {
  return {.versions = {ProtocolVersion::mls10},
          .cipher_suites = {static_cast<std::uint16_t>(samband_suite)},
          .extensions = {},
          .proposals = {},
          .credentials = {CredentialType::basic}};
}

inline LeafNode unsigned_leaf(std::string_view name, const KeyPair& signature, const KeyPair& encryption) {
  return {.encryption_key = encryption.public_key,
          .signature_key = signature.public_key,
          .credential = BasicCredential{copy_of(view_of(name))},
          .capabilities = plain_capabilities(),
          .source = KeyPackageSource{{.not_before = 0, .not_after = lifetime_seconds_max}},
          .extensions = {},
          .signature = {}};
}

// A leaf that is never verified: its keys are the name, repeated.
inline LeafNodePtr leaf_named(const std::string& name) {
  return std::make_shared<const LeafNode>(
      unsigned_leaf(name, {{}, copy_of(view_of("signature of " + name))}, {{}, copy_of(view_of("key of " + name))}));
}

}  // namespace samband::mls::testing

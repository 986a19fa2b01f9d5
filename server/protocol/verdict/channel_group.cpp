#include "server/protocol/verdict/channel_group.h"

#include "crypto/bytes/check.h"
#include "crypto/identity/device_certificate.h"

namespace samband::protocol {
namespace {

mls::RequiredCapabilities required_capabilities() {
  return {
      .extension_types = {policy_extension}, .proposal_types = {}, .credential_types = {mls::CredentialType::basic}};
}

CipherSuite channel_suite() {
  const auto suite = CipherSuite::of(samband_suite);
  SAMBAND_CHECK(suite.has_value());
  return *suite;
}

}  // namespace

mls::Capabilities leaf_capabilities() {
  return {.versions = {mls::ProtocolVersion::mls10},
          .cipher_suites = {static_cast<std::uint16_t>(samband_suite)},
          .extensions = {last_resort_extension, policy_extension},
          .proposals = {},
          .credentials = {mls::CredentialType::basic}};
}

mls::Extensions group_extensions(const storage::ChannelPolicy& policy) {
  return {{mls::ExtensionType::required_capabilities, mls::encode(required_capabilities())},
          {policy_extension, storage::encode(policy)}};
}

std::optional<storage::ChannelPolicy> policy_of(const mls::Extensions& extensions) {
  const mls::Extension* found = mls::find_extension(extensions, policy_extension);
  if (found == nullptr) return std::nullopt;
  auto policy = storage::parse_channel_policy(found->extension_data);
  if (!policy || extensions != group_extensions(*policy)) return std::nullopt;
  return std::move(*policy);
}

mls::LeafRequirements key_package_requirements(WallTime at) {
  return {.suite = channel_suite(),
          .group_id = {},
          .extension_types = {policy_extension},
          .required = required_capabilities(),
          .now = at};
}

bool is_lifetime_permitted(const mls::LeafNode& leaf) {
  const auto* source = std::get_if<mls::KeyPackageSource>(&leaf.source);
  if (source == nullptr || source->lifetime.not_after < source->lifetime.not_before) return false;
  return source->lifetime.not_after - source->lifetime.not_before <= key_package_lifetime_seconds_max;
}

std::optional<DeviceId> device_of(const mls::Credential& credential) {
  const auto* basic = std::get_if<mls::BasicCredential>(&credential);
  if (basic == nullptr) return std::nullopt;
  const auto certificate = identity::parse_signed_device_certificate(basic->identity);
  if (!certificate) return std::nullopt;
  return certificate->body.device;
}

std::optional<DeviceId> device_of(const mls::LeafNode* leaf) {
  if (leaf == nullptr) return std::nullopt;
  return device_of(leaf->credential);
}

}  // namespace samband::protocol

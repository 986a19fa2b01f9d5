#include "crypto/mls/group/grease.h"

namespace samband::mls {
namespace {

constexpr std::size_t content_bytes_max = 32;

std::uint8_t octet(RandomSource& random) {
  std::uint8_t drawn = 0;
  random.fill({&drawn, 1});
  return drawn;
}

// 0x0A0A, 0x1A1A, … 0xEAEA. The last of that form, 0xFAFA, is for private use.
std::uint16_t grease_value(RandomSource& random) {
  const auto repeated = static_cast<std::uint16_t>((octet(random) % 15U) << 4U | 0x0aU);
  return static_cast<std::uint16_t>(repeated << 8U | repeated);
}

template <class Value>
void add_grease(ValueList<Value>& values, RandomSource& random) {
  values.push_back(static_cast<Value>(grease_value(random)));
}

}  // namespace

Extension grease_extension(RandomSource& random) {
  const auto type = static_cast<ExtensionType>(grease_value(random));
  Bytes content(octet(random) % (content_bytes_max + 1));
  random.fill(content);
  return {type, std::move(content)};
}

LeafIdentity with_grease(LeafIdentity identity, RandomSource& random) {
  Capabilities& capabilities = identity.capabilities;
  add_grease(capabilities.cipher_suites, random);
  add_grease(capabilities.extensions, random);
  add_grease(capabilities.proposals, random);
  add_grease(capabilities.credentials, random);
  Extension extension = grease_extension(random);
  if (!find_extension(identity.extensions, extension.extension_type)) {
    identity.extensions.push_back(std::move(extension));
  }
  return identity;
}

}  // namespace samband::mls

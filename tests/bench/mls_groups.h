// Groups of any size for measuring, made as quickly as the rules allow.
#pragma once

#include <memory>
#include <vector>

#include "crypto/mls/group/group.h"

namespace samband::bench {

// The size of a real device certificate, which is what samband's credentials hold.
inline constexpr std::size_t credential_bytes = 250;

// Believes every credential: what certificates cost is not MLS's to answer for.
class TrustingService final : public mls::AuthenticationService {
 public:
  [[nodiscard]] bool validates(const mls::Credential&, BytesView) const override { return true; }
  [[nodiscard]] bool is_successor(const mls::Credential& previous, const mls::Credential& next) const override {
    return previous == next;
  }
};

class NoPsks final : public mls::PreSharedKeySource {
 public:
  [[nodiscard]] std::optional<SecretBytes> find(const mls::PreSharedKeyID&) const override { return std::nullopt; }
};

struct Device {
  std::unique_ptr<KeyPair> signature_key;  // groups point to it
  mls::LeafIdentity identity;
};

// What every group here is made with.
struct Surroundings {
  CipherSuite suite = *CipherSuite::of(samband_suite);
  SystemRandom random;
  TrustingService authentication;
  NoPsks psks;

  [[nodiscard]] mls::Services services() const { return {authentication, psks, std::nullopt}; }
  [[nodiscard]] Device new_device();
  [[nodiscard]] std::vector<Device> new_devices(std::size_t count);
  [[nodiscard]] mls::KeyPackageBundle new_key_package(const Device& device);
  [[nodiscard]] mls::Group new_group(const Device& creator);
};

// Two members of a group of `members` devices whose tree is full: no parent node is blank and no leaf unmerged, as
// after everybody has committed. The other leaves are real in all that anybody else can check.
struct FullGroup {
  std::vector<Device> devices;
  mls::Group first;   // at leaf 0
  mls::Group second;  // at leaf 1

  // members: at least 2
  [[nodiscard]] static FullGroup make(Surroundings& with, std::size_t members);
};

}  // namespace samband::bench

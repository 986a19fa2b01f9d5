// Who plays in the fuzzers of traffic: devices, their keys, and groups that some of them have made honestly. The same
// in every run.
#pragma once

#include "crypto/mls/forgery/forger.h"
#include "crypto/mls/group/test_village.h"

namespace samband::mls::forgery {

// What is drawn while they play: from another seed than their keys, or a key is drawn again, which a group refuses.
inline constexpr std::uint64_t cast_seed = 1;
inline constexpr std::uint64_t play_seed = 2;

// A group as it was left: its members with their stores, and the group as its server sees it.
struct Opening {
  std::vector<Device> members;
  PublicGroup group;
};

class Cast {
 public:
  Cast();

  // A full tree of four; one with blank and unmerged leaves; one whose context has extensions; one of four whose
  // handshake messages may be private.
  std::vector<Opening> openings;
  Material material;
  // A KeyPackage for each device, and what answers it.
  struct Outsider {
    Device device;  // without a group
    KeyPackageBundle bundle;
  };
  std::vector<Outsider> devices;

  [[nodiscard]] Services services() const { return village_.services(); }
  [[nodiscard]] Judgement judgement() const { return services().judgement(); }
  [[nodiscard]] const Outsider& owner_of(const SignaturePublicKey& key) const;

 private:
  void open_full_tree(HandshakeFormat format);
  void open_gaps();
  void open_extended();
  std::vector<Device> found(std::size_t count);
  [[nodiscard]] Device twin_of(const Device& device) const;

  Village village_{cast_seed};
};

}  // namespace samband::mls::forgery

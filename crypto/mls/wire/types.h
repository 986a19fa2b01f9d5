// The numbers of MLS: indices, counters and registered code points.
// Source: RFC 9420 §6 (framing), §7 (tree), §17 (registries). Values are fixed by the wire format: never renumber.
#pragma once

#include <cstdint>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::mls {

using Epoch = Ordinal<struct EpochTag, std::uint64_t>;
using LeafIndex = Ordinal<struct LeafIndexTag, std::uint32_t>;
using NodeIndex = Ordinal<struct NodeIndexTag, std::uint32_t>;  // position in the array tree, Appendix C
using Generation = Ordinal<struct GenerationTag, std::uint32_t>;

using HPKEPublicKey = Bytes;
using SignaturePublicKey = Bytes;
using MAC = Bytes;
using KeyPackageRef = Bytes;  // KDF.Nh bytes
using ProposalRef = Bytes;    // KDF.Nh bytes

// Open registries: any value may appear in a list of capabilities; unknown ones are carried, not understood.
enum class ProtocolVersion : std::uint16_t { mls10 = 1 };

enum class ExtensionType : std::uint16_t {
  application_id = 1,
  ratchet_tree = 2,
  required_capabilities = 3,
  external_pub = 4,
  external_senders = 5,
};

enum class ProposalType : std::uint16_t {
  add = 1,
  update = 2,
  remove = 3,
  psk = 4,
  reinit = 5,
  external_init = 6,
  group_context_extensions = 7,
};

enum class CredentialType : std::uint16_t { basic = 1, x509 = 2 };

// Closed enumerations: another value is a parse failure.
enum class WireFormat : std::uint16_t {
  mls_public_message = 1,
  mls_private_message = 2,
  mls_welcome = 3,
  mls_group_info = 4,
  mls_key_package = 5,
};

enum class ContentType : std::uint8_t { application = 1, proposal = 2, commit = 3 };
enum class SenderType : std::uint8_t { member = 1, external = 2, new_member_proposal = 3, new_member_commit = 4 };
enum class LeafNodeSource : std::uint8_t { key_package = 1, update = 2, commit = 3 };
enum class NodeType : std::uint8_t { leaf = 1, parent = 2 };
enum class ProposalOrRefType : std::uint8_t { proposal = 1, reference = 2 };
enum class PSKType : std::uint8_t { external = 1, resumption = 2 };
enum class ResumptionPSKUsage : std::uint8_t { application = 1, reinit = 2, branch = 3 };

// Types every client implements and never lists in its capabilities (§7.2).
[[nodiscard]] constexpr bool is_default(ExtensionType type) {
  return type >= ExtensionType::application_id && type <= ExtensionType::external_senders;
}
[[nodiscard]] constexpr bool is_default(ProposalType type) {
  return type >= ProposalType::add && type <= ProposalType::group_context_extensions;
}

}  // namespace samband::mls

// Proposals: the changes a Commit brings into force.
// Source: RFC 9420 §12.1.
#pragma once

#include <variant>

#include "crypto/mls/wire/key_package.h"
#include "crypto/mls/wire/psk.h"

namespace samband::mls {

struct Add {
  KeyPackage key_package;
  bool operator==(const Add&) const = default;
};
struct Update {
  LeafNode leaf_node;
  bool operator==(const Update&) const = default;
};
struct Remove {
  LeafIndex removed;
  bool operator==(const Remove&) const = default;
};
struct PreSharedKey {
  PreSharedKeyID psk;
  bool operator==(const PreSharedKey&) const = default;
};
struct ReInit {
  Bytes group_id;
  ProtocolVersion version{};  // any value: it may be of a version newer than ours
  std::uint16_t cipher_suite = 0;
  Extensions extensions;
  bool operator==(const ReInit&) const = default;
};
struct ExternalInit {
  Bytes kem_output;
  bool operator==(const ExternalInit&) const = default;
};
struct GroupContextExtensions {
  Extensions extensions;
  bool operator==(const GroupContextExtensions&) const = default;
};

// A proposal of another type has no length of its own, so it can't be stepped over or preserved: unknown_value.
// (§12.2 refuses a Commit that covers a type some member does not support.)
using Proposal = std::variant<Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions>;

[[nodiscard]] ProposalType proposal_type(const Proposal& proposal);
// Whether a Commit that covers it must have a path (§12.4, §17.4).
[[nodiscard]] bool path_required(ProposalType type);

[[nodiscard]] Proposal read_proposal(Reader& in);
[[nodiscard]] std::expected<Proposal, ParseError> parse_proposal(BytesView wire);
void write(Writer& out, const Proposal& proposal);
// The bodies without their type.
void write(Writer& out, const Add& add);
void write(Writer& out, const Update& update);
void write(Writer& out, const Remove& remove);
void write(Writer& out, const PreSharedKey& psk);
void write(Writer& out, const ReInit& reinit);
void write(Writer& out, const ExternalInit& external_init);
void write(Writer& out, const GroupContextExtensions& extensions);
[[nodiscard]] Add read_add(Reader& in);
[[nodiscard]] Update read_update(Reader& in);
[[nodiscard]] Remove read_remove(Reader& in);
[[nodiscard]] PreSharedKey read_pre_shared_key(Reader& in);
[[nodiscard]] ReInit read_reinit(Reader& in);
[[nodiscard]] ExternalInit read_external_init(Reader& in);
[[nodiscard]] GroupContextExtensions read_group_context_extensions(Reader& in);

}  // namespace samband::mls

#include "crypto/mls/wire/proposal.h"

namespace samband::mls {

static_assert(std::variant_size_v<Proposal> == 7, "proposal_type() relies on the order of the registry");

ProposalType proposal_type(const Proposal& proposal) {
  return static_cast<ProposalType>(proposal.index() + 1);
}

bool path_required(ProposalType type) {
  switch (type) {
    case ProposalType::add:
    case ProposalType::psk:
    case ProposalType::reinit: return false;
    case ProposalType::update:
    case ProposalType::remove:
    case ProposalType::external_init:
    case ProposalType::group_context_extensions: return true;
  }
  return true;
}

Add read_add(Reader& in) {
  return {read_key_package(in)};
}
Update read_update(Reader& in) {
  return {read_leaf_node(in)};
}
Remove read_remove(Reader& in) {
  return {LeafIndex{in.u32()}};
}
PreSharedKey read_pre_shared_key(Reader& in) {
  return {read_pre_shared_key_id(in)};
}
ReInit read_reinit(Reader& in) {
  return {.group_id = in.bytes_owned(group_id_bytes_max),
          .version = static_cast<ProtocolVersion>(in.u16()),
          .cipher_suite = in.u16(),
          .extensions = read_extensions(in)};
}
ExternalInit read_external_init(Reader& in) {
  return {in.bytes_owned(kem_output_bytes_max)};
}
GroupContextExtensions read_group_context_extensions(Reader& in) {
  return {read_extensions(in)};
}

Proposal read_proposal(Reader& in) {
  switch (static_cast<ProposalType>(in.u16())) {
    case ProposalType::add: return read_add(in);
    case ProposalType::update: return read_update(in);
    case ProposalType::remove: return read_remove(in);
    case ProposalType::psk: return read_pre_shared_key(in);
    case ProposalType::reinit: return read_reinit(in);
    case ProposalType::external_init: return read_external_init(in);
    case ProposalType::group_context_extensions: return read_group_context_extensions(in);
  }
  in.fail(ParseError::unknown_value);
  return Remove{};
}

std::expected<Proposal, ParseError> parse_proposal(BytesView wire) {
  return parse_whole(wire, read_proposal);
}

void write(Writer& out, const Add& add) {
  write(out, add.key_package);
}
void write(Writer& out, const Update& update) {
  write(out, update.leaf_node);
}
void write(Writer& out, const Remove& remove) {
  out.u32(remove.removed.value);
}
void write(Writer& out, const PreSharedKey& psk) {
  write(out, psk.psk);
}
void write(Writer& out, const ReInit& reinit) {
  out.bytes(reinit.group_id);
  out.u16(static_cast<std::uint16_t>(reinit.version));
  out.u16(reinit.cipher_suite);
  write_extensions(out, reinit.extensions);
}
void write(Writer& out, const ExternalInit& external_init) {
  out.bytes(external_init.kem_output);
}
void write(Writer& out, const GroupContextExtensions& extensions) {
  write_extensions(out, extensions.extensions);
}

void write(Writer& out, const Proposal& proposal) {
  out.u16(static_cast<std::uint16_t>(proposal_type(proposal)));
  std::visit([&](const auto& body) { write(out, body); }, proposal);
}

}  // namespace samband::mls

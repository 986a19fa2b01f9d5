#include "crypto/identity/directory_leaf.h"

#include "crypto/identity/name.h"

namespace samband::identity {

namespace {

void write_body(Writer& out, const PartnerAdded& body) {
  out.fixed(body.partner.view());
  out.u8(static_cast<std::uint8_t>(body.kind));
  write_text(out, body.number.text());
  write_text(out, body.name);
  write_text(out, body.community);
  out.u8(static_cast<std::uint8_t>(body.language_form));
}

void write_body(Writer& out, const PartnerRenamed& body) {
  out.fixed(body.partner.view());
  write_text(out, body.name);
  write_text(out, body.community);
  out.u8(static_cast<std::uint8_t>(body.language_form));
}

void write_body(Writer& out, const PartnerRenumbered& body) {
  out.fixed(body.partner.view());
  out.u8(static_cast<std::uint8_t>(body.kind));
  write_text(out, body.number.text());
}

void write_body(Writer& out, const PartnerMerged& body) {
  out.fixed(body.from.view());
  out.fixed(body.into.view());
}

void write_body(Writer& out, const PartnerRemoved& body) {
  out.fixed(body.partner.view());
}

void write_body(Writer& out, const OperatorInvitation& body) {
  out.fixed(body.partner.view());
  out.fixed(body.token_hash.view());
  out.u64(body.expires_at.ms);
  out.presence(body.reinvite);
}

void write_body(Writer& out, const OperatorInvitationRevoked& body) {
  out.fixed(body.token_hash.view());
}

void write_body(Writer& out, const GuidancePublished& body) {
  out.fixed(body.channel.view());
  out.fixed(body.guidance.view());
  out.fixed(body.notice_hash.view());
}

template <class Signed>
  requires requires(Writer& out, const Signed& body) { write(out, body); }
void write_body(Writer& out, const Signed& body) {
  write(out, body);
}

// Each in wire order: the elements of a braced list are read from left to right.
DirectoryLeafBody read_body(Reader& in, std::uint16_t versioned_type) {
  switch (versioned_type) {
    case 1: {
      PartnerAdded body;
      body.partner = in.id<PartnerId>();
      body.kind = read_partner_kind(in);
      body.number = read_partner_number(in, body.kind);
      body.name = read_name(in);
      body.community = read_optional_name(in);
      body.language_form = read_language_form(in);
      return body;
    }
    case 2: return PartnerRenamed{in.id<PartnerId>(), read_name(in), read_optional_name(in), read_language_form(in)};
    case 3: {
      PartnerRenumbered body;
      body.partner = in.id<PartnerId>();
      body.kind = read_partner_kind(in);
      body.number = read_partner_number(in, body.kind);
      return body;
    }
    case 4: return PartnerMerged{in.id<PartnerId>(), in.id<PartnerId>()};
    case 5: return PartnerRemoved{in.id<PartnerId>()};
    case 6: return OperatorInvitation{in.id<PartnerId>(), in.id<Hash>(), WallTime{in.u64()}, in.presence()};
    case 7: return OperatorInvitationRevoked{in.id<Hash>()};
    case 8: return read_signed_partner_key_claim(in);
    case 9: return read_signed_administrator_grant(in);
    case 10: return read_signed_delegation(in);
    case 11: return read_signed_device_certificate(in);
    case 12: return read_signed_revocation(in);
    case 13: return GuidancePublished{in.id<ChannelId>(), in.id<GuidanceId>(), in.id<Hash>()};
    default: in.fail(ParseError::unknown_value); return {};
  }
}

}  // namespace

std::expected<DirectoryLeaf, ParseError> parse_directory_leaf(BytesView wire) {
  if (wire.size() > directory_leaf_bytes_max) return std::unexpected(ParseError::too_long);
  Reader in{wire};
  const std::uint16_t versioned_type = in.u16();
  const WallTime at{in.u64()};
  DirectoryLeaf leaf{at, read_body(in, versioned_type)};
  if (auto error = in.finish()) return std::unexpected(*error);
  return leaf;
}

Bytes encode(const DirectoryLeaf& leaf) {
  Writer out;
  out.u16(static_cast<std::uint16_t>(leaf.body.index() + 1));
  out.u64(leaf.at.ms);
  std::visit([&](const auto& body) { write_body(out, body); }, leaf.body);
  return out.take();
}

}  // namespace samband::identity

#include "crypto/mls/wire/extension.h"

#include <algorithm>

#include "crypto/bytes/check.h"

namespace samband::mls {
namespace {

Extension read_extension(Reader& in) {
  return {.extension_type = static_cast<ExtensionType>(in.u16()),
          .extension_data = in.bytes_owned(structure_bytes_max)};
}

RequiredCapabilities read_required_capabilities(Reader& in) {
  return {.extension_types = read_values<ExtensionType>(in),
          .proposal_types = read_values<ProposalType>(in),
          .credential_types = read_values<CredentialType>(in)};
}

ExternalPub read_external_pub(Reader& in) {
  return {in.bytes_owned(public_key_bytes_max)};
}

ExternalSender read_external_sender(Reader& in) {
  return {.signature_key = in.bytes_owned(public_key_bytes_max), .credential = read_credential(in)};
}

std::vector<ExternalSender> read_external_senders(Reader& in) {
  return read_vector<ExternalSender>(in, external_senders_max, read_external_sender);
}

}  // namespace

const Extension* find_extension(const Extensions& extensions, ExtensionType type) {
  const auto found = std::ranges::find(extensions, type, &Extension::extension_type);
  return found == extensions.end() ? nullptr : &*found;
}

bool has_duplicate_type(const Extensions& extensions) {
  if (extensions.size() < 2) return false;
  std::vector<ExtensionType> types;
  types.reserve(extensions.size());
  for (const Extension& extension : extensions) types.push_back(extension.extension_type);
  std::ranges::sort(types);
  return std::ranges::adjacent_find(types) != types.end();
}

Extensions read_extensions(Reader& in) {
  Extensions extensions = read_vector<Extension>(in, extensions_max, read_extension);
  if (has_duplicate_type(extensions)) in.fail(ParseError::malformed);
  return extensions;
}

void write(Writer& out, const Extension& extension) {
  out.u16(static_cast<std::uint16_t>(extension.extension_type));
  out.bytes(extension.extension_data);
}

void write_extensions(Writer& out, const Extensions& extensions) {
  SAMBAND_CHECK(!has_duplicate_type(extensions));  // those of a peer were read, and refused if so
  write_vector(out, extensions);
}

std::expected<RequiredCapabilities, ParseError> parse_required_capabilities(BytesView wire) {
  return parse_whole(wire, read_required_capabilities);
}

void write(Writer& out, const RequiredCapabilities& required) {
  write_values(out, required.extension_types);
  write_values(out, required.proposal_types);
  write_values(out, required.credential_types);
}

std::expected<ExternalPub, ParseError> parse_external_pub(BytesView wire) {
  return parse_whole(wire, read_external_pub);
}

void write(Writer& out, const ExternalPub& external_pub) {
  out.bytes(external_pub.external_pub);
}

std::expected<std::vector<ExternalSender>, ParseError> parse_external_senders(BytesView wire) {
  return parse_whole(wire, read_external_senders);
}

void write(Writer& out, const ExternalSender& sender) {
  out.bytes(sender.signature_key);
  write(out, sender.credential);
}

Bytes encode_external_senders(const std::vector<ExternalSender>& senders) {
  Writer out;
  write_vector(out, senders);
  return out.take();
}

}  // namespace samband::mls

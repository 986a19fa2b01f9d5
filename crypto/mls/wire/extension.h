// Extensions and the contents of those RFC 9420 defines for a group.
// Source: RFC 9420 §7.2, §13.4 (Extension), §11.1 (required_capabilities), §12.1.8.1 (external_senders),
// §12.4.3.2 (external_pub).
#pragma once

#include "crypto/mls/wire/codec.h"
#include "crypto/mls/wire/credential.h"

namespace samband::mls {

struct Extension {
  ExtensionType extension_type{};
  Bytes extension_data;
  bool operator==(const Extension&) const = default;
};

// At most one of each type (§13.4): a parser refuses a second as malformed.
using Extensions = std::vector<Extension>;

// nullptr when no extension has that type.
[[nodiscard]] const Extension* find_extension(const Extensions& extensions, ExtensionType type);

[[nodiscard]] bool has_duplicate_type(const Extensions& extensions);

[[nodiscard]] Extensions read_extensions(Reader& in);
void write(Writer& out, const Extension& extension);
// Asserted: no type comes twice.
void write_extensions(Writer& out, const Extensions& extensions);

struct RequiredCapabilities {
  std::vector<ExtensionType> extension_types;
  std::vector<ProposalType> proposal_types;
  std::vector<CredentialType> credential_types;
  bool operator==(const RequiredCapabilities&) const = default;
};
[[nodiscard]] std::expected<RequiredCapabilities, ParseError> parse_required_capabilities(BytesView wire);
void write(Writer& out, const RequiredCapabilities& required);

struct ExternalPub {
  HPKEPublicKey external_pub;
  bool operator==(const ExternalPub&) const = default;
};
[[nodiscard]] std::expected<ExternalPub, ParseError> parse_external_pub(BytesView wire);
void write(Writer& out, const ExternalPub& external_pub);

struct ExternalSender {
  SignaturePublicKey signature_key;
  Credential credential;
  bool operator==(const ExternalSender&) const = default;
};
[[nodiscard]] std::expected<std::vector<ExternalSender>, ParseError> parse_external_senders(BytesView wire);
void write(Writer& out, const ExternalSender& sender);
[[nodiscard]] Bytes encode_external_senders(const std::vector<ExternalSender>& senders);

// Lists of registered values, as capabilities and requirements hold them; at most capabilities_max.
template <class Value>
[[nodiscard]] std::vector<Value> read_values(Reader& in) {
  return read_vector<Value>(in, capabilities_max, [](Reader& item) { return static_cast<Value>(item.u16()); });
}
template <class Values>
void write_values(Writer& out, const Values& values) {
  out.vector([&](Writer& inner) {
    for (const auto value : values) inner.u16(static_cast<std::uint16_t>(value));
  });
}

}  // namespace samband::mls

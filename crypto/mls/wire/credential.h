// Who a leaf claims to be. Whether the claim is true is for the Authentication Service to say.
// Source: RFC 9420 §5.3.
#pragma once

#include <variant>

#include "crypto/mls/wire/codec.h"

namespace samband::mls {

struct BasicCredential {
  Bytes identity;  // at most identity_bytes_max
  bool operator==(const BasicCredential&) const = default;
};

struct X509Credential {
  std::vector<Bytes> certificates;  // DER, end entity first; at most certificates_max
  bool operator==(const X509Credential&) const = default;
};

// A credential of another type has no length of its own, so it can't be stepped over: unknown_value.
using Credential = std::variant<BasicCredential, X509Credential>;

[[nodiscard]] CredentialType credential_type(const Credential& credential);
[[nodiscard]] Credential read_credential(Reader& in);
[[nodiscard]] std::expected<Credential, ParseError> parse_credential(BytesView wire);
void write(Writer& out, const Credential& credential);

}  // namespace samband::mls

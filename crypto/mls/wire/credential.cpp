#include "crypto/mls/wire/credential.h"

namespace samband::mls {
namespace {

X509Credential read_x509(Reader& in) {
  return {
      read_vector<Bytes>(in, certificates_max, [](Reader& item) { return item.bytes_owned(certificate_bytes_max); })};
}

}  // namespace

CredentialType credential_type(const Credential& credential) {
  return std::holds_alternative<BasicCredential>(credential) ? CredentialType::basic : CredentialType::x509;
}

Credential read_credential(Reader& in) {
  switch (static_cast<CredentialType>(in.u16())) {
    case CredentialType::basic: return BasicCredential{in.bytes_owned(identity_bytes_max)};
    case CredentialType::x509: return read_x509(in);
  }
  in.fail(ParseError::unknown_value);
  return BasicCredential{};
}

std::expected<Credential, ParseError> parse_credential(BytesView wire) {
  return parse_whole(wire, read_credential);
}

void write(Writer& out, const Credential& credential) {
  out.u16(static_cast<std::uint16_t>(credential_type(credential)));
  if (const auto* basic = std::get_if<BasicCredential>(&credential)) {
    out.bytes(basic->identity);
    return;
  }
  out.vector([&](Writer& inner) {
    for (const Bytes& certificate : std::get<X509Credential>(credential).certificates) inner.bytes(certificate);
  });
}

}  // namespace samband::mls

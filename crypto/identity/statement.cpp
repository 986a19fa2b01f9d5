#include "crypto/identity/statement.h"

#include "crypto/bytes/check.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

void read_statement_version(Reader& in) {
  if (in.u8() != statement_version) in.fail(ParseError::unknown_value);
}

Ed25519Signature signature_of(BytesView private_key, std::string_view purpose, BytesView content) {
  const auto signature = Ed25519Signature::of(sign_statement(private_key, purpose, content));
  SAMBAND_CHECK(signature.has_value());
  return *signature;
}

bool signature_holds(const Ed25519PublicKey& key, std::string_view purpose, BytesView content,
                     const Ed25519Signature& signature) {
  return verify_statement(key.view(), purpose, content, signature.view());
}

}  // namespace samband::identity

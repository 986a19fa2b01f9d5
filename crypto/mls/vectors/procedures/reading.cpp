// Tests only.
#include "crypto/mls/vectors/procedures/reading.h"

namespace samband::vectors {

CipherSuite suite_of(const Field& test_case) {
  const Field number = test_case["cipher_suite"];
  return value_of(CipherSuite::of(static_cast<std::uint16_t>(number.number(0xffff))), number, "is an unknown suite");
}

std::string describe(ParseError error) {
  switch (error) {
    case ParseError::truncated: return "is truncated";
    case ParseError::length_not_minimal: return "holds a length that is not minimal";
    case ParseError::too_long: return "holds a vector that is too long";
    case ParseError::trailing_bytes: return "has trailing bytes";
    case ParseError::unknown_value: return "holds an unknown value";
    case ParseError::malformed: return "is malformed";
  }
  std::abort();  // every enumerator returns above
}

namespace {

bool has_nist_curve(const CipherSuite& suite) {
  const CipherSuiteId id = suite.id();
  return id == CipherSuiteId::p256_aes128gcm_sha256_p256 || id == CipherSuiteId::p384_aes256gcm_sha384_p384 ||
         id == CipherSuiteId::p521_aes256gcm_sha512_p521;
}

Bytes widened(Bytes key, const CipherSuite& suite, std::size_t width) {
  if (has_nist_curve(suite) && !key.empty() && key.size() < width) key.insert(key.begin(), width - key.size(), 0);
  return key;
}

}  // namespace

Bytes kem_private_key_of(const Field& field, const CipherSuite& suite) {
  Bytes key = widened(field.bytes(), suite, suite.kem_private_key_bytes());
  field.require(suite.kem_public_key(key).has_value(), "is no private key of the suite");
  return key;
}

KeyPair signature_key_of(const Field& field, const CipherSuite& suite) {
  const Bytes key = widened(field.bytes(), suite, suite.signature_private_key_bytes());
  return value_of(suite.signature_key_pair(key), field, "is no private key of the suite");
}

}  // namespace samband::vectors

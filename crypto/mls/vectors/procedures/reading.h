// Fields as the values that several procedures want. Tests only.
#pragma once

#include <expected>

#include "crypto/mls/vectors/procedures/field.h"
#include "crypto/mls/wire/message.h"
#include "crypto/suite/suite.h"

namespace samband::vectors {

// The suite of a case; one that is not implemented is a failure.
[[nodiscard]] CipherSuite suite_of(const Field& test_case);

[[nodiscard]] std::string describe(ParseError error);

template <class T>
[[nodiscard]] T parsed(const Field& field, std::expected<T, ParseError> (*parse)(BytesView)) {
  auto value = parse(field.bytes());
  if (!value) field.fail(describe(value.error()));
  return std::move(*value);
}

// The body of an MLSMessage, which must be of this kind.
template <class Body>
[[nodiscard]] Body parsed_message(const Field& field) {
  auto message = parsed(field, mls::parse_mls_message);
  if (!std::holds_alternative<Body>(message)) field.fail("is an MLSMessage of another kind");
  return std::get<Body>(std::move(message));
}

// Private keys. Those of the NIST curves are numbers, and some published ones lack the zeros in front: they are put
// back to the width of the suite.
[[nodiscard]] Bytes kem_private_key_of(const Field& field, const CipherSuite& suite);
// With the public key that belongs to it.
[[nodiscard]] KeyPair signature_key_of(const Field& field, const CipherSuite& suite);

}  // namespace samband::vectors

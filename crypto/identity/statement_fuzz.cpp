// What partners, administrators and devices sign, and the leaves of the directory: each decoder gets the same bytes,
// and what one of them parses it writes again as it was.
#include "crypto/codec/fuzzing.h"
#include "crypto/identity/directory_leaf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  using fuzzing::expect_one_encoding;
  const BytesView wire{data, size};
  expect_one_encoding(wire, identity::parse_signed_partner_key_claim);
  expect_one_encoding(wire, identity::parse_signed_administrator_grant);
  expect_one_encoding(wire, identity::parse_signed_delegation);
  expect_one_encoding(wire, identity::parse_signed_device_certificate);
  expect_one_encoding(wire, identity::parse_signed_revocation);
  expect_one_encoding(wire, identity::parse_directory_leaf);
  return 0;
}

#include "crypto/suite/signing.h"

#include <gtest/gtest.h>

#include "crypto/codec/hex.h"

namespace samband {
namespace {

const Bytes seed(ed25519_private_key_bytes, 3);
const Bytes statement{1, 2, 3};

TEST(Statement, VerifiesForItsPurposeOnly) {
  const KeyPair pair = ed25519_key_pair(seed);
  const Bytes signature = sign_statement(seed, "delegation", statement);
  EXPECT_EQ(signature.size(), ed25519_signature_bytes);
  EXPECT_TRUE(verify_statement(pair.public_key, "delegation", statement, signature));
  EXPECT_FALSE(verify_statement(pair.public_key, "device", statement, signature));
  EXPECT_FALSE(verify_statement(pair.public_key, "delegation", Bytes{1, 2}, signature));
}

// Purpose and statement are vectors of their own, so bytes cannot wander from one into the other.
TEST(Statement, AByteMovedFromThePurposeToTheContentChangesTheStatement) {
  const KeyPair pair = ed25519_key_pair(seed);
  const Bytes signature = sign_statement(seed, "ab", view_of("c"));
  EXPECT_FALSE(verify_statement(pair.public_key, "a", view_of("bc"), signature));
  EXPECT_NE(hash_statement("ab", view_of("c")), hash_statement("a", view_of("bc")));
}

TEST(Statement, IsNeverTakenForASignatureOfMls) {
  const KeyPair pair = ed25519_key_pair(seed);
  const auto suite = CipherSuite::of(samband_suite).value();
  const Bytes of_mls = suite.sign_with_label(seed, "LeafNodeTBS", statement);
  EXPECT_FALSE(verify_statement(pair.public_key, "LeafNodeTBS", statement, of_mls));
  const Bytes of_samband = sign_statement(seed, "LeafNodeTBS", statement);
  EXPECT_FALSE(suite.verify_with_label(pair.public_key, "LeafNodeTBS", statement, of_samband));
}

TEST(Statement, HashesALabelVectorThenAContentVector) {
  // 0b: eleven bytes of label, "samband log"; 03: three bytes of content.
  EXPECT_EQ(hash_statement("log", statement), sha256(from_hex("0b73616d62616e64206c6f6703010203").value()));
}

// RFC 8032 §7.1, test 1.
TEST(Ed25519, DerivesThePublicKeyOfASeed) {
  const Bytes rfc_seed = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value();
  EXPECT_EQ(to_hex(ed25519_key_pair(rfc_seed).public_key),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

}  // namespace
}  // namespace samband

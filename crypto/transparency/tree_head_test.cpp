#include "crypto/transparency/tree_head.h"

#include <gtest/gtest.h>

#include "crypto/suite/signing.h"

namespace samband::transparency {
namespace {

KeyPair key_of(std::uint8_t seed) {
  return ed25519_key_pair(Bytes(32, seed));
}
LogPublicKey public_of(const KeyPair& pair) {
  return LogPublicKey::of(pair.public_key).value();
}

TreeHead head_of(const KeyPair& log) {
  return {log_id_of(public_of(log)), 8, WallTime{1'800'000'000'000}, sha256(view_of("root"))};
}

TEST(SignedTreeHead, IsReadAsItWasWritten) {
  const KeyPair log = key_of(1);
  const SignedTreeHead head = sign(head_of(log), log.private_key.view());
  EXPECT_EQ(parse_signed_tree_head(encode(head)), head);
}

TEST(SignedTreeHead, IsNotReadInAnotherVersionOrWithMoreBehindIt) {
  const KeyPair log = key_of(1);
  Bytes wire = encode(sign(head_of(log), log.private_key.view()));
  wire.push_back(0);
  EXPECT_EQ(parse_signed_tree_head(wire).error(), ParseError::trailing_bytes);
  wire.pop_back();
  wire[0] = 2;
  EXPECT_EQ(parse_signed_tree_head(wire).error(), ParseError::unknown_value);
}

TEST(SignedTreeHead, HoldsForItsLogAndForNothingElse) {
  const KeyPair log = key_of(1);
  const KeyPair other = key_of(2);
  const SignedTreeHead head = sign(head_of(log), log.private_key.view());
  EXPECT_TRUE(verify(head, public_of(log)));
  EXPECT_FALSE(verify(head, public_of(other)));

  // A log that signs a head in the name of another log.
  EXPECT_FALSE(verify(sign(head_of(log), other.private_key.view()), public_of(other)));
  EXPECT_FALSE(verify(sign(head_of(other), log.private_key.view()), public_of(log)));
}

TEST(SignedTreeHead, IsSignedInEveryField) {
  const KeyPair log = key_of(1);
  const Bytes wire = encode(sign(head_of(log), log.private_key.view()));
  for (std::size_t i = 1; i < wire.size(); ++i) {
    Bytes changed = wire;
    changed[i] ^= 1;
    const auto head = parse_signed_tree_head(changed);
    ASSERT_TRUE(head);
    EXPECT_FALSE(verify(*head, public_of(log))) << "octet " << i;
  }
}

}  // namespace
}  // namespace samband::transparency

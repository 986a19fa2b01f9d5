// What the suites of X448 and Ed448 (0x0004, 0x0006) must refuse.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/suite/suite.h"
#include "crypto/suite/test_hex.h"

namespace samband {
namespace {

class Curve448Suite : public testing::TestWithParam<CipherSuiteId> {
 protected:
  CipherSuite suite = CipherSuite::of(GetParam()).value();
  SeededRandom random{4711};
};

INSTANTIATE_TEST_SUITE_P(Curve448, Curve448Suite,
                         testing::Values(CipherSuiteId::x448_aes256gcm_sha512_ed448,
                                         CipherSuiteId::x448_chacha20poly1305_sha512_ed448),
                         [](const auto& test) { return "suite" + std::to_string(static_cast<int>(test.param)); });

// 0, 1, p - 1, and the first two once more as p and p + 1, for p = 2^448 - 2^224 - 1.
TEST_P(Curve448Suite, RefusesPointsWhoseSharedSecretIsZero) {
  const std::string ffs(54, 'f'), zeros(54, '0');
  const KeyPair pair = suite.generate_kem_key_pair(random);
  for (const std::string& point : {"00" + zeros + zeros + "00", "01" + zeros + zeros + "00", "fe" + ffs + "fe" + ffs,
                                   "ff" + ffs + "fe" + ffs, "00" + zeros + "ff" + ffs}) {
    SCOPED_TRACE(point);
    const Bytes weak = hex(point);
    ASSERT_EQ(weak.size(), suite.kem_public_key_bytes());
    EXPECT_FALSE(suite.is_valid_kem_public_key(weak));
    EXPECT_EQ(suite.encrypt_with_label(weak, "A", {}, {}, random), std::unexpected(CryptoError::weak_shared_secret));
    EXPECT_EQ(suite.external_init(weak, random), std::unexpected(CryptoError::weak_shared_secret));
    EXPECT_EQ(suite.decrypt_with_label(pair.private_key.view(), pair.public_key, "A", {}, {weak, Bytes(16)}),
              std::unexpected(CryptoError::weak_shared_secret));
    EXPECT_EQ(suite.external_init_secret(pair, weak), std::unexpected(CryptoError::weak_shared_secret));
    EXPECT_EQ(ERR_peek_error(), 0U) << "a note for TLS to stumble over";
  }
  EXPECT_TRUE(suite.is_valid_kem_public_key(pair.public_key));
}

// y = 0, 1 and -1 with either sign of x. With R = the key and S = 0, OpenSSL alone would accept y = 0 for any message.
TEST_P(Curve448Suite, RefusesSignatureKeysOfSmallOrder) {
  const std::string ffs(54, 'f'), zeros(56, '0');
  for (const std::string& y : {"00" + zeros, "01" + zeros, "fe" + ffs + "fe" + ffs}) {
    for (const char* sign : {"00", "80"}) {
      const Bytes weak = hex((y + zeros).substr(0, 112) + sign);
      SCOPED_TRACE(to_hex(weak));
      ASSERT_EQ(weak.size(), suite.signature_public_key_bytes());
      EXPECT_FALSE(suite.is_valid_signature_public_key(weak));
      EXPECT_FALSE(suite.verify_with_label(weak, "A", {}, concat({weak, Bytes(57)})));
    }
  }
}

// Which small y are on the curve follows from RFC 8032 §5.2.
TEST_P(Curve448Suite, KnowsPointsFromOtherBytes) {
  Bytes point(57);
  for (const Bytes small = {3, 4, 5, 7, 8, 9, 12, 13, 19}; const std::uint8_t y : small) {
    point.front() = y;
    EXPECT_TRUE(suite.is_valid_signature_public_key(point)) << int{y};
  }
  for (const Bytes small = {2, 6, 10, 11, 14, 15, 16, 17, 18}; const std::uint8_t y : small) {
    point.front() = y;
    EXPECT_FALSE(suite.is_valid_signature_public_key(point)) << int{y};
    EXPECT_FALSE(suite.verify_with_label(point, "A", {}, Bytes(114)));
  }
  const Bytes three_and_prime = hex("02" + std::string(54, '0') + "ff" + std::string(54, 'f') + "00");
  EXPECT_FALSE(suite.is_valid_signature_public_key(three_and_prime));
  for (std::size_t size : {std::size_t{0}, std::size_t{56}, std::size_t{58}}) {
    EXPECT_FALSE(suite.is_valid_signature_public_key(Bytes(size, 3))) << size;
  }
  const KeyPair pair = suite.generate_signature_key_pair(random);
  EXPECT_TRUE(suite.is_valid_signature_public_key(pair.public_key));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

// L, the order of the group, is added to S: the equation still holds, but RFC 8032 §5.2.7 wants S < L.
TEST_P(Curve448Suite, RefusesASecondEncodingOfASignature) {
  const KeyPair signer = suite.generate_signature_key_pair(random);
  Bytes signature = suite.sign_with_label(signer.private_key.view(), "A", {});
  ASSERT_TRUE(suite.verify_with_label(signer.public_key, "A", {}, signature));
  const Bytes order =
      hex("f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7c"
          "ffffffffffffffffffffffffffffffffffffffffffffffffffffff3f00");
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i, carry >>= 8U) {
    carry += unsigned{signature[57 + i]} + order[i];
    signature[57 + i] = static_cast<std::uint8_t>(carry);
  }
  EXPECT_FALSE(suite.verify_with_label(signer.public_key, "A", {}, signature));
}

}  // namespace
}  // namespace samband

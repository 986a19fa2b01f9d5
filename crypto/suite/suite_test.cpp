#include "crypto/suite/suite.h"

#include <gtest/gtest.h>

#include "crypto/suite/test_hex.h"

namespace samband {
namespace {

class EverySuite : public testing::TestWithParam<CipherSuiteId> {
 protected:
  CipherSuite suite = CipherSuite::of(GetParam()).value();
  SeededRandom random{4711};
};

// What depends on the algorithms of one suite: X25519, Ed25519. Those of the others are in tests of their own.
class SambandSuite : public testing::Test {
 protected:
  CipherSuite suite = CipherSuite::of(samband_suite).value();
  SeededRandom random{4711};
};

INSTANTIATE_TEST_SUITE_P(
    Supported, EverySuite,
    testing::Values(CipherSuiteId::x25519_aes128gcm_sha256_ed25519, CipherSuiteId::p256_aes128gcm_sha256_p256,
                    CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519, CipherSuiteId::x448_aes256gcm_sha512_ed448,
                    CipherSuiteId::p521_aes256gcm_sha512_p521, CipherSuiteId::x448_chacha20poly1305_sha512_ed448,
                    CipherSuiteId::p384_aes256gcm_sha384_p384),
    [](const auto& test) { return "suite" + std::to_string(static_cast<int>(test.param)); });

TEST(CipherSuite, IsAbsentForNumbersThatNameNoSuite) {
  for (int id : {0x0000, 0x0008, 0x0a0a, 0xffff}) EXPECT_FALSE(CipherSuite::of(static_cast<std::uint16_t>(id))) << id;
}

TEST_P(EverySuite, OpensOnlyWhatWasSealedUnderThisKeyNonceAndAad) {
  const SecretBytes key = random.secret(suite.aead_key_bytes());
  const SecretBytes nonce = random.secret(suite.aead_nonce_bytes());
  const SecretBytes other_key = random.secret(suite.aead_key_bytes());
  const SecretBytes other_nonce = random.secret(suite.aead_nonce_bytes());
  const Bytes aad{1, 2, 3};
  for (std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U}) {
    const Bytes plaintext(size, 0x5a);
    const Bytes sealed = suite.seal(key.view(), nonce.view(), aad, plaintext);
    ASSERT_EQ(sealed.size(), size + suite.aead_tag_bytes());
    const auto opened = suite.open(key.view(), nonce.view(), aad, sealed);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(equal(opened->view(), plaintext));
    EXPECT_FALSE(suite.open(other_key.view(), nonce.view(), aad, sealed));
    EXPECT_FALSE(suite.open(key.view(), other_nonce.view(), aad, sealed));
    EXPECT_FALSE(suite.open(key.view(), nonce.view(), Bytes{1, 2, 4}, sealed));
  }
}

TEST_P(EverySuite, RefusesACiphertextWithAnyBitTurnedOrCutShort) {
  const SecretBytes key = random.secret(suite.aead_key_bytes());
  const SecretBytes nonce = random.secret(suite.aead_nonce_bytes());
  const Bytes sealed = suite.seal(key.view(), nonce.view(), {}, Bytes{1, 2, 3, 4, 5});
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes tampered = sealed;
    tampered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto opened = suite.open(key.view(), nonce.view(), {}, tampered);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened, std::unexpected(CryptoError::decryption_failed));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(suite.open(key.view(), nonce.view(), {}, BytesView{sealed}.first(size))) << size;
  }
}

TEST_P(EverySuite, HpkeOpensOnlyUnderTheSameLabelContextAndKeys) {
  const KeyPair recipient = suite.generate_kem_key_pair(random);
  const KeyPair stranger = suite.generate_kem_key_pair(random);
  const Bytes context{1}, other_context{2}, plaintext(80, 7);
  const auto sealed = suite.encrypt_with_label(recipient.public_key, "A", context, plaintext, random);
  ASSERT_TRUE(sealed);
  const auto open_as = [&](const KeyPair& pair, std::string_view label, const Bytes& ctx, const HpkeCiphertext& from) {
    return suite.decrypt_with_label(pair.private_key.view(), pair.public_key, label, ctx, from);
  };
  ASSERT_TRUE(open_as(recipient, "A", context, *sealed));
  EXPECT_TRUE(equal(open_as(recipient, "A", context, *sealed)->view(), plaintext));
  EXPECT_EQ(open_as(recipient, "B", context, *sealed), std::unexpected(CryptoError::decryption_failed));
  EXPECT_EQ(open_as(recipient, "A", other_context, *sealed), std::unexpected(CryptoError::decryption_failed));
  EXPECT_EQ(open_as(stranger, "A", context, *sealed), std::unexpected(CryptoError::decryption_failed));
  HpkeCiphertext other_kem = *sealed;
  other_kem.kem_output = stranger.public_key;
  EXPECT_EQ(open_as(recipient, "A", context, other_kem), std::unexpected(CryptoError::decryption_failed));
}

TEST_P(EverySuite, HpkeRefusesKeysOfTheWrongLength) {
  const KeyPair pair = suite.generate_kem_key_pair(random);
  const auto sealed = suite.encrypt_with_label(pair.public_key, "A", {}, Bytes{1}, random).value();
  for (std::size_t size : {std::size_t{0}, pair.public_key.size() - 1, pair.public_key.size() + 1}) {
    const Bytes wrong(size, 9);
    EXPECT_FALSE(suite.is_valid_kem_public_key(wrong));
    EXPECT_EQ(suite.kem_public_key(wrong), std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.encrypt_with_label(wrong, "A", {}, {}, random), std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.external_init(wrong, random), std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.decrypt_with_label(wrong, pair.public_key, "A", {}, sealed),
              std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.decrypt_with_label(pair.private_key.view(), wrong, "A", {}, sealed),
              std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.decrypt_with_label(pair.private_key.view(), pair.public_key, "A", {}, {wrong, sealed.ciphertext}),
              std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.external_init_secret(pair, wrong), std::unexpected(CryptoError::invalid_key));
  }
}

TEST_P(EverySuite, BothSidesOfAnExternalInitShareASecretThatOthersDoNot) {
  const KeyPair group = suite.generate_kem_key_pair(random);
  const auto init = suite.external_init(group.public_key, random);
  ASSERT_TRUE(init);
  const auto same = suite.external_init_secret(group, init->kem_output);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->size(), suite.hash_bytes());
  EXPECT_TRUE(equal_in_constant_time(same->view(), init->init_secret.view()));
  const auto other = suite.external_init_secret(suite.generate_kem_key_pair(random), init->kem_output);
  ASSERT_TRUE(other);
  EXPECT_FALSE(equal_in_constant_time(other->view(), init->init_secret.view()));
}

TEST_P(EverySuite, ASignatureVerifiesForItsKeyLabelAndContentOnly) {
  const KeyPair signer = suite.generate_signature_key_pair(random);
  const KeyPair stranger = suite.generate_signature_key_pair(random);
  const Bytes content{1, 2, 3};
  const Bytes signature = suite.sign_with_label(signer.private_key.view(), "A", content);
  EXPECT_TRUE(suite.verify_with_label(signer.public_key, "A", content, signature));
  EXPECT_FALSE(suite.verify_with_label(stranger.public_key, "A", content, signature));
  EXPECT_FALSE(suite.verify_with_label(signer.public_key, "B", content, signature));
  EXPECT_FALSE(suite.verify_with_label(signer.public_key, "A", Bytes{1, 2}, signature));
  EXPECT_FALSE(
      suite.verify_with_label(signer.public_key, "A", content, BytesView{signature}.first(signature.size() - 1)));
  EXPECT_FALSE(suite.verify_with_label(BytesView{signer.public_key}.first(signer.public_key.size() - 1), "A", content,
                                       signature));
  EXPECT_FALSE(suite.verify_with_label({}, "A", content, {}));
}

TEST_P(EverySuite, RebuildsASignatureKeyPairFromItsPrivateKey) {
  const KeyPair pair = suite.generate_signature_key_pair(random);
  EXPECT_EQ(suite.signature_key_pair(pair.private_key.view())->public_key, pair.public_key);
  EXPECT_EQ(suite.signature_key_pair(Bytes(31)), std::unexpected(CryptoError::invalid_key));
  EXPECT_EQ(pair.public_key.size(), suite.signature_public_key_bytes());
  EXPECT_EQ(pair.private_key.size(), suite.signature_private_key_bytes());
}

TEST_P(EverySuite, HashesPartsAsTheirConcatenation) {
  EXPECT_EQ(suite.hash({view_of("ab"), {}, view_of("c")}), suite.hash(view_of("abc")));
}

TEST_P(EverySuite, StopsTheProcessOnKeysAndLengthsThatOnlyOurOwnCodeCouldGetWrong) {
  const Bytes key(suite.aead_key_bytes()), nonce(suite.aead_nonce_bytes());
  EXPECT_DEATH(std::ignore = suite.seal(Bytes(3), nonce, {}, {}), "check failed");
  EXPECT_DEATH(std::ignore = suite.open(key, Bytes(3), {}, Bytes(16)), "check failed");
  EXPECT_DEATH(std::ignore = suite.sign_with_label(Bytes(3), "A", {}), "check failed");
  EXPECT_DEATH(std::ignore = suite.expand(key, {}, 255 * suite.hash_bytes() + 1), "check failed");
  EXPECT_EQ(suite.expand(key, {}, 255 * suite.hash_bytes()).size(), 255 * suite.hash_bytes());
}

TEST_F(SambandSuite, RefusesPointsWhoseSharedSecretIsZero) {
  const std::string ffs(60, 'f');
  const KeyPair pair = suite.generate_kem_key_pair(random);
  for (const std::string& point : {std::string(64, '0'), "01" + std::string(62, '0'),
                                   std::string{"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"},
                                   std::string{"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"},
                                   "ec" + ffs + "7f", "ed" + ffs + "7f", "ee" + ffs + "7f"}) {
    for (bool high_bit : {false, true}) {  // X25519 ignores it, so it must not hide the point
      Bytes weak = hex(point);
      if (high_bit) weak.back() |= 0x80;
      EXPECT_FALSE(suite.is_valid_kem_public_key(weak)) << point;
      EXPECT_EQ(suite.encrypt_with_label(weak, "A", {}, {}, random), std::unexpected(CryptoError::weak_shared_secret))
          << point;
      EXPECT_EQ(suite.decrypt_with_label(pair.private_key.view(), pair.public_key, "A", {}, {weak, Bytes(16)}),
                std::unexpected(CryptoError::weak_shared_secret));
      EXPECT_EQ(suite.external_init_secret(pair, weak), std::unexpected(CryptoError::weak_shared_secret));
    }
  }
  EXPECT_TRUE(suite.is_valid_kem_public_key(pair.public_key));
}

// L, the order of the group, is added to S: the equation still holds, but RFC 8032 §5.1.7 wants S < L.
TEST_F(SambandSuite, RefusesASecondEncodingOfASignature) {
  const KeyPair signer = suite.generate_signature_key_pair(random);
  Bytes signature = suite.sign_with_label(signer.private_key.view(), "A", {});
  const Bytes order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{signature[32 + i]} + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8U;
  }
  EXPECT_FALSE(suite.verify_with_label(signer.public_key, "A", {}, signature));
}

// With the neutral point as key, the signature (R = neutral, S = 0) would fit every message.
TEST_F(SambandSuite, RefusesSignatureKeysOfSmallOrder) {
  Bytes neutral(32);
  neutral.front() = 1;
  Bytes signature(64);
  signature.front() = 1;
  EXPECT_FALSE(suite.verify_with_label(neutral, "A", Bytes{1}, signature));
  EXPECT_FALSE(suite.is_valid_signature_public_key(neutral));
  EXPECT_FALSE(suite.is_valid_signature_public_key(Bytes(31, 1)));
  EXPECT_TRUE(suite.is_valid_signature_public_key(suite.generate_signature_key_pair(random).public_key));
}

// FIPS 180-4's example.
TEST(CipherSuite, HashesWithTheHashItIsNamedFor) {
  const auto hash = [](CipherSuiteId id) { return to_hex(CipherSuite::of(id)->hash(view_of("abc"))); };
  EXPECT_EQ(hash(samband_suite), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash(CipherSuiteId::p384_aes256gcm_sha384_p384),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hash(CipherSuiteId::p521_aes256gcm_sha512_p521),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

// RFC 4231 §4.3 and §4.7: a key shorter than a block, and one longer than any.
TEST(CipherSuite, AuthenticatesAsRfc4231Says) {
  const auto mac = [](CipherSuiteId id, BytesView key, std::string_view text) {
    return to_hex(CipherSuite::of(id)->mac(key, view_of(text)));
  };
  const std::string_view question = "what do ya want for nothing?";
  const std::string_view longer = "Test Using Larger Than Block-Size Key - Hash Key First";
  const Bytes long_key(131, 0xaa);
  EXPECT_EQ(mac(CipherSuiteId::p384_aes256gcm_sha384_p384, view_of("Jefe"), question),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  EXPECT_EQ(mac(CipherSuiteId::p521_aes256gcm_sha512_p521, view_of("Jefe"), question),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(mac(CipherSuiteId::p384_aes256gcm_sha384_p384, long_key, longer),
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
  EXPECT_EQ(mac(CipherSuiteId::p521_aes256gcm_sha512_p521, long_key, longer),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

// RFC 5869 Appendix A.1 to A.3.
TEST_F(SambandSuite, HkdfGivesTheOutputsOfRfc5869) {
  const SecretBytes first = suite.extract(hex("000102030405060708090a0b0c"), Bytes(22, 0x0b));
  EXPECT_EQ(to_hex(first.view()), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  EXPECT_EQ(to_hex(suite.expand(first.view(), hex("f0f1f2f3f4f5f6f7f8f9"), 42).view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  const SecretBytes without_salt = suite.extract({}, Bytes(22, 0x0b));
  EXPECT_EQ(to_hex(suite.expand(without_salt.view(), {}, 42).view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// RFC 9180 Appendix A.1 (0x0020, 0x0001, 0x0001) and A.2 (0x0020, 0x0001, 0x0003): skRm is DeriveKeyPair of ikmR.
TEST_F(SambandSuite, DerivesTheHpkeKeyPairsOfRfc9180) {
  struct Case {
    const char* ikm;
    const char* public_key;
    const char* private_key;
  };
  for (const Case& recipient : {
           Case{"6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
                "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
                "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"},
           Case{"1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
                "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
                "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"},
       }) {
    const KeyPair pair = suite.derive_kem_key_pair(hex(recipient.ikm));
    EXPECT_EQ(to_hex(pair.public_key), recipient.public_key);
    EXPECT_EQ(to_hex(pair.private_key.view()), recipient.private_key);
  }
}

}  // namespace
}  // namespace samband

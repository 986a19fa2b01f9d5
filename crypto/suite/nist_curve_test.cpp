// What the suites of the NIST curves (0x0002, 0x0005, 0x0007) must refuse, and known points.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/suite/suite.h"
#include "crypto/suite/test_hex.h"

namespace samband {
namespace {

struct CurveCase {
  CipherSuiteId suite;
  std::size_t width;   // bytes of a scalar and of a coordinate
  const char* order;   // SP 800-186 §3.2.1
  const char* base_x;  // the x coordinate of the base point
  const char* prime;
};

const CurveCase p256_case{CipherSuiteId::p256_aes128gcm_sha256_p256, 32,
                          "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                          "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
                          "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"};
const CurveCase p384_case{
    CipherSuiteId::p384_aes256gcm_sha384_p384, 48,
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"};
const CurveCase p521_case{CipherSuiteId::p521_aes256gcm_sha512_p521, 66,
                          "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
                          "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
                          "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba"
                          "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
                          "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};

Bytes scalar(std::size_t width, std::uint8_t value) {
  Bytes out(width);
  out.back() = value;
  return out;
}

// `number` less or more a little; the last bytes of the orders take it without a carry.
Bytes moved(Bytes number, int by) {
  number.back() = static_cast<std::uint8_t>(number.back() + by);
  return number;
}

class NistCurveSuite : public testing::TestWithParam<CurveCase> {
 protected:
  void expect_refused_as_scalar(const Bytes& bytes) {
    SCOPED_TRACE(to_hex(bytes));
    EXPECT_EQ(suite.kem_public_key(bytes), std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.decrypt_with_label(bytes, kem.public_key, "A", {}, {kem.public_key, Bytes(16)}),
              std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.signature_key_pair(bytes), std::unexpected(CryptoError::invalid_key));
  }
  void expect_refused_as_point(const Bytes& bytes) {
    SCOPED_TRACE(to_hex(bytes));
    EXPECT_FALSE(suite.is_valid_kem_public_key(bytes));
    EXPECT_EQ(suite.encrypt_with_label(bytes, "A", {}, {}, random), std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.external_init(bytes, random), std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.decrypt_with_label(kem.private_key.view(), kem.public_key, "A", {}, {bytes, Bytes(16)}),
              std::unexpected(CryptoError::invalid_key));
    EXPECT_EQ(suite.external_init_secret(kem, bytes), std::unexpected(CryptoError::invalid_key));
    EXPECT_FALSE(suite.is_valid_signature_public_key(bytes));
    EXPECT_FALSE(suite.verify_with_label(bytes, "A", {}, signature));
    EXPECT_EQ(ERR_peek_error(), 0U) << "a note for TLS to stumble over";
  }

  const CurveCase& curve = GetParam();
  CipherSuite suite = CipherSuite::of(curve.suite).value();
  SeededRandom random{4711};
  KeyPair kem = suite.generate_kem_key_pair(random);
  KeyPair signer = suite.generate_signature_key_pair(random);
  Bytes signature = suite.sign_with_label(signer.private_key.view(), "A", {});
};

INSTANTIATE_TEST_SUITE_P(Nist, NistCurveSuite, testing::Values(p256_case, p384_case, p521_case),
                         [](const auto& test) { return "suite" + std::to_string(static_cast<int>(test.param.suite)); });

TEST_P(NistCurveSuite, MultipliesTheBasePoint) {
  const Bytes one = suite.kem_public_key(scalar(curve.width, 1)).value();
  const Bytes last = suite.kem_public_key(moved(hex(curve.order), -1)).value();
  ASSERT_EQ(one.size(), 1 + 2 * curve.width);
  EXPECT_EQ(one.front(), 0x04);
  EXPECT_EQ(to_hex(BytesView{one}.subspan(1, curve.width)), curve.base_x);
  EXPECT_EQ(to_hex(BytesView{last}.subspan(1, curve.width)), curve.base_x);
  EXPECT_NE(one, last);  // the point and its negative
  EXPECT_EQ(suite.signature_key_pair(scalar(curve.width, 1))->public_key, one);
}

TEST_P(NistCurveSuite, RefusesScalarsOutsideTheGroup) {
  expect_refused_as_scalar(Bytes(curve.width));
  expect_refused_as_scalar(hex(curve.order));
  expect_refused_as_scalar(moved(hex(curve.order), 1));
  expect_refused_as_scalar(Bytes(curve.width, 0xff));
  expect_refused_as_scalar(scalar(curve.width - 1, 1));
  expect_refused_as_scalar(scalar(curve.width + 1, 1));
  expect_refused_as_scalar({});
}

TEST_P(NistCurveSuite, RefusesPointsBesideTheCurveAndOtherForms) {
  for (const KeyPair& pair : {kem.duplicate(), signer.duplicate()}) {
    const Bytes& point = pair.public_key;
    expect_refused_as_point(moved(point, 1));
    expect_refused_as_point({});
    expect_refused_as_point({point.begin(), point.end() - 1});
    const bool is_odd = point.back() % 2 == 1;
    Bytes compressed{point.begin(), point.begin() + static_cast<std::ptrdiff_t>(1 + curve.width)};
    compressed.front() = is_odd ? 3 : 2;
    expect_refused_as_point(compressed);
    Bytes hybrid = point;
    hybrid.front() = is_odd ? 7 : 6;
    expect_refused_as_point(hybrid);
    Bytes unknown_form = point;
    unknown_form.front() = 5;
    expect_refused_as_point(unknown_form);
    EXPECT_TRUE(suite.is_valid_kem_public_key(point));
    EXPECT_TRUE(suite.is_valid_signature_public_key(point));
  }
}

TEST_P(NistCurveSuite, RefusesThePointAtInfinityHoweverItIsWritten) {
  Bytes zeros(1 + 2 * curve.width);
  expect_refused_as_point(zeros);
  zeros.front() = 4;
  expect_refused_as_point(zeros);
  expect_refused_as_point(Bytes{0});
}

TEST_P(NistCurveSuite, RefusesCoordinatesThatAreNotBelowThePrime) {
  const Bytes x = hex(curve.base_x), prime = hex(curve.prime);
  Bytes point = suite.kem_public_key(scalar(curve.width, 1)).value();
  unsigned carry = 0;
  for (std::size_t i = curve.width; i-- > 0; carry >>= 8U) {
    carry += unsigned{x[i]} + prime[i];
    point[1 + i] = static_cast<std::uint8_t>(carry);
  }
  expect_refused_as_point(point);  // the base point's x, plus the prime where the width has room for it
  Bytes maximal(1 + 2 * curve.width, 0xff);
  maximal.front() = 4;
  expect_refused_as_point(maximal);
}

TEST_P(NistCurveSuite, DrawsEverySignatureAnewAndEachVerifies) {
  const Bytes again = suite.sign_with_label(signer.private_key.view(), "A", {});
  EXPECT_NE(signature, again);
  EXPECT_TRUE(suite.verify_with_label(signer.public_key, "A", {}, signature));
  EXPECT_TRUE(suite.verify_with_label(signer.public_key, "A", {}, again));
}

// SEQUENCE { INTEGER r, INTEGER s } with the given octets, lengths in `header` as they stand.
Bytes sequence(const Bytes& header, const Bytes& r, const Bytes& s) {
  const Bytes r_header{0x02, static_cast<std::uint8_t>(r.size())};
  const Bytes s_header{0x02, static_cast<std::uint8_t>(s.size())};
  return concat({header, r_header, r, s_header, s});
}

struct Signature {
  Bytes r;
  Bytes s;
  [[nodiscard]] std::uint8_t body_bytes() const { return static_cast<std::uint8_t>(r.size() + s.size() + 4); }
};

Signature parsed(const Bytes& der) {
  const std::size_t at = der.at(1) == 0x81 ? 3 : 2;  // a P-521 signature is longer than 127 bytes
  const auto r = der.begin() + static_cast<std::ptrdiff_t>(at) + 2;
  const auto s = r + der.at(at + 1) + 2;
  return {{r, r + der.at(at + 1)}, {s, der.end()}};
}

TEST_P(NistCurveSuite, ReadsSignaturesInDerOnly) {
  const auto verifies = [&](const Bytes& der) { return suite.verify_with_label(signer.public_key, "A", {}, der); };
  const Signature parts = parsed(signature);
  const std::uint8_t body = parts.body_bytes();
  const Bytes header = body < 0x80 ? Bytes{0x30, body} : Bytes{0x30, 0x81, body};
  ASSERT_TRUE(verifies(sequence(header, parts.r, parts.s)));

  EXPECT_FALSE(verifies({}));
  EXPECT_FALSE(verifies(concat({signature, Bytes{0}})));
  EXPECT_FALSE(verifies({signature.begin(), signature.end() - 1}));
  EXPECT_FALSE(verifies(sequence({0x30, 0x82, 0x00, body}, parts.r, parts.s)));  // a length that is not the shortest
  const Bytes padded_s = concat({Bytes{0}, parts.s});
  const auto longer = static_cast<std::uint8_t>(body + 1);
  EXPECT_FALSE(verifies(sequence(longer < 0x80 ? Bytes{0x30, longer} : Bytes{0x30, 0x81, longer}, parts.r, padded_s)));
  EXPECT_FALSE(verifies(concat({parts.r, parts.s})));  // without a frame
  EXPECT_FALSE(verifies(sequence({0x30, 6}, {0}, {0})));
  EXPECT_FALSE(verifies(sequence({0x30, 6}, {1}, {0})));
}

// RFC 9180 Appendix A.3.1 (P-256) and A.6.1 (P-521): skRm and pkRm are DeriveKeyPair of ikmR.
TEST(NistCurve, DerivesTheHpkeKeyPairsOfRfc9180) {
  const KeyPair of_p256 = CipherSuite::of(p256_case.suite)
                              ->derive_kem_key_pair(hex("668b37171f1072f3cf12ea8a236a45df"
                                                        "23fc13b82af3609ad1e354f6ef817550"));
  EXPECT_EQ(to_hex(of_p256.private_key.view()), "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");
  EXPECT_EQ(to_hex(of_p256.public_key),
            "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f70"
            "6a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0");
  const KeyPair of_p521 = CipherSuite::of(p521_case.suite)
                              ->derive_kem_key_pair(hex("2ad954bbe39b7122529f7dde780bff626cd97f850d0784a432784e69d86ecc"
                                                        "aade43b6c10a8ffdb94bf943c6da479db137914ec835a7e715e36e45e29b58"
                                                        "7bab3bf1"));
  EXPECT_EQ(to_hex(of_p521.private_key.view()),
            "01462680369ae375e4b3791070a7458ed527842f6a98a79ff5e0d4cbde83c2"
            "7196a3916956655523a6a2556a7af62c5cadabe2ef9da3760bb21e005202f7b2462847");
  EXPECT_EQ(to_hex(of_p521.public_key),
            "0401b45498c1714e2dce167d3caf162e45e0642afc7ed435df7902ccae0e84"
            "ba0f7d373f646b7738bbbdca11ed91bdeae3cdcba3301f2457be452f271fa6837580"
            "e661012af49583a62e48d44bed350c7118c0d8dc861c238c72a2bda17f64704f464b"
            "57338e7f40b60959480c0e58e6559b190d81663ed816e523b6b6a418f66d2451ec64");
}

}  // namespace
}  // namespace samband

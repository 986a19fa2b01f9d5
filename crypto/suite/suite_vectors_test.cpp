// The official vectors of the labelled functions (crypto-basics.json), and RFC 9180's own for HPKE.
#include "crypto/mls/vectors/vectors.h"
#include "crypto/suite/suite.h"

namespace samband {
namespace {

using vectors::hex_field;
using vectors::Json;

std::string label_of(const Json& test_case) {
  return test_case.at("label").get<std::string>();
}

bool labelled_functions_agree(CipherSuite suite, const Json& test_case) {
  const Json& ref = test_case.at("ref_hash");
  const Json& expand = test_case.at("expand_with_label");
  const Json& derive = test_case.at("derive_secret");
  const Json& tree = test_case.at("derive_tree_secret");
  const auto expanded = suite.expand_with_label(hex_field(expand, "secret"), label_of(expand),
                                                hex_field(expand, "context"), expand.at("length").get<std::size_t>());
  const auto derived = suite.derive_secret(hex_field(derive, "secret"), label_of(derive));
  const auto of_tree =
      suite.derive_tree_secret(hex_field(tree, "secret"), label_of(tree), tree.at("generation").get<std::uint32_t>(),
                               tree.at("length").get<std::size_t>());
  return suite.ref_hash(label_of(ref), hex_field(ref, "value")) == hex_field(ref, "out") &&
         equal(expanded.view(), hex_field(expand, "out")) && equal(derived.view(), hex_field(derive, "out")) &&
         equal(of_tree.view(), hex_field(tree, "out"));
}

bool signature_verifies(CipherSuite suite, const Json& test_case) {
  const Json& sign = test_case.at("sign_with_label");
  const Bytes fresh = suite.sign_with_label(hex_field(sign, "priv"), label_of(sign), hex_field(sign, "content"));
  const auto verifies = [&](const Bytes& signature) {
    return suite.verify_with_label(hex_field(sign, "pub"), label_of(sign), hex_field(sign, "content"), signature);
  };
  return verifies(hex_field(sign, "signature")) && verifies(fresh);
}

bool encryption_opens(CipherSuite suite, const Json& test_case) {
  const Json& hpke = test_case.at("encrypt_with_label");
  SeededRandom random{1};
  const Bytes context = hex_field(hpke, "context");
  const Bytes plaintext = hex_field(hpke, "plaintext");
  const auto opens = [&](const HpkeCiphertext& sealed) {
    const auto opened =
        suite.decrypt_with_label(hex_field(hpke, "priv"), hex_field(hpke, "pub"), label_of(hpke), context, sealed);
    return opened && equal(opened->view(), plaintext);
  };
  const auto fresh = suite.encrypt_with_label(hex_field(hpke, "pub"), label_of(hpke), context, plaintext, random);
  return suite.kem_public_key(hex_field(hpke, "priv")) == hex_field(hpke, "pub") &&
         opens({hex_field(hpke, "kem_output"), hex_field(hpke, "ciphertext")}) && fresh && opens(*fresh);
}

TEST(SuiteVectors, EverySuiteAgreesAndNoticesEveryChangedDigit) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "crypto-basics.json");
  EXPECT_EQ(cases.size(), 7U);
  for (const Json& test_case : cases) {
    const auto suite = CipherSuite::of(test_case.at("cipher_suite").get<std::uint16_t>());
    ASSERT_TRUE(suite);
    SCOPED_TRACE(test_case.at("cipher_suite").dump());
    vectors::expect_each_flip_is_noticed(test_case, [&](const Json& changed) {
      return labelled_functions_agree(*suite, changed) && signature_verifies(*suite, changed) &&
             encryption_opens(*suite, changed);
    });
  }
}

// RFC 9180 Appendix A.1 (0x0020, 0x0001, 0x0001) and A.2 (0x0020, 0x0001, 0x0003): skRm is DeriveKeyPair of ikmR.
TEST(SuiteVectors, DerivesTheHpkeKeyPairsOfRfc9180) {
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
    const auto suite = CipherSuite::of(samband_suite).value();
    const KeyPair pair = suite.derive_kem_key_pair(from_hex(recipient.ikm).value());
    EXPECT_EQ(to_hex(pair.public_key), recipient.public_key);
    EXPECT_EQ(to_hex(pair.private_key.view()), recipient.private_key);
  }
}

}  // namespace
}  // namespace samband

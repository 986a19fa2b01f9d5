// crypto-basics.json: the labelled functions of RFC 9420 §5.1, §5.2, §8 and §9.1. Tests only.
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"

namespace samband::vectors {
namespace {

// Expand gives at most 255 hashes, which our own code never exceeds.
std::size_t length_of(const Field& length, const CipherSuite& suite) {
  return static_cast<std::size_t>(length.number(255 * suite.hash_bytes()));
}

void check_derivations(const CipherSuite& suite, const Field& test_case) {
  const Field ref = test_case["ref_hash"];
  ref["out"].expect(suite.ref_hash(ref["label"].text(), ref["value"].bytes()));

  const Field expand = test_case["expand_with_label"];
  const SecretBytes expanded = suite.expand_with_label(expand["secret"].bytes(), expand["label"].text(),
                                                       expand["context"].bytes(), length_of(expand["length"], suite));
  expand["out"].expect(expanded.view());

  const Field derive = test_case["derive_secret"];
  derive["out"].expect(suite.derive_secret(derive["secret"].bytes(), derive["label"].text()).view());

  const Field tree = test_case["derive_tree_secret"];
  const SecretBytes of_tree = suite.derive_tree_secret(tree["secret"].bytes(), tree["label"].text(),
                                                       tree["generation"].u32(), length_of(tree["length"], suite));
  tree["out"].expect(of_tree.view());
}

void check_signature(const CipherSuite& suite, const Field& test_case) {
  const Field sign = test_case["sign_with_label"];
  const KeyPair signer = signature_key_of(sign["priv"], suite);
  const std::string label = sign["label"].text();
  const Bytes content = sign["content"].bytes();
  const auto verifies = [&](BytesView signature) {
    return suite.verify_with_label(sign["pub"].bytes(), label, content, signature);
  };
  sign["signature"].require(verifies(sign["signature"].bytes()), "does not verify");
  sign["priv"].require(verifies(suite.sign_with_label(signer.private_key.view(), label, content)),
                       "signs what does not verify");
}

void check_encryption(const CipherSuite& suite, const Field& test_case) {
  const Field hpke = test_case["encrypt_with_label"];
  const Bytes private_key = kem_private_key_of(hpke["priv"], suite), public_key = hpke["pub"].bytes(),
              context = hpke["context"].bytes();
  const std::string label = hpke["label"].text();
  const auto expect_opens = [&](const HpkeCiphertext& sealed) {
    const auto opened = suite.decrypt_with_label(private_key, public_key, label, context, sealed);
    if (!opened) hpke["ciphertext"].fail("does not open");
    hpke["plaintext"].expect(opened->view());
  };
  hpke["pub"].expect(*suite.kem_public_key(private_key));
  const Bytes kem_output = hpke["kem_output"].bytes(), ciphertext = hpke["ciphertext"].bytes();
  expect_opens({kem_output, ciphertext});
  SeededRandom random{1};
  const auto fresh = suite.encrypt_with_label(public_key, label, context, hpke["plaintext"].bytes(), random);
  if (!fresh) hpke["pub"].fail("can't be encrypted to");
  expect_opens(*fresh);
}

}  // namespace

void check_crypto_basics(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  check_derivations(suite, test_case);
  check_signature(suite, test_case);
  check_encryption(suite, test_case);
}

}  // namespace samband::vectors

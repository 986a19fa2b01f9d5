// welcome.json (RFC 9420 §12.4.3) and passive-client-*.json: a client that joins and follows (§12.4.2, §12.4.3.1).
// Tests only.
#include "crypto/mls/group/group.h"
#include "crypto/mls/group/welcome_secrets.h"
#include "crypto/mls/vectors/procedures/every_credential.h"
#include "crypto/mls/vectors/procedures/known_psks.h"
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"

namespace samband::vectors {

using namespace mls;

namespace {

// The private key of a field, which must belong to a key of the KeyPackage.
SecretBytes private_key_of(const Field& field, const CipherSuite& suite, const HPKEPublicKey& public_key) {
  const Bytes private_key = kem_private_key_of(field, suite);
  field.require(suite.kem_public_key(private_key) == public_key, "does not belong to the KeyPackage");
  return SecretBytes{private_key};
}

KeyPackageBundle bundle_of(const Field& test_case, const CipherSuite& suite) {
  auto key_package = parsed_message<KeyPackage>(test_case["key_package"]);
  SecretBytes init_priv = private_key_of(test_case["init_priv"], suite, key_package.init_key);
  SecretBytes encryption_priv =
      private_key_of(test_case["encryption_priv"], suite, key_package.leaf_node.encryption_key);
  return {std::move(key_package), std::move(init_priv), std::move(encryption_priv)};
}

std::optional<RatchetTreeNodes> tree_of(const Field& field) {
  if (field.is_null()) return std::nullopt;  // it is inside the Welcome
  return parsed(field, parse_ratchet_tree);
}

void remember_epoch(KnownPsks& psks, const Group& group) {
  psks.add_resumption(group.context().group_id, group.epoch(), group.resumption_psk());
}

void follow(Group& group, const Field& epoch, KnownPsks& psks, const Services& services) {
  const Field proposals = epoch["proposals"];
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    proposals[i].require(group.receive_proposal(proposals[i].bytes(), services).has_value(), "is refused");
  }
  auto staged = group.stage_commit(epoch["commit"].bytes(), services);
  epoch["commit"].require(staged.has_value(), "is refused");
  epoch["commit"].require(group.merge(std::move(*staged)) == CommitOutcome::entered_epoch, "removes this client");
  epoch["epoch_authenticator"].expect(group.epoch_authenticator().view());
  remember_epoch(psks, group);
}

}  // namespace

void check_welcome(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  const auto welcome = parsed_message<Welcome>(test_case["welcome"]);
  auto key_package = parsed_message<KeyPackage>(test_case["key_package"]);
  SecretBytes init_priv = private_key_of(test_case["init_priv"], suite, key_package.init_key);
  const KeyPackageBundle bundle{std::move(key_package), std::move(init_priv), {}};
  const auto opened = open_welcome(welcome, bundle, NoPreSharedKeys{});
  test_case["welcome"].require(opened && opened->suite == suite, "does not open");

  const GroupInfo& info = opened->group_info;
  test_case["signer_pub"].require(verify_group_info_signature(info, suite, test_case["signer_pub"].bytes()),
                                  "did not sign the GroupInfo");
  const EpochSecrets secrets = derive_epoch_secrets(suite, opened->group_secrets.joiner_secret.view(),
                                                    opened->psk_secret.view(), encode(info.group_context));
  const MAC tag =
      compute_confirmation_tag(suite, secrets.confirmation_key.view(), info.group_context.confirmed_transcript_hash);
  test_case["welcome"].require(info.confirmation_tag == tag, "holds another confirmation tag");
}

void check_passive_client(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  const KeyPackageBundle bundle = bundle_of(test_case, suite);
  const Field priv = test_case["signature_priv"];
  const KeyPair signature_key = signature_key_of(priv, suite);
  priv.require(signature_key.public_key == bundle.key_package.leaf_node.signature_key, "is not the KeyPackage's");

  KnownPsks psks;
  const Field external_psks = test_case["external_psks"];
  for (std::size_t i = 0; i < external_psks.size(); ++i) {
    psks.add_external(external_psks[i]["psk_id"].bytes(), external_psks[i]["psk"].bytes());
  }
  const EveryCredential authentication;
  const Services services{authentication, psks, std::nullopt};
  auto joined =
      Group::join(test_case["welcome"].bytes(), bundle, tree_of(test_case["ratchet_tree"]), signature_key, services);
  test_case["welcome"].require(joined.has_value(), "is refused");
  Group& group = joined->group;
  test_case["initial_epoch_authenticator"].expect(group.epoch_authenticator().view());
  remember_epoch(psks, group);
  const Field epochs = test_case["epochs"];
  for (std::size_t i = 0; i < epochs.size(); ++i) follow(group, epochs[i], psks, services);
}

}  // namespace samband::vectors

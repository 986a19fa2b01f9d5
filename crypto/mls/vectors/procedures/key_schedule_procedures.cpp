// key-schedule.json (RFC 9420 §8, §8.3, §8.5), psk_secret.json (§8.4) and transcript-hashes.json (§8.2, §6.1). Tests
// only.
#include "crypto/mls/group/key_schedule.h"
#include "crypto/mls/public/transcript_hash.h"
#include "crypto/mls/vectors/procedures/known_psks.h"
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"
#include "crypto/mls/wire/group_context.h"

namespace samband::vectors {

using namespace mls;

namespace {

void expect_secrets(const Field& epoch, const EpochSecrets& secrets) {
  epoch["init_secret"].expect(secrets.init_secret.view());
  epoch["sender_data_secret"].expect(secrets.sender_data_secret.view());
  epoch["encryption_secret"].expect(secrets.encryption_secret.view());
  epoch["exporter_secret"].expect(secrets.exporter_secret.view());
  epoch["epoch_authenticator"].expect(secrets.epoch_authenticator.view());
  epoch["external_secret"].expect(secrets.external_secret.view());
  epoch["confirmation_key"].expect(secrets.confirmation_key.view());
  epoch["membership_key"].expect(secrets.membership_key.view());
  epoch["resumption_psk"].expect(secrets.resumption_psk.view());
}

void expect_exports(const CipherSuite& suite, const Field& epoch, const EpochSecrets& secrets) {
  epoch["external_pub"].expect(derive_external_key_pair(suite, secrets.external_secret.view()).public_key);
  const Field exporter = epoch["exporter"];
  const auto length = static_cast<std::size_t>(exporter["length"].number(255 * suite.hash_bytes()));
  const SecretBytes exported = export_secret(suite, secrets.exporter_secret.view(), exporter["label"].text(),
                                             exporter["context"].bytes(), length);
  exporter["secret"].expect(exported.view());
}

// Checks one epoch and gives the init_secret of the next.
SecretBytes check_epoch(const CipherSuite& suite, const Field& epoch, BytesView init_secret, GroupContext& context) {
  context.tree_hash = epoch["tree_hash"].bytes();
  context.confirmed_transcript_hash = epoch["confirmed_transcript_hash"].bytes();
  const Bytes group_context = encode(context);
  epoch["group_context"].expect(group_context);

  const Bytes psk_secret = epoch["psk_secret"].bytes();
  const SecretBytes joiner_secret =
      derive_joiner_secret(suite, init_secret, epoch["commit_secret"].bytes(), group_context);
  epoch["joiner_secret"].expect(joiner_secret.view());
  epoch["welcome_secret"].expect(derive_welcome_secret(suite, joiner_secret.view(), psk_secret).view());
  EpochSecrets secrets = derive_epoch_secrets(suite, joiner_secret.view(), psk_secret, group_context);
  expect_secrets(epoch, secrets);
  expect_exports(suite, epoch, secrets);
  return std::move(secrets.init_secret);
}

}  // namespace

void check_key_schedule(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  SecretBytes init_secret{test_case["initial_init_secret"].bytes()};
  GroupContext context{.cipher_suite = static_cast<std::uint16_t>(suite.id())};
  context.group_id = test_case["group_id"].bytes();
  const Field epochs = test_case["epochs"];
  epochs.require(epochs.size() > 0, "are none");
  for (std::size_t i = 0; i < epochs.size(); ++i, ++context.epoch.value) {
    init_secret = check_epoch(suite, epochs[i], init_secret.view(), context);
  }
}

void check_psk_secret(const Field& test_case) {
  const Field psks = test_case["psks"];
  psks.require(psks.size() <= psks_max, "are more than a Commit may name");
  std::vector<PreSharedKeyID> ids;
  KnownPsks known;
  for (std::size_t i = 0; i < psks.size(); ++i) {
    const Bytes psk_id = psks[i]["psk_id"].bytes(), psk_nonce = psks[i]["psk_nonce"].bytes();
    known.add_external(psk_id, psks[i]["psk"].bytes());
    ids.push_back({ExternalPSK{psk_id}, psk_nonce});
  }
  const auto psk_secret = derive_psk_secret(suite_of(test_case), ids, known);
  psks.require(psk_secret.has_value(), "name one that is not there");
  test_case["psk_secret"].expect(psk_secret->view());
}

void check_transcript_hashes(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  const Field content_field = test_case["authenticated_content"];
  const AuthenticatedContent content = parsed(content_field, parse_authenticated_content);
  content_field.require(std::holds_alternative<Commit>(content.content.content), "holds no Commit");
  const Bytes confirmed = confirmed_transcript_hash(suite, test_case["interim_transcript_hash_before"].bytes(),
                                                    content.wire_format, content.content, content.auth.signature);
  test_case["confirmed_transcript_hash_after"].expect(confirmed);
  const Bytes tag = compute_confirmation_tag(suite, test_case["confirmation_key"].bytes(), confirmed);
  content_field.require(tag == content.auth.confirmation_tag, "has another confirmation tag");
  test_case["interim_transcript_hash_after"].expect(interim_transcript_hash(suite, confirmed, tag));
}

}  // namespace samband::vectors

#include "crypto/mls/group/key_schedule.h"

#include <gtest/gtest.h>

#include "crypto/mls/group/official_vectors.h"
#include "crypto/mls/wire/framing.h"
#include "crypto/mls/wire/group_context.h"

namespace samband::mls {
namespace {

bool holds(const Json& epoch, const std::string& field, BytesView derived) {
  return equal(hex_field(epoch, field), derived);
}

bool secrets_match(const Json& epoch, const EpochSecrets& secrets) {
  return holds(epoch, "init_secret", secrets.init_secret.view()) &&
         holds(epoch, "sender_data_secret", secrets.sender_data_secret.view()) &&
         holds(epoch, "encryption_secret", secrets.encryption_secret.view()) &&
         holds(epoch, "exporter_secret", secrets.exporter_secret.view()) &&
         holds(epoch, "epoch_authenticator", secrets.epoch_authenticator.view()) &&
         holds(epoch, "external_secret", secrets.external_secret.view()) &&
         holds(epoch, "confirmation_key", secrets.confirmation_key.view()) &&
         holds(epoch, "membership_key", secrets.membership_key.view()) &&
         holds(epoch, "resumption_psk", secrets.resumption_psk.view());
}

bool exports_match(CipherSuite suite, const Json& epoch, const EpochSecrets& secrets) {
  const Json& exporter = epoch.at("exporter");
  const SecretBytes exported =
      export_secret(suite, secrets.exporter_secret.view(), exporter.at("label").get<std::string>(),
                    hex_field(exporter, "context"), exporter.at("length").get<std::size_t>());
  return holds(exporter, "secret", exported.view()) &&
         holds(epoch, "external_pub", derive_external_key_pair(suite, secrets.external_secret.view()).public_key);
}

bool key_schedule_passes(const Json& test_case) {
  const CipherSuite suite = suite_of(test_case);
  SecretBytes init_secret{hex_field(test_case, "initial_init_secret")};
  GroupContext context{.cipher_suite = test_case.at("cipher_suite"), .group_id = hex_field(test_case, "group_id")};
  for (const Json& epoch : test_case.at("epochs")) {
    context.tree_hash = hex_field(epoch, "tree_hash");
    context.confirmed_transcript_hash = hex_field(epoch, "confirmed_transcript_hash");
    const Bytes group_context = encode(context);
    const Bytes psk_secret = hex_field(epoch, "psk_secret");
    const SecretBytes joiner_secret =
        derive_joiner_secret(suite, init_secret.view(), hex_field(epoch, "commit_secret"), group_context);
    EpochSecrets secrets = derive_epoch_secrets(suite, joiner_secret.view(), psk_secret, group_context);
    const bool matches =
        holds(epoch, "group_context", group_context) && holds(epoch, "joiner_secret", joiner_secret.view()) &&
        holds(epoch, "welcome_secret", derive_welcome_secret(suite, joiner_secret.view(), psk_secret).view()) &&
        secrets_match(epoch, secrets) && exports_match(suite, epoch, secrets);
    if (!matches) return false;
    init_secret = std::move(secrets.init_secret);
    ++context.epoch.value;
  }
  return true;
}

TEST(KeySchedule, AgreesWithTheOfficialVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "key-schedule.json");
  expect_cases_pass(cases, key_schedule_passes);
}

TEST(KeySchedule, NoticesAChangedDigitInAnyFieldOfItsVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "key-schedule.json");
  expect_flips_fail(cases, key_schedule_passes);
}

bool transcript_hashes_pass(const Json& test_case) {
  const CipherSuite suite = suite_of(test_case);
  const auto content = parse_authenticated_content(hex_field(test_case, "authenticated_content"));
  if (!content || !std::holds_alternative<Commit>(content->content.content)) return false;
  const Bytes confirmed =
      suite.hash({hex_field(test_case, "interim_transcript_hash_before"),
                  confirmed_transcript_hash_input(content->wire_format, content->content, content->auth.signature)});
  const Bytes tag = compute_confirmation_tag(suite, hex_field(test_case, "confirmation_key"), confirmed);
  const Bytes interim = suite.hash({confirmed, interim_transcript_hash_input(tag)});
  return holds(test_case, "confirmed_transcript_hash_after", confirmed) && tag == content->auth.confirmation_tag &&
         holds(test_case, "interim_transcript_hash_after", interim);
}

TEST(TranscriptHashes, AgreeWithTheOfficialVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "transcript-hashes.json");
  expect_cases_pass(cases, transcript_hashes_pass);
}

TEST(TranscriptHashes, NoticeAChangedDigitInAnyFieldOfTheirVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "transcript-hashes.json");
  expect_flips_fail(cases, transcript_hashes_pass);
}

}  // namespace
}  // namespace samband::mls

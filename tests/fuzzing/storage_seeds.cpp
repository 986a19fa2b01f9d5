// What lies on disks: entries, policies, records, documents, and a client's profile.
#include "client/core/channel_record.h"
#include "client/core/guidance.h"
#include "client/core/message_record.h"
#include "client/core/own.h"
#include "crypto/document/document_record.h"
#include "crypto/suite/signing.h"
#include "server/core/channel.h"
#include "server/edge/backup.h"
#include "storage/model/server_layout.h"
#include "storage/rocks/store_file.h"
#include "storage/sealed/store_key.h"
#include "tests/fuzzing/seeds.h"

namespace samband::fuzzing {
namespace {

void add_records(Seeds& seeds) {
  const std::string target = "storage.model.records_fuzz";
  seeds.add_examples(target, "storage/model/seeds/records");
  seeds.add_examples(target, "storage/model/seeds/entry", {8});
  seeds.add_examples(target, "storage/model/seeds/policy", {9});
  seeds.add(target, concat({Bytes{10}, storage::server_store::inbox_key({{}, 1, 2})}));
}

void add_disk(Seeds& seeds) {
  SeededRandom random{1};
  const SecretBytes store_key = storage::generate_store_key(random);
  const auto wrapped = storage::wrap_store_key(Bytes{'x'}, store_key, random, storage::passphrase_cost_min);
  if (wrapped) seeds.add("storage.sealed.sealed_fuzz", *wrapped);
  seeds.add("storage.rocks.store_file_fuzz", view_of(storage::describe({"samband server", 1, {}})));
  seeds.add("server.core.stored_fuzz", server::encode(server::ChannelReader{{{1, 4}, {9, std::nullopt}}, 12}));
  seeds.add("server.core.stored_fuzz", server::encode(server::Release{WallTime{1}, {}, {}}));
}

void add_document(Seeds& seeds) {
  DocumentRecord record;
  seeds.add("crypto.document.document_fuzz", encode(sign(record, Bytes(32, 7))));
  record.version = 2;
  record.parent = Hash{};
  seeds.add("crypto.document.document_fuzz", encode(sign(record, Bytes(32, 7))));
}

// Behind each goes the place it is put into: see profile_fuzz.cpp.
void add_profile(Seeds& seeds) {
  const auto add = [&](std::uint8_t place, BytesView record) {
    seeds.add("client.core.profile_fuzz", concat({Bytes{place}, record}));
  };
  client::Own own;
  own.server.name = "samband.example";
  own.certificate.body.staff_name = "Anna";
  own.certificate.body.device_label = "laptop";
  own.signature_key = ed25519_key_pair(Bytes(32, 7));
  own.administrator = client::AdministratorKey{{}, SecretBytes{std::size_t{32}}};
  add(0, client::encode(own).view());

  client::ChannelRecord channel;
  channel.policy.name = "Utskrivning";
  channel.policy.items.push_back({{}, {}, storage::Role::moderator, storage::AllStaff{}});
  channel.leave_requests.push_back({4, {}});
  channel.departed.emplace_back();
  add(5, client::encode(channel));

  const Bytes content = client::encode(client::text_message({}, "Hei", "nb"));
  add(9, client::encode(client::MessageRecord{.content = content}));
  client::OutboxItem item{.content = content, .blobs = {{}}, .guidance = GuidanceId{}};
  item.sent = client::OutboxItem::Sent{.content = content, .placed = client::OutboxItem::Place{3, WallTime{4}}};
  add(9, client::encode(item));
  add(9, client::encode(client::GuidanceManifest{
             .title = "Råd", .acknowledge_by = WallTime{1}, .texts = {{"nb", {}}}, .files = {{"råd.pdf", 3, {}}}}));
}

void add_backup(Seeds& seeds) {
  using namespace samband::server::edge;
  BackupManifest manifest{"samband.example", "0.1.0", WallTime{1'800'000'000'000}, 2, 3, {}};
  seeds.add("server.edge.backup_fuzz", view_of(encode(manifest)));
  for (const std::string& path : {std::string{backup_chunks} + "000011.sst", std::string{backup_log_key},
                                  std::string{backup_store} + "CURRENT", std::string{backup_certificate}}) {
    manifest.files.push_back({path, {4, {}}});
  }
  seeds.add("server.edge.backup_fuzz", view_of(encode(manifest)));
}

}  // namespace

void add_storage_seeds(Seeds& seeds) {
  add_records(seeds);
  add_disk(seeds);
  add_document(seeds);
  add_profile(seeds);
  add_backup(seeds);
}

}  // namespace samband::fuzzing

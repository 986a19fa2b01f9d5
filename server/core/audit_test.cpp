// The audit chain: what is in it, how it is listed, and what is noticed when it was changed.
#include "server/core/audit_chain.h"
#include "server/core/core_fixture.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using testing::HasSubstr;

class Audit : public CoreTest {
 protected:
  Invited oslo = new_partner("0301", "Oslo");
  Invited bergen = new_partner("4601", "Bergen");

  void add_both() {
    const auto added = server.administer(protocol::AddPartners{{oslo.row, bergen.row}});
    ASSERT_TRUE(std::holds_alternative<protocol::PartnersListed>(added));
  }
  void rename_oslo(std::string name) {
    const auto renamed = server.administer(protocol::RenamePartner{oslo.row.id, std::move(name)});
    ASSERT_TRUE(std::holds_alternative<protocol::AdminDone>(renamed));
  }
  void record(storage::AuditAct act, std::string what) {
    server.carry_out({0, server.now, false, RecordAct{server.administrator, act, std::move(what)}});
  }
  std::vector<protocol::AuditItem> list(protocol::ListAudit request = {
                                            .items_max = 100, .since = {}, .partner_number = {}}) {
    const auto reply = server.administer(std::move(request));
    const auto* listed = std::get_if<protocol::AuditListed>(&reply);
    if (listed == nullptr) ADD_FAILURE() << std::get<protocol::AdminRefused>(reply).reason;
    return listed == nullptr ? std::vector<protocol::AuditItem>{} : listed->items;
  }
  std::vector<std::string> sentences(protocol::ListAudit request = {
                                         .items_max = 100, .since = {}, .partner_number = {}}) {
    std::vector<std::string> all;
    for (const auto& item : list(std::move(request))) all.push_back(item.who + ": " + item.what);
    return all;
  }

  [[nodiscard]] storage::AuditRecord kept(std::uint64_t number) const {
    return storage::parse_audit_record(*server.main.get(layout::meta, layout::audit_key(number)).value()).value();
  }
  void put(Bytes key, Bytes value) {
    storage::StoreBatch batch;
    batch.put(layout::meta, std::move(key), std::move(value));
    ASSERT_TRUE(server.main.write(batch, storage::Durability::synced));
  }
  void remove(storage::Family family, Bytes key) {
    storage::StoreBatch batch;
    batch.remove(family, std::move(key));
    ASSERT_TRUE(server.main.write(batch, storage::Durability::synced));
  }
  [[nodiscard]] std::string fault() const { return audit_chain_fault(server.main).value_or(""); }
};

TEST_F(Audit, OfANewServerIsEmptyAndHolds) {
  EXPECT_TRUE(list().empty());
  const auto verified = verify_audit(server.main);
  ASSERT_TRUE(verified) << verified.error();
  EXPECT_EQ(verified->records, 0U);
}

TEST_F(Audit, TellsWhichUserChangedTheDirectory) {
  add_both();
  server.administrator = {0, "root"};
  rename_oslo("Oslo kommune");
  EXPECT_THAT(sentences(), testing::ElementsAre("root (uid 0): partner 0301 is now called Oslo kommune",
                                                "drift (uid 1000): partner Bergen invited",
                                                "drift (uid 1000): partner 4601 Bergen added",
                                                "drift (uid 1000): partner Oslo kommune invited",
                                                "drift (uid 1000): partner 0301 Oslo added"));
}

TEST_F(Audit, NamesLeavesAndRecordsByNumberAndHash) {
  add_both();
  record(storage::AuditAct::backup, "backup finished");
  const auto items = list();
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].record, 1U);
  EXPECT_EQ(items[0].leaf, std::nullopt);
  EXPECT_EQ(items[0].hash, verify_audit(server.main)->last);
  EXPECT_EQ(items[1].record, 0U);
  EXPECT_EQ(items[1].leaf, 3U);
  EXPECT_EQ(items[1].hash, kept(1).previous);
}

TEST_F(Audit, HasWhatAUserOfAPartnerDidToo) {
  const Partner drammen = enrolled_partner("3301", "Drammen");
  const auto all = sentences();
  EXPECT_THAT(all.front(), testing::StartsWith("Drammen: "));
  EXPECT_THAT(all.front(), HasSubstr("enrolled the device"));
}

TEST_F(Audit, KeepsTheOrderOfActsAroundTheDirectory) {
  record(storage::AuditAct::configuration, "configuration read anew");
  add_both();
  record(storage::AuditAct::backup, "backup finished");
  rename_oslo("Oslo kommune");
  const auto all = sentences();
  ASSERT_EQ(all.size(), 7U);
  EXPECT_EQ(all[0], "drift (uid 1000): partner 0301 is now called Oslo kommune");
  EXPECT_EQ(all[1], "drift (uid 1000): backup finished");
  EXPECT_EQ(all[6], "drift (uid 1000): configuration read anew");
}

TEST_F(Audit, IsListedSinceATimeForAPartnerAndUpToANumber) {
  record(storage::AuditAct::other, "the first");
  add_both();
  server.now.ms += minute_ms;
  rename_oslo("Oslo kommune");
  record(storage::AuditAct::other, "the last");
  EXPECT_EQ(list({.items_max = 100, .since = server.now, .partner_number = {}}).size(), 2U);
  EXPECT_EQ(list({.items_max = 100, .since = {server.now.ms + 1}, .partner_number = {}}).size(), 0U);
  EXPECT_EQ(list({.items_max = 3, .since = {}, .partner_number = {}}).size(), 3U);
  EXPECT_THAT(
      sentences({.items_max = 100, .since = {}, .partner_number = "4601"}),
      testing::ElementsAre("drift (uid 1000): partner Bergen invited", "drift (uid 1000): partner 4601 Bergen added"));
  const auto unknown = server.administer(protocol::ListAudit{100, {}, "9999"});
  EXPECT_TRUE(std::holds_alternative<protocol::AdminRefused>(unknown));
}

TEST_F(Audit, HasNothingOfWhatWasRefusedOrOnlyAsked) {
  add_both();
  const auto refused = server.administer(protocol::RenamePartner{oslo.row.id, ""});
  ASSERT_TRUE(std::holds_alternative<protocol::AdminRefused>(refused));
  static_cast<void>(server.administer(protocol::ListPartners{}));
  EXPECT_EQ(verify_audit(server.main)->records, 1U);
}

TEST_F(Audit, GoesOnAfterARestart) {
  add_both();
  record(storage::AuditAct::backup, "backup finished");
  server.restart();
  server.now.ms += minute_ms;
  rename_oslo("Oslo kommune");
  const auto verified = verify_audit(server.main);
  ASSERT_TRUE(verified) << verified.error();
  EXPECT_EQ(verified->records, 3U);
  EXPECT_EQ(verified->leaves, 5U);
  const auto status = std::get<protocol::ServerStatus>(server.administer(protocol::GetStatus{}));
  EXPECT_EQ(status.audit_records, 3U);
}

TEST_F(Audit, TakesARecordWhileNoServerRuns) {
  add_both();
  const auto batch = audit_batch(
      server.main, server.now,
      {.kind = storage::AuditAct::restore, .who = {0, "root"}, .partner = {}, .what = "restored", .first_leaf = {}});
  ASSERT_TRUE(batch);
  ASSERT_TRUE(server.main.write(*batch, storage::Durability::synced));
  EXPECT_EQ(fault(), "");
  server.restart();
  EXPECT_EQ(sentences().front(), "root (uid 0): restored");
}

TEST_F(Audit, HoldsTextsThatCanBeShown) {
  record(storage::AuditAct::other, "back\x1b[2Jup \xff");
  record(storage::AuditAct::other, std::string(390, 'x') + "ææææææææ");
  const auto items = list();
  EXPECT_EQ(items[1].what, "back?[2Jup ?");
  EXPECT_EQ(items[0].what, std::string(390, 'x') + "æææææ");
  EXPECT_TRUE(protocol::parse_admin_reply(protocol::encode_admin_reply(protocol::AuditListed{items})));
}

// Who can write the store can make another chain that agrees with itself; what was noted elsewhere is not in it.
TEST_F(Audit, HoldsEveryHashThatWasNoted) {
  add_both();
  const Hash noted = verify_audit(server.main)->last;
  rename_oslo("Oslo kommune");
  EXPECT_TRUE(verify_audit(server.main, noted));
  const auto other = verify_audit(server.main, Hash{});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error(), HasSubstr("no record"));
}

TEST_F(Audit, NoticesARecordThatWasChanged) {
  add_both();
  rename_oslo("Oslo kommune");
  storage::AuditRecord changed = kept(0);
  changed.user = "somebody else";
  put(layout::audit_key(0), storage::encode(changed));
  EXPECT_THAT(fault(), HasSubstr("record 1 does not continue the one before it"));
}

TEST_F(Audit, NoticesThatTheLastRecordWasChanged) {
  add_both();
  storage::AuditRecord changed = kept(0);
  changed.user = "somebody else";
  put(layout::audit_key(0), storage::encode(changed));
  EXPECT_THAT(fault(), HasSubstr("record 0 is not the one that the chain ends with"));
}

TEST_F(Audit, NoticesARecordThatIsMissing) {
  add_both();
  rename_oslo("Oslo kommune");
  record(storage::AuditAct::other, "the last");
  remove(layout::meta, layout::audit_key(2));
  EXPECT_THAT(fault(), HasSubstr("record 2 is missing"));
  remove(layout::meta, layout::audit_key(0));
  EXPECT_THAT(fault(), HasSubstr("record 0 is missing"));
}

TEST_F(Audit, NoticesThatTheEndOfTheChainIsMissingOrUnreadable) {
  add_both();
  put(layout::audit_head_key(), Bytes{9});
  EXPECT_THAT(fault(), HasSubstr("the end of the audit chain can't be read"));
  remove(layout::meta, layout::audit_head_key());
  EXPECT_THAT(fault(), HasSubstr("stands behind the end of the chain"));
}

TEST_F(Audit, NoticesARecordThatCannotBeRead) {
  add_both();
  put(layout::audit_key(0), Bytes{9});
  EXPECT_THAT(fault(), HasSubstr("record 0 can't be read"));
}

TEST_F(Audit, NoticesAnotherDirectory) {
  add_both();
  rename_oslo("Oslo kommune");
  storage::StoreBatch batch;
  const identity::DirectoryLeaf forged{server.now, identity::PartnerRenamed{oslo.row.id, "Bergen", "", {}}};
  batch.put(layout::directory, layout::directory_key(4), identity::encode(forged));
  ASSERT_TRUE(server.main.write(batch, storage::Durability::synced));
  EXPECT_THAT(fault(), HasSubstr("record 1 names another directory"));
  remove(layout::directory, layout::directory_key(4));
  EXPECT_THAT(fault(), HasSubstr("record 1 knows more of the directory than there is"));
}

// Somebody who can write the store can compute hashes too; what the records say of the directory must still agree.
TEST_F(Audit, NoticesAChainOfAShorterDirectory) {
  add_both();
  record(storage::AuditAct::other, "the last");
  storage::AuditRecord last = kept(1);
  last.first_leaf = last.directory_size = 1;
  const Bytes wire = storage::encode(last);
  put(layout::audit_head_key(), storage::encode(storage::AuditHead{2, audit_hash(wire)}));
  put(layout::audit_key(1), wire);
  EXPECT_THAT(fault(), HasSubstr("record 1 knows less of the directory"));
}

}  // namespace
}  // namespace samband::server

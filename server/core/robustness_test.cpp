// Repeated requests, crashes, recovery and determinism.
#include "server/core/core_fixture.h"

namespace samband::server {
namespace {

using protocol::Status;

class Robustness : public CoreTest {
 protected:
  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner ahus = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;
  Device& bjorn = *ahus.first;
  storage::ChannelPolicy policy =
      policy_of({seats(oslo, storage::Role::moderator), seats(ahus, storage::Role::member)});

  using Pairs = std::vector<std::pair<Bytes, Bytes>>;
  static std::vector<Pairs> content_of(const storage::MemoryStore& store, std::size_t families) {
    std::vector<Pairs> all(families);
    for (std::size_t i = 0; i < families; ++i) {
      const auto scanned = store.scan(
          storage::Family{static_cast<std::uint16_t>(i)}, storage::all_keys(), 1'000'000,
          [&](BytesView key, BytesView value) {
            all[i].emplace_back(copy_of(key), copy_of(value));
            return storage::Visit::more;
          },
          storage::Direction::forward);
      EXPECT_TRUE(scanned.has_value());
    }
    return all;
  }
  static std::vector<Pairs> main_content(const Server& of) {
    return content_of(of.main, storage::server_store::layout().families.size());
  }
  protocol::ShardIndex shard_of_policy() { return protocol::shard_of(policy.channel, server.core().shard_count()); }
};

// --- request counters

TEST_F(Robustness, ARepeatedRequestGetsTheAnswerItGotAndChangesNothing) {
  const ChannelId channel = created_channel(anna, policy);
  const auto request = message(anna, channel);
  const auto first = server.ask(anna, request);
  const std::uint64_t counter = server.counters.at({anna.id, shard_of_policy()});
  const auto repeated = server.ask_as(anna.id, counter, request);
  EXPECT_EQ(protocol::encode_reply_body(first), protocol::encode_reply_body(repeated));
  EXPECT_EQ(server.entries(channel).size(), 2U);
}

TEST_F(Robustness, ARepeatIsAnsweredAcrossARestartOfTheServer) {
  const ChannelId channel = created_channel(anna, policy);
  const auto request = message(anna, channel);
  const auto first = server.ask(anna, request);
  server.restart();
  const auto repeated = server.ask_as(anna.id, server.counters.at({anna.id, shard_of_policy()}), request);
  EXPECT_EQ(protocol::encode_reply_body(first), protocol::encode_reply_body(repeated));
  EXPECT_EQ(server.entries(channel).size(), 2U);
}

TEST_F(Robustness, ARefusalIsRepeatedToo) {
  const ChannelId channel = created_channel(anna, policy);
  const protocol::SendMessage nonsense{channel, Bytes{1}};
  ASSERT_THAT(server.ask(anna, nonsense), IsRefused(Status::invalid));
  const std::uint64_t counter = server.counters.at({anna.id, shard_of_policy()});
  EXPECT_THAT(server.ask_as(anna.id, counter, nonsense), IsRefused(Status::invalid));
}

TEST_F(Robustness, AGapInTheCountersIsRefused) {
  const ChannelId channel = created_channel(anna, policy);
  const std::uint64_t counter = server.counters.at({anna.id, shard_of_policy()});
  EXPECT_THAT(server.ask_as(anna.id, counter + 2, message(anna, channel)), IsRefused(Status::counter_out_of_order));
  EXPECT_EQ(server.entries(channel).size(), 1U);
}

TEST_F(Robustness, AnotherRequestUnderAUsedCounterIsRefused) {
  const ChannelId channel = created_channel(anna, policy);
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  const std::uint64_t counter = server.counters.at({anna.id, shard_of_policy()});
  EXPECT_THAT(server.ask_as(anna.id, counter, message(anna, channel)), IsRefused(Status::counter_out_of_order));
}

TEST_F(Robustness, ARepeatFromBeforeTheKeptAnswersIsRefused) {
  const ChannelId channel = created_channel(anna, policy);
  const auto old = message(anna, channel);
  ASSERT_THAT(server.ask(anna, old), IsPlaced());
  const std::uint64_t counter = server.counters.at({anna.id, shard_of_policy()});
  for (std::size_t i = 0; i < server.limits.replies_kept - 1; ++i) {
    ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  }
  EXPECT_THAT(server.ask_as(anna.id, counter, old), IsPlaced());
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  EXPECT_THAT(server.ask_as(anna.id, counter, old), IsRefused(Status::counter_out_of_order));
}

TEST_F(Robustness, BelowTheDiskReserveWritesAreRefusedAndTheirCountersNotSpent) {
  const ChannelId channel = created_channel(anna, policy);
  const auto request = message(anna, channel);
  server.disk_reserve = true;
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::disk_reserve));
  EXPECT_TRUE(std::holds_alternative<protocol::EntriesPage>(server.ask(anna, protocol::FetchEntries{channel, 0, 10})));
  EXPECT_THAT(server.ask(anna, protocol::Revoke{identity::encode(revocation_of(oslo, random.id<DeviceId>()))}),
              IsRefused(Status::not_found))
      << "a revocation is judged all the same";
  server.disk_reserve = false;
  EXPECT_THAT(server.ask(anna, request), IsPlaced());
}

// --- requests in parts

TEST_F(Robustness, ARequestInPartsIsTheRequest) {
  const Bytes whole = protocol::encode_request_body(creation(anna, policy));
  const BytesView view{whole};
  const auto shard = shard_of_policy();
  std::vector<Hash> parts;
  for (const BytesView part : {view.first(100), view.subspan(100)}) {
    ASSERT_THAT(server.ask(anna, protocol::StagePart{shard, copy_of(part)}), IsDone());
    parts.push_back(sha256(part));
  }
  server.restart();
  EXPECT_THAT(server.ask(anna, protocol::StagedRequest{shard, parts}), IsPlaced());
  EXPECT_THAT(server.ask(anna, protocol::StagedRequest{shard, parts}), IsRefused(Status::not_found)) << "spent";
}

TEST_F(Robustness, AStagedRequestForAnotherShardIsRefused) {
  const Bytes whole = protocol::encode_request_body(creation(anna, policy));
  const auto other = static_cast<protocol::ShardIndex>(shard_of_policy() == 1 ? 2 : 1);
  ASSERT_THAT(server.ask(anna, protocol::StagePart{other, whole}), IsDone());
  EXPECT_THAT(server.ask(anna, protocol::StagedRequest{other, {sha256(whole)}}), IsRefused(Status::malformed));
}

TEST_F(Robustness, AShardThatDoesNotExistIsRefused) {
  EXPECT_THAT(server.ask(anna, protocol::StagePart{99, Bytes{1}}), IsRefused(Status::malformed));
}

TEST_F(Robustness, StagedPartsAreBoundedAndEndWithTheirLease) {
  Limits small;
  small.staged_bytes_per_device_max = 10;
  server.limits = small;
  server.restart();
  ASSERT_THAT(server.ask(anna, protocol::StagePart{0, Bytes(10, 1)}), IsDone());
  EXPECT_THAT(server.ask(anna, protocol::StagePart{0, Bytes(1, 2)}), IsRefused(Status::too_many));
  server.now.ms += server.limits.staged_lease_ms;
  server.tick_all();
  EXPECT_THAT(server.ask(anna, protocol::StagePart{0, Bytes(1, 2)}), IsDone());
}

// --- crashes, recovery, determinism

TEST_F(Robustness, TheSameCommandsGiveTheSameBytes) {
  const ChannelId channel = created_channel(anna, policy);
  add(anna, channel, {&bjorn});
  ASSERT_THAT(server.ask(bjorn, message(bjorn, channel)), IsPlaced());
  Server again;
  for (const Command& command : server.history) again.carry_out(command);
  EXPECT_EQ(main_content(server), main_content(again));
}

TEST_F(Robustness, ARecoveredCoreGoesOnLikeOneThatNeverStopped) {
  const ChannelId channel = created_channel(anna, policy);
  add(anna, channel, {&bjorn});
  for (int i = 0; i < 300; ++i) ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  ASSERT_THAT(server.ask(anna, commit(anna, channel, {.force_path = true})), IsPlaced());
  anna.groups.at(channel).merge_pending();
  // Two servers with the same past; one of them starts anew.
  Server stopped;
  for (const Command& command : server.history) stopped.carry_out(command);
  stopped.restart();
  stopped.counters = server.counters;
  const auto next = message(anna, channel);
  EXPECT_EQ(protocol::encode_reply_body(server.ask(anna, next)), protocol::encode_reply_body(stopped.ask(anna, next)));
  const auto removal = commit(anna, channel, {.removes = {leaf_of(anna, channel, bjorn.id)}});
  EXPECT_EQ(protocol::encode_reply_body(server.ask(anna, removal)),
            protocol::encode_reply_body(stopped.ask(anna, removal)));
  EXPECT_EQ(main_content(server), main_content(stopped));
}

TEST_F(Robustness, ALongLogIsLoadedFromNearItsEnd) {
  const ChannelId channel = created_channel(anna, policy);
  for (int i = 0; i < 600; ++i) ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  const auto record = storage::parse_channel_record(
      server.main
          .get(storage::server_store::channels,
               storage::server_store::channel_key(channel, storage::server_store::ChannelPart::record))
          .value()
          .value());
  EXPECT_GT(record->head.next_seq, 500U);
  // What lies before is not read: damage there is for `sambandd check` to find.
  storage::StoreBatch damage;
  damage.remove(storage::server_store::entries, storage::server_store::entry_key(channel, 100));
  ASSERT_TRUE(server.main.write(damage, storage::Durability::synced).has_value());
  server.restart();
  EXPECT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
}

// Replays the history on a server that loses power after each command, with or without its last batch.
TEST_F(Robustness, ACrashBetweenAnyTwoCommandsLosesWhatNobodySawAndNothingElse) {
  const ChannelId channel = created_channel(anna, policy);
  add(anna, channel, {&bjorn});
  ASSERT_THAT(server.ask(bjorn, message(bjorn, channel)), IsPlaced());
  for (std::size_t crash_at = 0; crash_at < server.history.size(); ++crash_at) {
    Server fragile;
    for (std::size_t i = 0; i < server.history.size(); ++i) {
      if (i == crash_at) {
        Effects lost = fragile.core().apply(server.history[i]);
        ASSERT_TRUE(fragile.chunks.write(lost.chunks, storage::Durability::synced).has_value());
        ASSERT_TRUE(fragile.main.write(lost.main, storage::Durability::buffered).has_value());
        fragile.main.crash();
        fragile.restart();
      }
      fragile.carry_out(server.history[i]);  // the client repeats what was not answered
    }
    EXPECT_EQ(main_content(server), main_content(fragile)) << "crash at command " << crash_at;
  }
}

TEST_F(Robustness, CommandsMayBeAppliedAheadOfTheDiskAndWrittenTogether) {
  const ChannelId channel = created_channel(anna, policy);
  add(anna, channel, {&bjorn});
  for (int i = 0; i < 5; ++i) ASSERT_THAT(server.ask(bjorn, message(bjorn, channel)), IsPlaced());
  Server ahead;
  storage::StoreBatch gathered;
  std::uint64_t last = 0;
  for (const Command& command : server.history) {
    Effects effects = ahead.core().apply(command);
    ASSERT_TRUE(ahead.chunks.write(effects.chunks, storage::Durability::synced).has_value());
    gathered.append(std::move(effects.main));
    last = effects.position;
  }
  ASSERT_TRUE(ahead.main.write(gathered, storage::Durability::synced).has_value());
  ahead.core().synced(last);
  EXPECT_EQ(main_content(server), main_content(ahead));
}

TEST_F(Robustness, ADamagedEntryIsNoticedAtTheStart) {
  const ChannelId channel = created_channel(anna, policy);
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  storage::Entry changed = server.entries(channel).at(1);
  changed.at.ms += 1;
  storage::StoreBatch damage;
  damage.put(storage::server_store::entries, storage::server_store::entry_key(channel, 1), storage::encode(changed));
  ASSERT_TRUE(server.main.write(damage, storage::Durability::synced).has_value());
  const auto loaded = Core::load(server.main, server.chunks, server.signer, server.limits);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error, LoadError::broken_chain);
}

TEST_F(Robustness, ALogThatEndsInAnotherWayThanItsRecordIsNoticedAtTheStart) {
  const ChannelId channel = created_channel(anna, policy);
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(server.ask(anna, commit(anna, channel, {.force_path = true})), IsPlaced());
    anna.groups.at(channel).merge_pending();
  }
  const auto fault_after = [&](const std::optional<storage::Entry>& last) {
    storage::StoreBatch damage;
    Bytes key = storage::server_store::entry_key(channel, 2);
    if (last) {
      damage.put(storage::server_store::entries, std::move(key), storage::encode(*last));
    } else {
      damage.remove(storage::server_store::entries, std::move(key));
    }
    EXPECT_TRUE(server.main.write(damage, storage::Durability::synced).has_value());
    const auto loaded = Core::load(server.main, server.chunks, server.signer, server.limits);
    return loaded ? std::nullopt : std::optional{loaded.error().error};
  };
  storage::Entry changed = server.entries(channel).back();
  changed.at.ms += 1;
  EXPECT_EQ(fault_after(changed), LoadError::broken_chain);
  EXPECT_EQ(fault_after(std::nullopt), LoadError::broken_chain);
}

TEST_F(Robustness, ALogWhoseOnlyEntryWasChangedIsNoticedAtTheStart) {
  const ChannelId channel = created_channel(anna, policy);
  storage::Entry changed = server.entries(channel).front();
  changed.at.ms += 1;
  storage::StoreBatch damage;
  damage.put(storage::server_store::entries, storage::server_store::entry_key(channel, 0), storage::encode(changed));
  ASSERT_TRUE(server.main.write(damage, storage::Durability::synced).has_value());
  const auto loaded = Core::load(server.main, server.chunks, server.signer, server.limits);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error, LoadError::broken_chain);
}

TEST_F(Robustness, AMissingDirectoryLeafIsNoticedAtTheStart) {
  storage::StoreBatch damage;
  damage.remove(storage::server_store::directory, storage::server_store::directory_key(server.directory().size() - 1));
  ASSERT_TRUE(server.main.write(damage, storage::Durability::synced).has_value());
  const auto loaded = Core::load(server.main, server.chunks, server.signer, server.limits);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error, LoadError::broken_directory);
}

TEST_F(Robustness, AnotherLogKeyIsNoticedAtTheStart) {
  TestLogSigner other{8};
  const auto loaded = Core::load(server.main, server.chunks, other, server.limits);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error, LoadError::other_log_key);
}

TEST_F(Robustness, ANewerFormatIsRefused) {
  Bytes meta = storage::encode(storage::StoreMeta{.incarnation = 1, .shard_count = 2, .created_at = morning});
  meta[0] = 2;
  storage::StoreBatch batch;
  batch.put(storage::server_store::meta, storage::server_store::meta_key(), meta);
  ASSERT_TRUE(server.main.write(batch, storage::Durability::synced).has_value());
  const auto loaded = Core::load(server.main, server.chunks, server.signer, server.limits);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error, LoadError::other_format);
}

TEST_F(Robustness, AnEmptyStoreIsNotInitialised) {
  storage::MemoryStore empty{storage::server_store::layout()};
  const auto loaded = Core::load(empty, server.chunks, server.signer, server.limits);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().error, LoadError::not_initialised);
}

}  // namespace
}  // namespace samband::server

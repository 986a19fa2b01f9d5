// Every kind of damage that can be done to a server's store, each found by `sambandd check`.
#include "server/edge/check.h"

#include <fstream>
#include <set>

#include "crypto/bytes/check.h"
#include "crypto/document/file_format.h"
#include "crypto/suite/signing.h"
#include "server/core/core_fixture.h"
#include "server/edge/fixture.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"
#include "storage/memory/contents.h"

namespace samband::server::edge {
namespace {

namespace fs = std::filesystem;
namespace layout = storage::server_store;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::size_t chunk_bytes = 5000;  // enough for a file of its own beside the tables

// What another store holds.
void fill(storage::Store& store, const storage::Store& from, const storage::StoreLayout& layout) {
  SAMBAND_CHECK(store.write(storage::contents_of(from, layout).value(), storage::Durability::synced).has_value());
}

struct Pair {
  storage::MemoryStore main{layout::layout()};
  storage::MemoryStore chunks{storage::chunk_store::layout()};

  [[nodiscard]] Bytes get(storage::Family family, const Bytes& key) const { return main.get(family, key)->value(); }
  void put(storage::Family family, Bytes key, Bytes value) {
    storage::StoreBatch batch;
    batch.put(family, std::move(key), std::move(value));
    SAMBAND_CHECK(main.write(batch, storage::Durability::synced).has_value());
  }
  void remove(storage::Family family, Bytes key, storage::MemoryStore* store = nullptr) {
    storage::StoreBatch batch;
    batch.remove(family, std::move(key));
    SAMBAND_CHECK((store == nullptr ? main : *store).write(batch, storage::Durability::synced).has_value());
  }
  void flip(storage::Family family, const Bytes& key, std::size_t from_end = 1) {
    Bytes value = get(family, key);
    value.at(value.size() - from_end) ^= 1U;
    put(family, key, value);
  }
  [[nodiscard]] Bytes first_key(storage::Family family, const storage::KeyRange& range) const {
    Bytes found;
    static_cast<void>(main.scan(
        family, range, 1,
        [&](BytesView key, BytesView) {
          found = copy_of(key);
          return storage::Visit::stop;
        },
        storage::Direction::forward));
    SAMBAND_CHECK(!found.empty());
    return found;
  }
};

// Two partners in a channel with messages, a document that a message refers to, an upload under way.
class CheckedStore : public CoreTest {
 protected:
  CheckedStore() {
    for (int i = 0; i < 3; ++i) EXPECT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
    upload(document, true);
    reference_seq = std::get<protocol::Placed>(
                        server.ask(anna, message(anna, channel, protocol::AuthenticatedData{.blobs = {document}})))
                        .seq;
    upload(unfinished, false);
    EXPECT_THAT(server.ask(bjorn, message(bjorn, channel)), IsPlaced());
    publish_key_packages(bjorn, 2);
  }

  void upload(const BlobId& blob, bool sealed) {
    protocol::SealBlob seal{channel, blob, 0, 2, {}};
    ChunkHashes hashes{blob};
    for (std::uint32_t index = 0; index < seal.chunks; ++index) {
      const Bytes chunk(chunk_bytes + index, 'c');
      hashes.add(sha256(chunk));
      seal.bytes += chunk.size();
      EXPECT_THAT(server.ask(anna, protocol::UploadChunk{channel, blob, index, chunk}), IsDone());
    }
    seal.root = hashes.root();
    if (!sealed) return;
    EXPECT_THAT(server.ask(anna, seal), IsDone());
  }

  [[nodiscard]] std::unique_ptr<Pair> copy() const {
    auto pair = std::make_unique<Pair>();
    fill(pair->main, server.main, layout::layout());
    fill(pair->chunks, server.chunks, storage::chunk_store::layout());
    return pair;
  }
  // What `sambandd check` says of such stores.
  std::vector<std::string> faults(const Pair& pair) {
    CheckReport report;
    check_content(pair.main, pair.chunks, report);
    if (const auto core = Core::load(pair.main, pair.chunks, server.signer, {}); !core) {
      report.faults.emplace_back(name_of(core.error().error));
    }
    return report.faults;
  }

  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner bergen = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;
  Device& bjorn = *bergen.first;
  ChannelId channel = [this] {
    const ChannelId made =
        created_channel(anna, policy_of({seats(oslo, storage::Role::moderator), seats(bergen, storage::Role::member)}));
    add(anna, made, {&bjorn});
    return made;
  }();
  BlobId document = random.id<BlobId>();
  BlobId unfinished = random.id<BlobId>();
  std::uint64_t reference_seq = 0;
};

struct Damage {
  std::string_view name;
  std::function<void(Pair&)> done;
};

TEST_F(CheckedStore, IsFoundSoundWhenItIs) {
  EXPECT_THAT(faults(*copy()), IsEmpty());
}

TEST_F(CheckedStore, ShowsEveryKindOfDamage) {
  using Part = layout::ChannelPart;
  namespace chunk = storage::chunk_store;
  const auto entry = [&](std::uint64_t seq) { return layout::entry_key(channel, seq); };
  const std::uint64_t last = server.entries(channel).size() - 1;
  const std::uint64_t leaves = server.directory().size();
  const Damage kinds[] = {
      {"two entries swapped",
       [&](Pair& p) {
         const Bytes one = p.get(layout::entries, entry(3));
         p.put(layout::entries, entry(3), p.get(layout::entries, entry(4)));
         p.put(layout::entries, entry(4), one);
       }},
      {"the first entry removed", [&](Pair& p) { p.remove(layout::entries, entry(0)); }},
      {"an entry removed", [&](Pair& p) { p.remove(layout::entries, entry(3)); }},
      {"the last entry removed", [&](Pair& p) { p.remove(layout::entries, entry(last)); }},
      {"an entry changed", [&](Pair& p) { p.flip(layout::entries, entry(3)); }},
      {"the last entry changed", [&](Pair& p) { p.flip(layout::entries, entry(last)); }},
      {"all entries removed",
       [&](Pair& p) {
         for (std::uint64_t seq = 0; seq <= last; ++seq) p.remove(layout::entries, entry(seq));
       }},
      {"a chunk removed", [&](Pair& p) { p.remove(chunk::chunks, chunk::chunk_key(document, 1), &p.chunks); }},
      {"a chunk changed",
       [&](Pair& p) {
         storage::StoreBatch batch;
         batch.put(chunk::chunks, chunk::chunk_key(document, 0), Bytes(chunk_bytes, 'd'));
         SAMBAND_CHECK(p.chunks.write(batch, storage::Durability::synced).has_value());
       }},
      {"a chunk of an upload removed",
       [&](Pair& p) { p.remove(chunk::chunks, chunk::chunk_key(unfinished, 0), &p.chunks); }},
      {"a chunk of an upload changed",
       [&](Pair& p) {
         storage::StoreBatch batch;
         batch.put(chunk::chunks, chunk::chunk_key(unfinished, 0), Bytes(chunk_bytes, 'd'));
         SAMBAND_CHECK(p.chunks.write(batch, storage::Durability::synced).has_value());
       }},
      {"a blob's size changed",
       [&](Pair& p) {
         auto record = storage::parse_blob_record(p.get(layout::blobs, layout::blob_key(document))).value();
         ++record.content_bytes;
         p.put(layout::blobs, layout::blob_key(document), storage::encode(record));
       }},
      {"a reference removed",
       [&](Pair& p) { p.remove(layout::blobs, layout::blob_reference_key(document, channel, reference_seq)); }},
      {"a reference added",
       [&](Pair& p) { p.put(layout::blobs, layout::blob_reference_key(document, channel, 0), {}); }},
      {"a blob's record removed", [&](Pair& p) { p.remove(layout::blobs, layout::blob_key(document)); }},
      {"a blob forgotten with its references",
       [&](Pair& p) {
         p.remove(layout::blobs, layout::blob_reference_key(document, channel, reference_seq));
         p.remove(layout::blobs, layout::blob_key(document));
       }},
      {"the group's head changed", [&](Pair& p) { p.flip(layout::channels, layout::group_record_key(channel, 0)); }},
      {"a group record removed", [&](Pair& p) { p.remove(layout::channels, layout::group_record_key(channel, 16)); }},
      {"a leaf of the group changed",
       [&](Pair& p) { p.flip(layout::channels, layout::group_record_key(channel, 16)); }},
      {"the GroupInfo removed",
       [&](Pair& p) { p.remove(layout::channels, layout::channel_key(channel, Part::group_info)); }},
      {"the channel's record removed",
       [&](Pair& p) { p.remove(layout::channels, layout::channel_key(channel, Part::record)); }},
      {"the channel's policy changed",
       [&](Pair& p) { p.flip(layout::channels, layout::channel_key(channel, Part::record), 2); }},
      {"a reader's record cut",
       [&](Pair& p) {
         const Bytes key =
             p.first_key(layout::channels, storage::keys_with_prefix(layout::channel_key(channel, Part::reader)));
         p.put(layout::channels, key, Bytes{1});
       }},
      {"the directory shortened", [&](Pair& p) { p.remove(layout::directory, layout::directory_key(leaves - 1)); }},
      {"a leaf of the directory changed", [&](Pair& p) { p.flip(layout::directory, layout::directory_key(0)); }},
      {"a hash of the tree changed", [&](Pair& p) { p.flip(layout::merkle, layout::merkle_key(0, 1)); }},
      {"a hash of the tree removed", [&](Pair& p) { p.remove(layout::merkle, layout::merkle_key(1, 0)); }},
      {"the tree head changed", [&](Pair& p) { p.flip(layout::meta, layout::tree_head_key(), 70); }},
      {"the tree head's signature changed", [&](Pair& p) { p.flip(layout::meta, layout::tree_head_key()); }},
      {"the tree head removed", [&](Pair& p) { p.remove(layout::meta, layout::tree_head_key()); }},
      {"the store's meta removed", [&](Pair& p) { p.remove(layout::meta, layout::meta_key()); }},
      {"a kept answer cut",
       [&](Pair& p) { p.put(layout::requests, p.first_key(layout::requests, storage::all_keys()), Bytes{1}); }},
      {"a KeyPackage cut",
       [&](Pair& p) { p.put(layout::key_packages, p.first_key(layout::key_packages, storage::all_keys()), Bytes{1}); }},
      {"a Welcome cut", [&](Pair& p) { p.put(layout::inbox, Bytes(26, 1), Bytes{1}); }},
      {"a staged part cut", [&](Pair& p) { p.put(layout::staged, Bytes(50, 1), Bytes{1}); }},
  };
  for (const Damage& kind : kinds) {
    const auto damaged = copy();
    kind.done(*damaged);
    EXPECT_THAT(faults(*damaged), Not(IsEmpty())) << kind.name;
  }
}

// The same content on a disk, and then every file of it damaged in turn.
class CheckedFiles : public CheckedStore {
 protected:
  CheckedFiles() {
    const auto made = initialise(folder.path() / "server", "localhost", {"127.0.0.1", 0}, testing::wall_now());
    file = made->configuration;
    configuration = *read_configuration(file);
    fs::remove_all(configuration.store);
    fs::remove_all(configuration.chunks);
    std::ofstream{configuration.log_key} << samband::text_of(log_key_file(Bytes(32, 7)).view());
    {
      const auto stores = open_stores(configuration, StoreUse::create);
      SAMBAND_CHECK(stores.has_value());
      fill(*stores->main, server.main, layout::layout());
      fill(*stores->chunks, server.chunks, storage::chunk_store::layout());
      // A checkpoint has tables, and what is written after the copy of it stands in its log.
      SAMBAND_CHECK(stores->main->checkpoint_to(folder.path() / "main").has_value());
      SAMBAND_CHECK(stores->chunks->checkpoint_to(folder.path() / "chunks").has_value());
    }
    fs::remove_all(configuration.store);
    fs::remove_all(configuration.chunks);
    fs::rename(folder.path() / "main", configuration.store);
    fs::rename(folder.path() / "chunks", configuration.chunks);
    const auto stores = open_stores(configuration, StoreUse::serve);
    for (int i = 0; i < 20; ++i) {
      storage::StoreBatch batch;
      batch.put(layout::meta, Bytes{200}, Bytes(1000, 'w'));
      SAMBAND_CHECK(stores->main->write(batch, storage::Durability::synced).has_value());
    }
  }

  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const fs::path& store : {configuration.store, configuration.chunks}) {
      for (const auto& entry : fs::directory_iterator{store}) {
        const std::string name = entry.path().filename().string();
        // RocksDB reads neither its own notes of options and identity nor an empty log.
        const bool is_read = !name.starts_with("OPTIONS") && name != "IDENTITY" && name != "LOCK";
        if (is_read && entry.file_size() > 0) found.push_back(entry.path());
      }
    }
    return found;
  }
  [[nodiscard]] bool is_sound() const { return check(file, testing::wall_now()).faults.empty(); }

  testing::TemporaryFolder folder;
  fs::path file;
  Configuration configuration;
};

TEST_F(CheckedFiles, EachOfWhichIsMissingOrHasAByteFlippedAreFound) {
  ASSERT_TRUE(is_sound()) << check(file, testing::wall_now()).faults.front();
  std::set<std::string> kinds;
  for (const fs::path& one : files()) {
    kinds.insert(one.extension().string());
    const fs::path kept = folder.path() / "kept";
    fs::copy_file(one, kept, fs::copy_options::overwrite_existing);
    for (const unsigned tenth : {1U, 3U, 5U, 7U, 9U}) {
      const auto at = static_cast<std::streamoff>(fs::file_size(kept) * tenth / 10);
      std::fstream bytes{one, std::ios::in | std::ios::out | std::ios::binary};
      bytes.seekg(at);
      const char flipped = static_cast<char>(bytes.get() ^ 0x10);
      bytes.seekp(at);
      bytes.put(flipped);
      bytes.close();
      EXPECT_FALSE(is_sound()) << one << " at " << at << " of " << fs::file_size(kept);
      fs::copy_file(kept, one, fs::copy_options::overwrite_existing);
    }
    fs::remove(one);
    EXPECT_FALSE(is_sound()) << one << " removed";
    fs::copy_file(kept, one);
    ASSERT_TRUE(is_sound()) << one;
  }
  for (const char* kind : {".sst", ".blob", ".log", ""}) EXPECT_TRUE(kinds.contains(kind)) << kind;
}

}  // namespace
}  // namespace samband::server::edge

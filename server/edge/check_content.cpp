#include "server/edge/check_content.h"

#include <fmt/format.h>
#include <limits>

#include "crypto/codec/hex.h"
#include "crypto/document/file_format.h"
#include "crypto/identity/directory.h"
#include "crypto/mls/public/public_group.h"
#include "crypto/mls/public/transcript_hash.h"
#include "crypto/mls/wire/message.h"
#include "crypto/suite/signing.h"
#include "crypto/transparency/merkle_log.h"
#include "server/core/channel.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/codec.h"
#include "server/protocol/verdict/channel_group.h"
#include "storage/model/restore_record.h"
#include "storage/model/server_layout.h"

namespace samband::server::edge {
namespace {

namespace layout = storage::server_store;
namespace chunk_layout = storage::chunk_store;
using storage::Visit;

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
constexpr std::size_t mark_key_bytes = BlobId::size + 4;
constexpr std::size_t reference_key_bytes = BlobId::size + ChannelId::size + 8;

void broken(CheckReport& report, const std::string& what) {
  add_fault(report, what + ": restore the store from a backup");
}

// Visits a whole family; what can't be read is a fault of its own.
void visit(const storage::Store& store, storage::Family family, const storage::KeyRange& range, CheckReport& report,
           const std::function<void(BytesView key, BytesView value)>& each) {
  const auto scanned = store.scan(
      family, range, all,
      [&](BytesView key, BytesView value) {
        each(key, value);
        return Visit::more;
      },
      storage::Direction::forward);
  if (!scanned) broken(report, fmt::format("not all records can be read ({})", storage::name_of(scanned.error())));
}

std::optional<Bytes> get(const storage::Store& store, storage::Family family, BytesView key) {
  auto found = store.get(family, key);
  return found ? std::move(*found) : std::nullopt;
}

bool is_channel_record(BytesView key, BytesView value) {
  if (key.size() <= ChannelId::size) return false;
  const BytesView rest = key.subspan(ChannelId::size + 1);
  switch (static_cast<layout::ChannelPart>(key[ChannelId::size])) {
    case layout::ChannelPart::record: return rest.empty() && storage::parse_channel_record(value).has_value();
    case layout::ChannelPart::group: return rest.size() == 4;  // the group is read as a whole
    case layout::ChannelPart::group_info: return rest.empty();
    case layout::ChannelPart::reader: return rest.size() == DeviceId::size && parse_reader(value).has_value();
    case layout::ChannelPart::waiting_tree: return rest.size() == 8 && !value.empty();
    case layout::ChannelPart::release: return rest.size() == GuidanceId::size && parse_release(value).has_value();
  }
  return false;
}

bool is_request_record(BytesView key, BytesView value) {
  Reader in{key};
  static_cast<void>(in.id<DeviceId>());
  static_cast<void>(in.u16());
  const std::uint64_t counter = in.u64();
  const auto record = storage::parse_request_record(value);
  return !in.finish() && record && record->counter == counter && protocol::parse_reply_body(record->reply).has_value();
}

bool is_blob_record(BytesView key, BytesView value) {
  switch (key.size()) {
    case BlobId::size: return storage::parse_blob_record(value).has_value();
    case mark_key_bytes: return value.size() == Hash::size + 4;
    case reference_key_bytes: return value.empty();
    default: return false;
  }
}

// What is kept under one blob, gathered while its keys go by.
struct BlobSeen {
  BlobId id;
  std::optional<storage::BlobRecord> record;
  std::map<std::uint32_t, std::pair<Hash, std::uint32_t>> marks;
  std::uint64_t references = 0;
};

void check_sealed(const BlobSeen& blob, const storage::Store& chunks, CheckReport& report) {
  const std::string name = to_hex(blob.id.view());
  ChunkHashes hashes{blob.id};
  std::uint64_t bytes = 0;
  for (std::uint32_t index = 0; index < blob.record->chunk_count; ++index) {
    const auto chunk = get(chunks, chunk_layout::chunks, chunk_layout::chunk_key(blob.id, index));
    if (!chunk) return broken(report, fmt::format("chunk {} of blob {} is missing", index, name));
    hashes.add(sha256(*chunk));
    bytes += chunk->size();
  }
  if (hashes.root() != blob.record->root || bytes != blob.record->content_bytes) {
    broken(report, fmt::format("the chunks of blob {} are not those that were sealed", name));
  }
}

void check_leased(const BlobSeen& blob, const storage::Store& chunks, CheckReport& report) {
  for (const auto& [index, mark] : blob.marks) {
    const auto chunk = get(chunks, chunk_layout::chunks, chunk_layout::chunk_key(blob.id, index));
    if (chunk && chunk->size() == mark.second && sha256(*chunk) == mark.first) continue;
    broken(report, fmt::format("chunk {} of the upload {} is missing or changed", index, to_hex(blob.id.view())));
  }
}

void check_blob(const BlobSeen& blob, const storage::Store& chunks, CheckReport& report) {
  if (!blob.record) return broken(report, fmt::format("blob {} has no record", to_hex(blob.id.view())));
  if (blob.record->reference_count != blob.references) {
    broken(report, fmt::format("blob {} counts {} references and has {}", to_hex(blob.id.view()),
                               blob.record->reference_count, blob.references));
  }
  const bool is_sealed = blob.record->state == storage::BlobState::sealed;
  is_sealed ? check_sealed(blob, chunks, report) : check_leased(blob, chunks, report);
}

void check_group(const storage::Store& main, const ChannelId& id, const storage::ChannelRecord& record,
                 CheckReport& report) {
  const auto fault = [&](std::string_view what) {
    broken(report, fmt::format("the group of channel {}: {}", to_hex(id.view()), what));
  };
  std::vector<mls::GroupRecord> records;
  const std::size_t prefix = layout::channel_key(id, layout::ChannelPart::group).size();
  visit(main, layout::channels, layout::group_records_of(id), report, [&](BytesView key, BytesView value) {
    if (key.size() == prefix + 4) records.push_back({Reader{key.subspan(prefix)}.u32(), copy_of(value)});
  });
  const auto group = mls::PublicGroup::load(records);
  if (!group) return fault("its records do not fit together");
  if (group->context().group_id != record.group_id || group->epoch().value != record.epoch) {
    return fault("it is of another epoch than the channel's record");
  }
  const auto policy = protocol::policy_of(group->context().extensions);
  if (!policy || storage::encode(*policy) != record.policy) return fault("the channel's policy is not the group's");

  const auto wire = get(main, layout::channels, layout::channel_key(id, layout::ChannelPart::group_info));
  const auto message = wire ? mls::parse_mls_message(*wire) : std::unexpected(ParseError::truncated);
  const auto* info = message ? std::get_if<mls::GroupInfo>(&*message) : nullptr;
  if (info == nullptr) return fault("its GroupInfo is missing or can't be read");
  const Bytes interim = mls::interim_transcript_hash(group->suite(), info->group_context.confirmed_transcript_hash,
                                                     info->confirmation_tag);
  if (info->group_context != group->context() || !equal(interim, group->interim_transcript_hash())) {
    fault("its GroupInfo is of another epoch, or a record was changed");
  }
}

// The channels that the family has keys of.
std::vector<ChannelId> channels_of(const storage::Store& main, storage::Family family) {
  std::vector<ChannelId> found;
  storage::KeyRange rest = storage::all_keys();
  for (;;) {
    std::optional<ChannelId> next;
    const auto scanned = main.scan(
        family, rest, 1,
        [&](BytesView key, BytesView) {
          next = ChannelId::of(key.first(std::min(key.size(), ChannelId::size)));
          return Visit::stop;
        },
        storage::Direction::forward);
    const auto end = next ? storage::keys_with_prefix(next->view()).until : std::nullopt;
    if (!scanned || !next) return found;
    found.push_back(*next);
    if (!end) return found;
    rest.from = *end;
  }
}

// What an entry says in clear beside what it hides.
std::vector<BlobId> blobs_named_by(const storage::Entry& entry) {
  if (entry.kind != storage::EntryKind::message && entry.kind != storage::EntryKind::commit) return {};
  const auto message = mls::parse_mls_message(entry.body);
  if (!message) return {};
  BytesView said;
  if (const auto* sealed = std::get_if<mls::PrivateMessage>(&*message)) said = sealed->authenticated_data;
  if (const auto* open = std::get_if<mls::PublicMessage>(&*message)) said = open->content.authenticated_data;
  const auto data = protocol::parse_authenticated_data(said);
  return data ? data->blobs : std::vector<BlobId>{};
}

}  // namespace

void check_records(const storage::Store& main, CheckReport& report) {
  struct Kind {
    storage::Family family;
    std::string_view name;
    bool (*is_sound)(BytesView key, BytesView value);
  };
  const Kind kinds[] = {
      {layout::channels, "channel", is_channel_record},
      {layout::inbox, "Welcome",
       [](BytesView key, BytesView value) {
         return layout::parse_inbox_key(key).has_value() && storage::parse_inbox_item(value).has_value();
       }},
      {layout::key_packages, "KeyPackage",
       [](BytesView, BytesView value) { return storage::parse_key_package_record(value).has_value(); }},
      {layout::blobs, "blob", is_blob_record},
      {layout::requests, "request", is_request_record},
      {layout::staged, "staged part",
       [](BytesView, BytesView value) { return storage::parse_staged_part(value).has_value(); }},
  };
  for (const Kind& kind : kinds) {
    visit(main, kind.family, storage::all_keys(), report, [&](BytesView key, BytesView value) {
      if (!kind.is_sound(key, value)) broken(report, fmt::format("{} record {} is damaged", kind.name, to_hex(key)));
    });
  }
}

void check_tree(const storage::Store& main, CheckReport& report) {
  transparency::Frontier frontier;
  visit(main, layout::directory, storage::all_keys(), report, [&](BytesView, BytesView leaf) {
    frontier.append(transparency::leaf_hash(leaf), [&](unsigned level, std::uint64_t index, const Hash& hash) {
      const auto kept = get(main, layout::merkle, layout::merkle_key(static_cast<std::uint8_t>(level), index));
      if (kept && equal(*kept, hash.view())) return;
      broken(report, fmt::format("hash {} at level {} of the directory's tree is missing or changed", index, level));
    });
  });
}

void check_groups(const storage::Store& main, CheckReport& report) {
  for (const ChannelId& id : channels_of(main, layout::entries)) {
    const auto wire = get(main, layout::channels, layout::channel_key(id, layout::ChannelPart::record));
    const auto record = wire ? storage::parse_channel_record(*wire) : std::unexpected(ParseError::truncated);
    if (!record) {
      broken(report, fmt::format("channel {} has entries and no record", to_hex(id.view())));
    } else {
      check_group(main, id, *record, report);
    }
  }
}

void check_blobs(const storage::Store& main, const storage::Store& chunks, CheckReport& report) {
  std::optional<BlobSeen> blob;
  const auto finish = [&] {
    if (blob) check_blob(*blob, chunks, report);
  };
  visit(main, layout::blobs, storage::all_keys(), report, [&](BytesView key, BytesView value) {
    const auto id = BlobId::of(key.first(std::min(key.size(), BlobId::size)));
    if (!id) return;
    if (!blob || blob->id != *id) {
      finish();
      blob = BlobSeen{.id = *id, .record = {}, .marks = {}};
    }
    Reader rest{key.subspan(BlobId::size)};
    Reader content{value};
    if (key.size() == BlobId::size) {
      if (const auto record = storage::parse_blob_record(value)) blob->record = *record;
    } else if (key.size() == mark_key_bytes) {
      const Hash hash = content.id<Hash>();
      blob->marks[rest.u32()] = {hash, content.u32()};
    } else if (key.size() == reference_key_bytes) {
      ++blob->references;
    }
  });
  finish();
}

EntryWatch::EntryWatch(const storage::Store& main, CheckReport& report) : main_{main}, report_{report} {
  visit(main, layout::requests, storage::all_keys(), report, [&](BytesView, BytesView value) {
    const auto record = storage::parse_request_record(value);
    const auto reply = record ? protocol::parse_reply_body(record->reply) : std::unexpected(ParseError::malformed);
    if (!reply) return;
    if (const auto* placed = std::get_if<protocol::Placed>(&*reply)) acknowledged_[placed->hash] = placed->seq;
  });
}

void EntryWatch::see(const storage::Entry& entry, const Hash& hash) {
  acknowledged_.erase(hash);
  for (const BlobId& blob : blobs_named_by(entry)) {
    if (get(main_, layout::blobs, layout::blob_reference_key(blob, entry.channel, entry.seq))) continue;
    broken(report_, fmt::format("entry {} of channel {} refers to blob {}, which does not know of it", entry.seq,
                                to_hex(entry.channel.view()), to_hex(blob.view())));
  }
}

void EntryWatch::finish() {
  for (const auto& [hash, seq] : acknowledged_) {
    broken(report_, fmt::format("an entry with number {}, which was acknowledged, is missing", seq));
  }
}

}  // namespace samband::server::edge

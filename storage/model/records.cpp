#include "storage/model/records.h"

#include "crypto/codec/writer.h"
#include "storage/model/policy.h"

namespace samband::storage {
namespace {

// Opens a structure of version `Record::version`, reads it and closes it.
template <class Record, class Read>
std::expected<Record, ParseError> parse_record(BytesView wire, Read&& read) {
  Reader in{wire};
  if (in.u8() != Record::version) in.fail(ParseError::unknown_value);
  Record out = read(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return out;
}

void write(Writer& out, const ChainHead& head) {
  out.fixed(head.channel.view());
  out.u64(head.next_seq);
  out.fixed(head.last.view());
  out.u64(head.at.ms);
  out.u64(head.directory_size);
  out.u64(head.incarnation);
}

ChainHead read_chain_head(Reader& in) {
  return {
      .channel = in.id<ChannelId>(),
      .next_seq = in.u64(),
      .last = in.id<Hash>(),
      .at = WallTime{in.u64()},
      .directory_size = in.u64(),
      .incarnation = in.u64(),
  };
}

BlobState read_blob_state(Reader& in) {
  const std::uint8_t state = in.u8();
  if (state != 1 && state != 2) {
    in.fail(ParseError::unknown_value);
    return BlobState::leased;
  }
  return static_cast<BlobState>(state);
}

AuditAct read_audit_act(Reader& in) {
  const std::uint8_t act = in.u8();
  if (act < static_cast<std::uint8_t>(AuditAct::directory) || act > static_cast<std::uint8_t>(AuditAct::other)) {
    in.fail(ParseError::unknown_value);
    return AuditAct::other;
  }
  return static_cast<AuditAct>(act);
}

std::string read_text(Reader& in) {
  return std::string{text_of(in.bytes(audit_text_bytes_max))};
}

}  // namespace

Bytes encode(const ChannelRecord& record) {
  Writer out;
  out.u8(ChannelRecord::version);
  write(out, record.head);
  out.fixed(record.creator.view());
  out.bytes(record.group_id);
  out.u64(record.group_seq);
  out.u64(record.epoch);
  out.bytes(record.policy);
  return out.take();
}

std::expected<ChannelRecord, ParseError> parse_channel_record(BytesView wire) {
  return parse_record<ChannelRecord>(wire, [](Reader& in) {
    return ChannelRecord{
        .head = read_chain_head(in),
        .creator = in.id<DeviceId>(),
        .group_id = in.bytes_owned(group_id_bytes_max),
        .group_seq = in.u64(),
        .epoch = in.u64(),
        .policy = in.bytes_owned(policy_bytes_max),
    };
  });
}

Bytes encode(const BlobRecord& record) {
  Writer out;
  out.u8(BlobRecord::version);
  out.u8(static_cast<std::uint8_t>(record.state));
  out.fixed(record.channel.view());
  out.fixed(record.uploader.view());
  out.u64(record.content_bytes);
  out.u32(record.chunk_count);
  out.fixed(record.root.view());
  out.u64(record.until.ms);
  out.u64(record.reference_count);
  return out.take();
}

std::expected<BlobRecord, ParseError> parse_blob_record(BytesView wire) {
  return parse_record<BlobRecord>(wire, [](Reader& in) {
    return BlobRecord{
        .state = read_blob_state(in),
        .channel = in.id<ChannelId>(),
        .uploader = in.id<DeviceId>(),
        .content_bytes = in.u64(),
        .chunk_count = in.u32(),
        .root = in.id<Hash>(),
        .until = WallTime{in.u64()},
        .reference_count = in.u64(),
    };
  });
}

Bytes encode(const RequestRecord& record) {
  Writer out;
  out.u8(RequestRecord::version);
  out.u64(record.counter);
  out.fixed(record.request.view());
  out.bytes(record.reply);
  return out.take();
}

std::expected<RequestRecord, ParseError> parse_request_record(BytesView wire) {
  return parse_record<RequestRecord>(wire, [](Reader& in) {
    return RequestRecord{
        .counter = in.u64(),
        .request = in.id<Hash>(),
        .reply = in.bytes_owned(reply_bytes_max),
    };
  });
}

Bytes encode(const InboxItem& item) {
  Writer out;
  out.u8(InboxItem::version);
  out.fixed(item.channel.view());
  out.u64(item.seq);
  out.u64(item.epoch);
  out.fixed(item.commit.view());
  out.u64(item.at.ms);
  out.bytes(item.welcome);
  return out.take();
}

std::expected<InboxItem, ParseError> parse_inbox_item(BytesView wire) {
  return parse_record<InboxItem>(wire, [](Reader& in) {
    return InboxItem{
        .channel = in.id<ChannelId>(),
        .seq = in.u64(),
        .epoch = in.u64(),
        .commit = in.id<Hash>(),
        .at = WallTime{in.u64()},
        .welcome = in.bytes_owned(welcome_bytes_max),
    };
  });
}

Bytes encode(const KeyPackageRecord& record) {
  Writer out;
  out.u8(KeyPackageRecord::version);
  out.fixed(record.reference.view());
  out.u64(record.not_after.ms);
  out.presence(record.last_resort);
  out.bytes(record.key_package);
  return out.take();
}

std::expected<KeyPackageRecord, ParseError> parse_key_package_record(BytesView wire) {
  return parse_record<KeyPackageRecord>(wire, [](Reader& in) {
    return KeyPackageRecord{
        .reference = in.id<Hash>(),
        .not_after = WallTime{in.u64()},
        .last_resort = in.presence(),
        .key_package = in.bytes_owned(key_package_bytes_max),
    };
  });
}

Bytes encode(const StagedPart& part) {
  Writer out;
  out.u8(StagedPart::version);
  out.u64(part.until.ms);
  out.bytes(part.part);
  return out.take();
}

std::expected<StagedPart, ParseError> parse_staged_part(BytesView wire) {
  return parse_record<StagedPart>(wire, [](Reader& in) {
    return StagedPart{.until = WallTime{in.u64()}, .part = in.bytes_owned(staged_part_bytes_max)};
  });
}

Bytes encode(const StoreMeta& meta) {
  Writer out;
  out.u8(StoreMeta::version);
  out.u64(meta.incarnation);
  out.u16(meta.shard_count);
  out.u64(meta.created_at.ms);
  return out.take();
}

std::expected<StoreMeta, ParseError> parse_store_meta(BytesView wire) {
  return parse_record<StoreMeta>(wire, [](Reader& in) {
    return StoreMeta{
        .incarnation = in.u64(),
        .shard_count = in.u16(),
        .created_at = WallTime{in.u64()},
    };
  });
}

Bytes encode(const ShardPosition& position) {
  Writer out;
  out.u8(ShardPosition::version);
  out.u64(position.commands);
  out.u64(position.at.ms);
  return out.take();
}

std::expected<ShardPosition, ParseError> parse_shard_position(BytesView wire) {
  return parse_record<ShardPosition>(
      wire, [](Reader& in) { return ShardPosition{.commands = in.u64(), .at = WallTime{in.u64()}}; });
}

Bytes encode(const AuditRecord& record) {
  Writer out;
  out.u8(AuditRecord::version);
  out.u64(record.at.ms);
  out.u8(static_cast<std::uint8_t>(record.act));
  out.u32(record.uid);
  out.bytes(view_of(record.user));
  out.fixed(record.partner.view());
  out.bytes(view_of(record.what));
  out.u64(record.first_leaf);
  out.u64(record.directory_size);
  out.fixed(record.directory_root.view());
  out.fixed(record.previous.view());
  return out.take();
}

std::expected<AuditRecord, ParseError> parse_audit_record(BytesView wire) {
  return parse_record<AuditRecord>(wire, [](Reader& in) {
    return AuditRecord{
        .at = WallTime{in.u64()},
        .act = read_audit_act(in),
        .uid = in.u32(),
        .user = read_text(in),
        .partner = in.id<PartnerId>(),
        .what = read_text(in),
        .first_leaf = in.u64(),
        .directory_size = in.u64(),
        .directory_root = in.id<Hash>(),
        .previous = in.id<Hash>(),
    };
  });
}

Bytes encode(const AuditHead& head) {
  Writer out;
  out.u8(AuditHead::version);
  out.u64(head.records);
  out.fixed(head.last.view());
  return out.take();
}

std::expected<AuditHead, ParseError> parse_audit_head(BytesView wire) {
  return parse_record<AuditHead>(wire,
                                 [](Reader& in) { return AuditHead{.records = in.u64(), .last = in.id<Hash>()}; });
}

Bytes encode(const Maintenance& maintenance) {
  Writer out;
  out.u8(Maintenance::version);
  out.u64(maintenance.since.ms);
  out.bytes(view_of(maintenance.reason));
  return out.take();
}

std::expected<Maintenance, ParseError> parse_maintenance(BytesView wire) {
  return parse_record<Maintenance>(
      wire, [](Reader& in) { return Maintenance{.since = WallTime{in.u64()}, .reason = read_text(in)}; });
}

Bytes encode(const PartnerQuota& quota) {
  Writer out;
  out.u8(PartnerQuota::version);
  out.u64(quota.document_bytes_max);
  return out.take();
}

std::expected<PartnerQuota, ParseError> parse_partner_quota(BytesView wire) {
  return parse_record<PartnerQuota>(wire, [](Reader& in) { return PartnerQuota{.document_bytes_max = in.u64()}; });
}

}  // namespace samband::storage

#include "client/core/channel_record.h"

#include "crypto/codec/writer.h"

namespace samband::client {

namespace {

constexpr std::size_t leave_request_bytes = 8 + DeviceId::size;

void write(Writer& out, const storage::ChainHead& head) {
  out.fixed(head.channel.view());
  out.u64(head.next_seq);
  out.fixed(head.last.view());
  out.u64(head.at.ms);
  out.u64(head.directory_size);
  out.u64(head.incarnation);
}

storage::ChainHead read_chain_head(Reader& in) {
  storage::ChainHead head;
  head.channel = in.id<ChannelId>();
  head.next_seq = in.u64();
  head.last = in.id<Hash>();
  head.at.ms = in.u64();
  head.directory_size = in.u64();
  head.incarnation = in.u64();
  return head;
}

Standing read_standing(Reader& in) {
  const std::uint8_t value = in.u8();
  if (value < static_cast<std::uint8_t>(Standing::may_join) || value > static_cast<std::uint8_t>(Standing::halted)) {
    in.fail(ParseError::unknown_value);
  }
  return static_cast<Standing>(value);
}

}  // namespace

Bytes encode(const ChannelRecord& record) {
  Writer out;
  out.u8(ChannelRecord::version);
  out.u8(static_cast<std::uint8_t>(record.standing));
  write(out, record.head);
  out.bytes(storage::encode(record.policy));
  out.u64(record.read_until);
  out.presence(record.asked_to_leave);
  out.presence(record.path_due);
  out.presence(record.lost);
  out.u64(record.path_at.ms);
  out.vector([&](Writer& list) {
    for (const OpenLeaveRequest& request : record.leave_requests) {
      list.u64(request.seq);
      list.fixed(request.device.view());
    }
  });
  out.vector([&](Writer& list) {
    for (const DeviceId& device : record.departed) list.fixed(device.view());
  });
  out.fixed(record.joining_by.view());
  return out.take();
}

std::expected<ChannelRecord, ParseError> parse_channel_record(BytesView wire) {
  Reader in{wire};
  if (in.u8() != ChannelRecord::version) in.fail(ParseError::unknown_value);
  ChannelRecord record;
  record.standing = read_standing(in);
  record.head = read_chain_head(in);
  const BytesView policy = in.bytes(storage::policy_bytes_max);
  record.read_until = in.u64();
  record.asked_to_leave = in.presence();
  record.path_due = in.presence();
  record.lost = in.presence();
  record.path_at.ms = in.u64();
  Reader list = in.vector(leave_requests_max * leave_request_bytes);
  while (!list.at_end()) {
    OpenLeaveRequest request;
    request.seq = list.u64();
    request.device = list.id<DeviceId>();
    record.leave_requests.push_back(request);
  }
  in.join(list);
  Reader departed = in.vector(departed_max * DeviceId::size);
  while (!departed.at_end()) record.departed.push_back(departed.id<DeviceId>());
  in.join(departed);
  record.joining_by = in.id<Hash>();
  if (auto error = in.finish()) return std::unexpected(*error);
  auto parsed = storage::parse_channel_policy(policy);
  if (!parsed) return std::unexpected(parsed.error());
  record.policy = std::move(*parsed);
  return record;
}

}  // namespace samband::client

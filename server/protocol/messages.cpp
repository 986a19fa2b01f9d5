#include "server/protocol/messages.h"

#include "crypto/bytes/check.h"
#include "crypto/codec/writer.h"

namespace samband::protocol {
namespace {

template <class Body, class... Kinds>
inline constexpr bool is_one_of = (std::is_same_v<Body, Kinds> || ...);

template <class Body>
concept NamesChannel = requires(const Body& body) {
  { body.channel } -> std::convertible_to<ChannelId>;
};
template <class Body>
concept NamesShard = requires(const Body& body) {
  { body.shard } -> std::convertible_to<ShardIndex>;
};

}  // namespace

ShardIndex shard_of(const ChannelId& channel, ShardIndex shard_count) {
  SAMBAND_CHECK(shard_count != 0);
  // Channel ids are random, so their first octets spread them; the format is fixed by what stores hold.
  const unsigned lot = static_cast<unsigned>(channel.bytes[0]) << 8U | channel.bytes[1];
  return static_cast<ShardIndex>(1 + lot % shard_count);
}

Bytes login_content(std::string_view server_name, const DeviceId& device, BytesView nonce, Binding binding,
                    BytesView channel_binding) {
  Writer out;
  out.bytes(view_of(server_name));
  out.fixed(device.view());
  out.fixed(nonce);
  out.u8(static_cast<std::uint8_t>(binding));
  out.bytes(channel_binding);
  return out.take();
}

bool is_counted(const RequestBody& body) {
  return std::visit(
      []<class Body>(const Body&) {
        return is_one_of<Body, AddDelegation, Revoke, PublishKeyPackages, ReserveKeyPackages, AnnounceGuidance,
                         CreateChannel, SubmitCommit, SendMessage, PostStatement, StagedRequest, SealBlob,
                         RestartChannel, ScheduleRelease, WithdrawRelease>;
      },
      body);
}

bool is_enrolment(const RequestBody& body) {
  return std::visit([]<class Body>(const Body&) { return is_one_of<Body, EnrolFirst, EnrolInvited, FetchDelegation>; },
                    body);
}

ShardIndex shard_for(const RequestBody& body, ShardIndex shard_count) {
  return std::visit(
      [&]<class Body>(const Body& request) -> ShardIndex {
        if constexpr (is_one_of<Body, ReserveKeyPackages, AnnounceGuidance>) {
          return 0;  // they name a channel, and belong to the directory
        } else if constexpr (NamesChannel<Body>) {
          return shard_of(request.channel, shard_count);
        } else if constexpr (NamesShard<Body>) {
          return request.shard;
        } else {
          return 0;
        }
      },
      body);
}

}  // namespace samband::protocol

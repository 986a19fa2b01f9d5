#include "server/core/staging.h"

#include <limits>

#include "crypto/suite/signing.h"
#include "server/protocol/codec.h"
#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;
using protocol::Status;

void Staging::load(const StoreView& main, protocol::ShardIndex shard) {
  main.scan(layout::staged, storage::all_keys(), std::numeric_limits<std::size_t>::max(),
            [&](BytesView key, BytesView value) {
              Reader in{key};
              const auto device = in.id<DeviceId>();
              const std::uint16_t of_shard = in.u16();
              const auto hash = in.id<Hash>();
              const auto part = storage::parse_staged_part(value);
              if (of_shard == shard && !in.finish() && part) {
                parts_[device][hash] = {part->part.size(), part->until};
                leases_.insert({part->until, {device, hash}});
              }
              return storage::Visit::more;
            });
}

Outcome Staging::stage(Turn& turn, const DeviceId& from, const protocol::StagePart& request) {
  const Hash hash = sha256(request.part);
  Parts& parts = parts_[from];
  if (parts.contains(hash)) return protocol::Done{};  // repeated: its lease goes on
  std::size_t bytes = request.part.size();
  for (const auto& [other, part] : parts) bytes += part.bytes;
  if (bytes > turn.limits.staged_bytes_per_device_max) return refuse(Status::too_many, "staged bytes");

  const WallTime until{turn.at.ms + turn.limits.staged_lease_ms};
  parts[hash] = {request.part.size(), until};
  leases_.insert({until, {from, hash}});
  turn.main.put(layout::staged, layout::staged_key(from, turn.shard, hash),
                storage::encode(storage::StagedPart{until, request.part}));
  return protocol::Done{};
}

std::expected<protocol::RequestBody, protocol::Refused> Staging::take(Turn& turn, const DeviceId& from,
                                                                      const protocol::StagedRequest& request) {
  Bytes joined;
  for (const Hash& hash : request.parts) {
    const auto kept = turn.main.get(layout::staged, layout::staged_key(from, turn.shard, hash));
    const auto part = kept ? storage::parse_staged_part(*kept) : std::unexpected(ParseError::truncated);
    if (!part) return refuse(Status::not_found, "a staged part");
    joined.insert(joined.end(), part->part.begin(), part->part.end());
  }
  for (const Hash& hash : request.parts) forget(turn, from, hash);
  auto body = protocol::parse_request_body(joined);
  if (!body) return refuse(Status::malformed, "the staged request");
  return std::move(*body);
}

void Staging::end_leases(Turn& turn) {
  while (!leases_.empty() && leases_.begin()->first <= turn.at) {
    const auto [device, hash] = leases_.begin()->second;
    forget(turn, device, hash);
  }
}

void Staging::forget(Turn& turn, const DeviceId& device, const Hash& part) {
  const auto of_device = parts_.find(device);
  if (of_device == parts_.end()) return;
  const auto found = of_device->second.find(part);
  if (found == of_device->second.end()) return;
  leases_.erase({found->second.until, {device, part}});
  of_device->second.erase(found);
  if (of_device->second.empty()) parts_.erase(of_device);
  turn.main.remove(layout::staged, layout::staged_key(device, turn.shard, part));
}

}  // namespace samband::server

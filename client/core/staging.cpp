#include "client/core/staging.h"

#include <algorithm>

#include "crypto/suite/signing.h"
#include "server/protocol/codec.h"

namespace samband::client {

namespace {

constexpr std::size_t request_overhead_bytes = 64;  // frame kind, tag, counter, and room to spare

}  // namespace

Task<std::expected<protocol::RequestBody, Failure>> stage(Parts& parts, protocol::RequestBody body) {
  const Bytes encoded = protocol::encode_request_body(body);
  if (encoded.size() + request_overhead_bytes <= protocol::frame_bytes_max) co_return std::move(body);
  if (encoded.size() > protocol::staged_request_bytes_max) co_return failure(Fault::too_large);
  protocol::StagedRequest staged{.shard = protocol::shard_for(body, parts.session.shard_count()), .parts = {}};
  for (std::size_t at = 0; at < encoded.size(); at += protocol::staged_part_bytes_max) {
    const BytesView part =
        BytesView{encoded}.subspan(at, std::min(protocol::staged_part_bytes_max, encoded.size() - at));
    staged.parts.push_back(sha256(part));
    protocol::StagePart request{staged.shard, copy_of(part)};
    const auto answer = parts.session.ask(std::move(request));
    const protocol::ReplyBody reply = co_await answer;
    if (std::holds_alternative<protocol::Refused>(reply)) co_return std::unexpected(failure_of(reply));
  }
  co_return protocol::RequestBody{std::move(staged)};
}

}  // namespace samband::client

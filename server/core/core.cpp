#include "server/core/core.h"

#include "crypto/bytes/check.h"
#include "server/core/state.h"
#include "server/protocol/codec.h"
#include "storage/model/entry.h"
#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;

std::string_view name_of(LoadError error) {
  switch (error) {
    case LoadError::unreadable: return "the store can't be read";
    case LoadError::not_initialised: return "the store was never initialised";
    case LoadError::other_format: return "written by another version";
    case LoadError::broken_chain: return "a channel's log is broken";
    case LoadError::broken_directory: return "the directory is broken";
    case LoadError::broken_group: return "a channel's group does not follow its log";
    case LoadError::other_log_key: return "the directory log was signed by another key";
  }
  std::abort();  // every enumerator returns above
}

protocol::ShardIndex shard_of_command(const CommandBody& body, protocol::ShardIndex shard_count) {
  const auto* request = std::get_if<DeviceRequest>(&body);
  if (request == nullptr) return 0;
  const protocol::ShardIndex shard = protocol::shard_for(request->request.body, shard_count);
  return shard <= shard_count ? shard : protocol::ShardIndex{0};  // a shard that does not exist is refused by shard 0
}

storage::StoreBatch initial_batch(const storage::StoreMeta& meta, LogSigner& signer) {
  SAMBAND_CHECK(meta.shard_count >= 1 && meta.shard_count <= shard_count_max);
  storage::StoreBatch batch;
  batch.put(layout::meta, layout::meta_key(), storage::encode(meta));
  batch.put(layout::meta, layout::tree_head_key(), sign_empty_head(signer, meta.created_at));
  return batch;
}

Core::Core(std::unique_ptr<State> state) : state_{std::move(state)} {}
Core::Core(Core&&) noexcept = default;
Core& Core::operator=(Core&&) noexcept = default;
Core::~Core() = default;

std::expected<Core, LoadFailure> Core::load(const storage::Store& main, const storage::Store& chunks, LogSigner& signer,
                                            const Limits& limits) {
  auto state = std::make_unique<State>(main, chunks, signer, limits);
  if (auto failure = state->load()) return std::unexpected(std::move(*failure));
  return Core{std::move(state)};
}

Effects Core::apply(const Command& command) {
  return state_->apply(command);
}
void Core::synced(std::uint64_t position) {
  state_->synced(position);
}

std::uint64_t Core::incarnation() const {
  return state_->meta().incarnation;
}
protocol::ShardIndex Core::shard_count() const {
  return state_->meta().shard_count;
}
const std::optional<storage::Maintenance>& Core::maintenance() const {
  return state_->maintenance();
}
const Bytes& Core::tree_head() const {
  return state_->tree_head();
}

std::optional<ReadWindow> Core::readable(const DeviceId& device, const ChannelId& channel, std::uint64_t seq) const {
  const Channel* found = state_->find(channel);
  if (found == nullptr) return std::nullopt;
  const auto reader = found->readers.find(device);
  if (reader == found->readers.end()) return std::nullopt;
  return reader->second.window_at(seq);
}

}  // namespace samband::server

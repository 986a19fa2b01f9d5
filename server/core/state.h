// All of the core: its view of the stores, shard 0 with the directory, and the shards of channels.
#pragma once

#include "server/core/administration.h"
#include "server/core/audit_chain.h"
#include "server/core/channel_index.h"
#include "server/core/channel_shard.h"
#include "server/core/core.h"
#include "server/core/directory_log.h"
#include "server/core/partner_documents.h"
#include "server/core/request_log.h"
#include "server/core/staging.h"

namespace samband::server {

class Core::State {
 public:
  State(const storage::Store& main, const storage::Store& chunks, LogSigner& signer, const Limits& limits);
  State(const State&) = delete;  // parts of it point to others

  [[nodiscard]] std::optional<LoadFailure> load();
  [[nodiscard]] Effects apply(const Command& command);
  void synced(std::uint64_t position);

  [[nodiscard]] const storage::StoreMeta& meta() const { return meta_; }
  [[nodiscard]] const std::optional<storage::Maintenance>& maintenance() const { return maintenance_; }
  [[nodiscard]] const Bytes& tree_head() const { return log_.head(); }
  [[nodiscard]] const Channel* find(const ChannelId& channel) const;

 private:
  struct OnDirectory;

  void carry_out(Turn& turn, const DeviceRequest& command, bool disk_reserve);
  void carry_out(Turn& turn, const StrangerRequest& command, bool disk_reserve);
  void carry_out(Turn& turn, const LoginRequest& command, bool disk_reserve);
  void carry_out(Turn& turn, const AdminCommand& command, bool disk_reserve);
  void carry_out(Turn& turn, const RecordAct& command, bool disk_reserve);
  void carry_out(Turn& turn, const Tick& command, bool disk_reserve);

  // Why the request may not change anything now; nullopt when it may, or only asks.
  [[nodiscard]] std::optional<protocol::Refused> refusal_now(const protocol::RequestBody& request,
                                                             bool disk_reserve) const;
  [[nodiscard]] protocol::ReplyBody answer(Turn& turn, const DeviceRequest& command, bool disk_reserve);
  [[nodiscard]] Outcome execute(Turn& turn, Ticket ticket, const DeviceId& from, const protocol::RequestBody& request);
  [[nodiscard]] Outcome execute_on_directory(Turn& turn, const DeviceId& from, const protocol::RequestBody& request);
  [[nodiscard]] Outcome execute_staged(Turn& turn, Ticket ticket, const DeviceId& from,
                                       const protocol::StagedRequest& request);
  [[nodiscard]] Outcome reserve_key_packages(Turn& turn, const DeviceId& from,
                                             const protocol::ReserveKeyPackages& request);
  [[nodiscard]] Outcome announce_guidance(Turn& turn, const DeviceId& from, const protocol::AnnounceGuidance& request);
  [[nodiscard]] Outcome list_channels(const DeviceId& from, const protocol::ListChannels& request) const;

  [[nodiscard]] AnswerLogin log_in(const Turn& turn, const LoginRequest& command);
  [[nodiscard]] bool is_in_force(const DeviceId& device) const;
  [[nodiscard]] ChannelShard& channel_shard(protocol::ShardIndex shard) { return *shards_[shard - 1U]; }
  [[nodiscard]] RequestLog& requests_of(protocol::ShardIndex shard);
  [[nodiscard]] Staging& staging_of(protocol::ShardIndex shard);

  StoreView main_;
  StoreView chunks_;
  Limits limits_;
  LogSigner& signer_;
  storage::StoreMeta meta_;
  std::vector<storage::ShardPosition> positions_;  // of shard 0..shard_count
  std::uint64_t position_ = 0;

  DirectoryLog log_;
  RequestLog directory_requests_;
  Staging directory_staging_;
  ChannelIndex index_;
  PartnerDocuments documents_;
  AuditChain audit_;
  std::optional<storage::Maintenance> maintenance_;
  std::vector<std::unique_ptr<ChannelShard>> shards_;  // 1..shard_count
};

}  // namespace samband::server

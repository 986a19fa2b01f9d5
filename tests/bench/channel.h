// A channel on the server, seen by the device that made it.
#pragma once

#include <span>
#include <string>

#include "crypto/mls/group/group.h"
#include "tests/bench/mls_groups.h"
#include "tests/bench/session.h"

namespace samband::bench {

class Channel {
 public:
  // Makes the channel on the server; `session` is logged in as `creator`, who outlives this.
  Channel(Session& session, const EnrolledDevice& creator, Organisation& organisation, Surroundings& with);

  [[nodiscard]] const ChannelId& id() const { return id_; }
  [[nodiscard]] std::uint64_t next_seq() const { return next_seq_; }
  // In Commits of at most adds_per_commit_max, each with its Welcomes.
  void add(Session& session, std::span<const EnrolledDevice> devices);
  // The request that posts a message of this many bytes.
  [[nodiscard]] protocol::SendMessage new_message(std::size_t content_bytes);

 private:
  void add_some(Session& session, std::span<const EnrolledDevice> devices);

  Surroundings& with_;
  mls::Lifetime lifetime_;
  ChannelId id_;
  mls::Group group_;
  std::uint64_t next_seq_ = 0;
};

}  // namespace samband::bench

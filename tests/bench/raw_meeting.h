// As many listeners as a meeting has, connected to a raw sender in its place.
#pragma once

#include <memory>
#include <vector>

#include "tests/bench/raw_sender.h"
#include "tests/bench/sending.h"

namespace samband::bench {

class RawMeeting {
 public:
  RawMeeting(const TrialServer& like, std::size_t listeners);

  // KiB of the sender's memory for each connection that nothing was sent on yet.
  [[nodiscard]] double connection_kib() const { return connection_kib_; }
  Round send(const RawSending& sending);
  // Seconds from the first to the last listener of each message.
  std::vector<double> send_slowly(const RawSending& sending);

 private:
  void connect(std::size_t until);

  std::shared_ptr<SSL_CTX> tls_;
  RawSender sender_;
  std::vector<FrameStream> streams_;
  Audience audience_;
  double connection_kib_ = 0;
};

}  // namespace samband::bench

// One device's connection to the server: the whole protocol, and nothing between it and the socket.
#pragma once

#include <deque>

#include "crypto/identity/invitation.h"
#include "server/protocol/messages.h"
#include "tests/bench/organisation.h"
#include "tests/bench/web_socket.h"

namespace samband::bench {

class Session {
 public:
  // Connects, compares the server's key with the invitation's pin, and waits for Hello.
  Session(SSL_CTX& tls, const identity::Invitation& server);

  [[nodiscard]] const protocol::Hello& hello() const { return hello_; }
  void log_in(const EnrolledDevice& device);
  // Waits for the answer; gives up when it is a refusal. What comes before it is dropped.
  protocol::ReplyBody ask(protocol::RequestBody body);

  // --- for many requests in flight
  // The bytes of the request on the stream. Its counter is the next of its shard: send in the order of encoding.
  [[nodiscard]] Bytes encode(protocol::RequestBody body);
  [[nodiscard]] FrameStream& frames() { return stream_; }
  void send(BytesView encoded) { stream_.stream().write_all(encoded); }
  // How many answers have come; gives up when one is a refusal. Does not wait.
  [[nodiscard]] std::size_t take_answers();

 private:
  [[nodiscard]] protocol::ServerFrame next_frame();

  FrameStream stream_;
  std::deque<Bytes> waiting_;  // read while waiting for something else
  protocol::Hello hello_;
  std::vector<std::uint64_t> counters_;  // the last one used, for each shard
  std::uint32_t tag_ = 0;
};

}  // namespace samband::bench

// Devices that post to a server, each into a channel of its own, many requests at a time.
#pragma once

#include <memory>
#include <openssl/types.h>
#include <span>
#include <vector>

#include "tests/bench/channel.h"
#include "tests/bench/trial_server.h"

namespace samband::bench {

struct Writer {
  EnrolledDevice device;
  std::unique_ptr<Session> session;
  std::unique_ptr<Channel> channel;

  std::vector<protocol::SendMessage> posts;  // of this round
  std::vector<Bytes> requests;               // the same, encoded
  std::size_t sent = 0;
  std::size_t answered = 0;

  // The next round: `count` messages of `message_bytes`.
  void prepare(std::size_t count, std::size_t message_bytes);
  void send_more(std::size_t in_flight_max);
};

// Of one new partner, enrolled and logged in.
[[nodiscard]] std::vector<Writer> make_writers(const TrialServer& server, std::size_t count, Surroundings& with,
                                               SSL_CTX& tls);

// Sends what they have prepared, `in_flight_max` outstanding for each of them. Seconds until the last is answered.
[[nodiscard]] double post_all(std::span<Writer> all, std::size_t in_flight_max);

}  // namespace samband::bench

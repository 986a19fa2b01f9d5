// One channel on the server with its poster, and everybody else in it connected and listening.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "tests/bench/channel.h"
#include "tests/bench/sending.h"
#include "tests/bench/trial_server.h"

namespace samband::bench {

class Meeting {
 public:
  // Enrols a poster and so many listeners, and puts them into one channel. Nobody is connected afterwards.
  Meeting(TrialServer& server, std::size_t listeners, Surroundings& with);

  // Everybody connects, logs in and subscribes. Returns KiB of server memory for each idle connection: start the server
  // anew before, so that it holds nothing else.
  double connect_all();
  [[nodiscard]] Audience& audience() { return audience_; }

  // Posts `messages`, so many of them under way at a time, until everybody has had all of them.
  Round post(std::size_t messages, std::size_t in_flight_max);
  // One at each interval. Seconds from the first to the last listener of each.
  std::vector<double> post_slowly(std::size_t messages, std::chrono::milliseconds interval);

 private:
  void enrol_listeners(std::size_t count);
  void connect(std::size_t until);
  [[nodiscard]] std::vector<Bytes> encode(std::size_t messages);
  void listen_until(Clock::time_point due);

  TrialServer& server_;
  std::shared_ptr<SSL_CTX> tls_;
  identity::Invitation invitation_;
  std::unique_ptr<Session> poster_session_;
  Organisation organisation_;
  EnrolledDevice poster_;
  std::vector<EnrolledDevice> devices_;
  std::unique_ptr<Channel> channel_;
  std::vector<std::unique_ptr<Session>> sessions_;  // of `devices_`, in their order
  Audience audience_;
};

}  // namespace samband::bench

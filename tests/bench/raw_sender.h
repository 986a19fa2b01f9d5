// What the machine itself can do: a process that sends the same frames over the same TLS to as many sockets, and
// does nothing else. It has the server's certificate and TLS settings, and runs where the server runs.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "tests/bench/child_process.h"
#include "tests/bench/trial_server.h"

namespace samband::bench {

struct RawSending {
  std::size_t messages = 0;
  std::size_t messages_a_write = 1;
  std::size_t interval_us = 0;  // from one write to the next
  std::size_t content_bytes = 0;
};

class RawSender {
 public:
  // For so many connections, made one after the other to `port()`.
  RawSender(const TrialServer& like, std::size_t connections);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t process() const { return process_.id(); }
  // Call when all connections are made.
  void await_ready();
  // Begins to send, to all of them.
  void send(const RawSending& sending);

 private:
  ChildProcess process_;
  std::uint16_t port_ = 0;
};

inline constexpr std::string_view raw_sender_word = "raw-sender";
// In the process: `words` are those behind `raw_sender_word`. Ends with its standard input.
int run_raw_sender(std::span<const std::string_view> words);

}  // namespace samband::bench

// Everybody who listens: how many have had each message, and when the first and the last of them had it.
#pragma once

#include <vector>

#include "tests/bench/timing.h"
#include "tests/bench/web_socket.h"

namespace samband::bench {

// The first octet of the frame that brings an entry (server/protocol/codec.h).
inline constexpr std::uint8_t entry_event_kind = 4;

class Audience {
 public:
  Audience();
  ~Audience();
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // Outlives this.
  void add(FrameStream& stream);
  // Forgets what it has heard.
  void start_over();
  // Reads what there is; waits for it up to so many milliseconds.
  void listen(int milliseconds_max);

  [[nodiscard]] std::size_t size() const { return listeners_.size(); }
  // Messages, from the first on, that all have had.
  [[nodiscard]] std::size_t complete() const { return complete_; }
  // Seconds from the first listener to the last, for each complete message.
  [[nodiscard]] std::vector<double> spreads() const;
  // Bytes of the content of the last entry heard.
  [[nodiscard]] std::size_t entry_bytes() const { return entry_bytes_; }

 private:
  struct Listener {
    FrameStream* stream;
    std::size_t heard = 0;
  };
  struct Message {
    std::size_t listeners = 0;
    Clock::time_point first;
    Clock::time_point last;
  };
  void hear(Listener& listener, BytesView content);

  int ready_;  // an epoll descriptor
  std::vector<Listener> listeners_;
  std::vector<Message> messages_;
  std::size_t complete_ = 0;
  std::size_t entry_bytes_ = 0;
};

}  // namespace samband::bench

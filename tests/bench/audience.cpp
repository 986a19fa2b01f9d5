#include "tests/bench/audience.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/must.h"

namespace samband::bench {

Audience::Audience() : ready_{::epoll_create1(EPOLL_CLOEXEC)} {
  must(ready_ >= 0, "epoll is not to be had");
}

Audience::~Audience() {
  ::close(ready_);
}

void Audience::add(FrameStream& stream) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = listeners_.size();
  must(::epoll_ctl(ready_, EPOLL_CTL_ADD, stream.stream().socket(), &event) == 0, "epoll took no more");
  listeners_.push_back({&stream});
}

void Audience::start_over() {
  for (Listener& listener : listeners_) listener.heard = 0;
  messages_.clear();
  complete_ = 0;
}

void Audience::listen(int milliseconds_max) {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(ready_, events.data(), static_cast<int>(events.size()), milliseconds_max);
  for (int i = 0; i < count; ++i) {
    Listener& listener = listeners_[events[static_cast<std::size_t>(i)].data.u64];
    listener.stream->receive([&](BytesView content) { hear(listener, content); });
  }
}

void Audience::hear(Listener& listener, BytesView content) {
  if (content.empty() || content.front() != entry_event_kind) return;
  entry_bytes_ = content.size();
  const std::size_t index = listener.heard++;
  if (index >= messages_.size()) messages_.resize(index + 1);
  Message& message = messages_[index];
  message.last = Clock::now();
  if (message.listeners++ == 0) message.first = message.last;
  while (complete_ < messages_.size() && messages_[complete_].listeners == listeners_.size()) ++complete_;
}

std::vector<double> Audience::spreads() const {
  std::vector<double> out;
  out.reserve(complete_);
  for (std::size_t i = 0; i < complete_; ++i) {
    out.push_back(std::chrono::duration<double>(messages_[i].last - messages_[i].first).count());
  }
  return out;
}

}  // namespace samband::bench

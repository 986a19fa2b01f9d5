#include "tests/bench/raw_meeting.h"

#include <thread>

#include "tests/bench/machine.h"

namespace samband::bench {
namespace {

constexpr std::chrono::milliseconds settling{300};

}  // namespace

RawMeeting::RawMeeting(const TrialServer& like, std::size_t listeners) : tls_{client_tls()}, sender_{like, listeners} {
  streams_.reserve(listeners);
  const std::size_t first_part = listeners / 4;  // as in a meeting
  connect(first_part);
  const double before = resident_kib(sender_.process());
  connect(listeners);
  sender_.await_ready();
  connection_kib_ = (resident_kib(sender_.process()) - before) / static_cast<double>(listeners - first_part);
  for (FrameStream& stream : streams_) audience_.add(stream);
}

void RawMeeting::connect(std::size_t until) {
  while (streams_.size() < until) streams_.emplace_back(TlsStream::connect(*tls_, sender_.port()));
  std::this_thread::sleep_for(settling);
}

Round RawMeeting::send(const RawSending& sending) {
  return measure_round(sender_.process(), audience_, sending.messages, [&] {
    sender_.send(sending);
    await_all(audience_, sending.messages, [] {});
  });
}

std::vector<double> RawMeeting::send_slowly(const RawSending& sending) {
  static_cast<void>(send(sending));
  return audience_.spreads();
}

}  // namespace samband::bench

#include "tests/bench/raw_sender.h"

#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <sstream>
#include <thread>

#include "server/edge/tls.h"
#include "tests/bench/audience.h"
#include "tests/bench/must.h"
#include "tests/bench/number.h"

namespace samband::bench {
namespace {

std::size_t number_of(std::string_view text) {
  return must(parse_number(text), "a number was expected");
}

WallTime now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count())};
}

// So many frames behind each other, as one write.
Bytes frames(std::size_t count, std::size_t content_bytes) {
  Bytes content(content_bytes, 0x61);
  content.at(0) = entry_event_kind;
  const Bytes one = server_frame(Opcode::binary, content);
  Bytes out;
  for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), one.begin(), one.end());
  return out;
}

void send_to_all(std::vector<TlsStream>& streams, const RawSending& sending) {
  const Bytes whole = frames(sending.messages_a_write, sending.content_bytes);
  auto due = Clock::now();
  for (std::size_t sent = 0; sent < sending.messages; sent += sending.messages_a_write) {
    std::this_thread::sleep_until(due);
    due += std::chrono::microseconds{sending.interval_us};
    for (TlsStream& stream : streams) stream.write_all(whole);
  }
}

}  // namespace

RawSender::RawSender(const TrialServer& like, std::size_t connections)
    : process_{{std::filesystem::read_symlink("/proc/self/exe"), std::string{raw_sender_word}, like.certificate(),
                like.private_key(), std::to_string(connections)},
               server_core,
               like.folder() / "raw-sender.log"},
      port_{static_cast<std::uint16_t>(number_of(process_.read_line()))} {}

void RawSender::await_ready() {
  must(process_.read_line() == "ready", "the raw sender did not become ready");
}

void RawSender::send(const RawSending& sending) {
  must(sending.messages % sending.messages_a_write == 0, "messages must fill their writes");
  process_.write_line(fmt::format("{} {} {} {}", sending.messages, sending.messages_a_write, sending.interval_us,
                                  sending.content_bytes));
}

int run_raw_sender(std::span<const std::string_view> words) {
  must(words.size() == 3, "raw-sender CERTIFICATE KEY CONNECTIONS");
  std::signal(SIGPIPE, SIG_IGN);
  const auto tls = server::edge::load_tls(words[0], words[1], now());
  must(tls.has_value(), "the certificate can't be used");
  const LoopbackListener listener;
  std::cout << listener.port() << std::endl;
  std::vector<TlsStream> streams;
  const std::size_t connections = number_of(words[2]);
  streams.reserve(connections);
  while (streams.size() < connections) streams.push_back(TlsStream::accept(*tls->context, listener.accept()));
  std::cout << "ready" << std::endl;

  for (std::string line; std::getline(std::cin, line);) {
    RawSending sending;
    std::istringstream{line} >> sending.messages >> sending.messages_a_write >> sending.interval_us >>
        sending.content_bytes;
    send_to_all(streams, sending);
  }
  return 0;
}

}  // namespace samband::bench

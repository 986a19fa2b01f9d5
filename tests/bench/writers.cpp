#include "tests/bench/writers.h"

#include <poll.h>

#include "tests/bench/must.h"
#include "tests/bench/timing.h"

namespace samband::bench {
namespace {

constexpr int wait_milliseconds_max = 30'000;

}  // namespace

void Writer::prepare(std::size_t count, std::size_t message_bytes) {
  posts.clear();
  requests.clear();
  sent = 0;
  answered = 0;
  for (std::size_t i = 0; i < count; ++i) {
    posts.push_back(channel->new_message(message_bytes));
    requests.push_back(session->encode(posts.back()));
  }
}

void Writer::send_more(std::size_t in_flight_max) {
  Bytes together;
  while (sent < requests.size() && sent - answered < in_flight_max) {
    together.insert(together.end(), requests[sent].begin(), requests[sent].end());
    ++sent;
  }
  if (!together.empty()) session->send(together);
}

std::vector<Writer> make_writers(const TrialServer& server, std::size_t count, Surroundings& with, SSL_CTX& tls) {
  const identity::Invitation invitation = server.add_partner();
  std::vector<Writer> out;
  auto first = std::make_unique<Session>(tls, invitation);
  Organisation organisation{invitation, static_cast<std::uint16_t>(count), first->hello().now, with.random};
  for (std::size_t i = 0; i < count; ++i) {
    Writer writer{.device = organisation.new_device()};
    writer.session = i == 0 ? std::move(first) : std::make_unique<Session>(tls, invitation);
    if (i == 0) {
      writer.session->ask(organisation.first_enrolment(writer.device));
    } else {
      writer.session->ask(Organisation::enrolment(writer.device));
    }
    writer.session->log_in(writer.device);
    writer.channel = std::make_unique<Channel>(*writer.session, writer.device, organisation, with);
    out.push_back(std::move(writer));
  }
  return out;
}

double post_all(std::span<Writer> all, std::size_t in_flight_max) {
  std::vector<pollfd> sockets;
  for (Writer& writer : all) sockets.push_back({writer.session->frames().stream().socket(), POLLIN, 0});
  std::size_t unfinished = all.size();
  const auto start = Clock::now();
  for (Writer& writer : all) writer.send_more(in_flight_max);
  while (unfinished > 0) {
    must(::poll(sockets.data(), sockets.size(), wait_milliseconds_max) > 0, "the server answers no more");
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (sockets[i].revents == 0) continue;
      Writer& writer = all[i];
      writer.answered += writer.session->take_answers();
      // Half a window at a time, so that requests travel together.
      if (writer.sent - writer.answered <= in_flight_max / 2) writer.send_more(in_flight_max);
      if (writer.answered == writer.requests.size()) {
        sockets[i].fd = -1;
        --unfinished;
      }
    }
  }
  return seconds_since(start);
}

}  // namespace samband::bench

#include "tests/bench/meeting.h"

#include <thread>

#include "tests/bench/machine.h"

namespace samband::bench {
namespace {

constexpr std::size_t message_bytes = 1024;
constexpr std::chrono::milliseconds settling{300};

}  // namespace

Meeting::Meeting(TrialServer& server, std::size_t listeners, Surroundings& with)
    : server_{server},
      tls_{client_tls()},
      invitation_{server.add_partner()},
      poster_session_{std::make_unique<Session>(*tls_, invitation_)},
      organisation_{invitation_, static_cast<std::uint16_t>(listeners + 1), poster_session_->hello().now, with.random},
      poster_{organisation_.new_device()} {
  poster_session_->ask(organisation_.first_enrolment(poster_));
  poster_session_->log_in(poster_);
  enrol_listeners(listeners);
  channel_ = std::make_unique<Channel>(*poster_session_, poster_, organisation_, with);
  channel_->add(*poster_session_, devices_);
  poster_session_.reset();
}

void Meeting::enrol_listeners(std::size_t count) {
  Session session{*tls_, invitation_};
  for (std::size_t i = 0; i < count; ++i) {
    devices_.push_back(organisation_.new_device());
    session.ask(Organisation::enrolment(devices_.back()));
  }
}

double Meeting::connect_all() {
  poster_session_ = std::make_unique<Session>(*tls_, invitation_);
  poster_session_->log_in(poster_);
  const std::size_t first_part = devices_.size() / 4;  // what the first ones set up for all is not counted
  connect(first_part);
  const double before = resident_kib(server_.process());
  connect(devices_.size());
  const double after = resident_kib(server_.process());
  for (const auto& session : sessions_) audience_.add(session->frames());
  return (after - before) / static_cast<double>(devices_.size() - first_part);
}

void Meeting::connect(std::size_t until) {
  while (sessions_.size() < until) {
    sessions_.push_back(std::make_unique<Session>(*tls_, invitation_));
    Session& session = *sessions_.back();
    session.log_in(devices_[sessions_.size() - 1]);
    session.ask(protocol::Subscribe{channel_->id(), channel_->next_seq()});
  }
  std::this_thread::sleep_for(settling);
}

std::vector<Bytes> Meeting::encode(std::size_t messages) {
  std::vector<Bytes> requests;
  requests.reserve(messages);
  for (std::size_t i = 0; i < messages; ++i) {
    requests.push_back(poster_session_->encode(channel_->new_message(message_bytes)));
  }
  return requests;
}

Round Meeting::post(std::size_t messages, std::size_t in_flight_max) {
  const std::vector<Bytes> requests = encode(messages);
  std::size_t sent = 0;
  const auto send_more = [&] {
    Bytes together;
    for (; sent < messages && sent - audience_.complete() < in_flight_max; ++sent) {
      together.insert(together.end(), requests[sent].begin(), requests[sent].end());
    }
    if (!together.empty()) poster_session_->send(together);
    static_cast<void>(poster_session_->take_answers());
  };
  return measure_round(server_.process(), audience_, messages, [&] {
    send_more();
    await_all(audience_, messages, send_more);
  });
}

std::vector<double> Meeting::post_slowly(std::size_t messages, std::chrono::milliseconds interval) {
  const std::vector<Bytes> requests = encode(messages);
  audience_.start_over();
  auto due = Clock::now();
  for (const Bytes& request : requests) {
    listen_until(due);
    due += interval;
    poster_session_->send(request);
  }
  await_all(audience_, messages, [&] { static_cast<void>(poster_session_->take_answers()); });
  return audience_.spreads();
}

void Meeting::listen_until(Clock::time_point due) {
  for (auto left = due - Clock::now(); left.count() > 0; left = due - Clock::now()) {
    audience_.listen(static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
  }
}

}  // namespace samband::bench

#include "server/edge/io_thread.h"

#include <boost/asio/thread_pool.hpp>

#include "server/edge/log.h"

namespace samband::server::edge {
namespace {

constexpr std::chrono::milliseconds sweep_interval{250};
constexpr std::size_t page_bytes_max = std::size_t{256} << 10U;
constexpr std::size_t inbox_page_items_max = 4;
constexpr unsigned serial_bits = 48;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

[[noreturn]] void end_unreadable(storage::StoreError error) {
  end_process(fmt::format("the store could not be read ({}): run sambandd check, and restore a backup if it agrees",
                          storage::name_of(error)));
}

}  // namespace

std::uint16_t thread_of(Ticket ticket) {
  return static_cast<std::uint16_t>(ticket.value >> serial_bits);
}

Ticket make_ticket(std::uint16_t thread, std::uint64_t serial) {
  return Ticket{(std::uint64_t{thread} << serial_bits) | serial};
}

IoThread::IoThread(std::uint16_t index, Services& services, std::shared_ptr<const Reloadable> settings, Bytes tree_head)
    : index_{index},
      services_{services},
      work_{net::make_work_guard(context_)},
      settings_{std::move(settings)},
      tree_head_{std::move(tree_head)},
      sweep_timer_{context_},
      thread_{[this] { run(); }} {}

IoThread::~IoThread() {
  stop();
}

void IoThread::run() {
  net::post(context_, [this] { sweep(); });
  context_.run();
}

void IoThread::stop() {
  if (!thread_.joinable()) return;
  net::post(context_, [this] { context_.stop(); });
  thread_.join();
  woken_.clear();
  devices_.clear();
  sessions_.clear();
}

void IoThread::adopt(tcp::socket socket, Admitted admitted) {
  auto owned_socket = std::make_shared<tcp::socket>(std::move(socket));
  auto owned_place = std::make_shared<Admitted>(std::move(admitted));
  net::post(context_, [this, owned_socket, owned_place] {
    if (shutting_down_) return;
    const Ticket ticket = make_ticket(index_, next_serial_++);
    auto connection = std::make_shared<Connection>(std::move(*owned_socket), settings_->tls.context);
    auto session = std::make_shared<Session>(*this, ticket, std::move(connection), std::move(*owned_place));
    sessions_.emplace(ticket.value, session);
    session_count_ = sessions_.size();
    session->start();
  });
}

void IoThread::reload(std::shared_ptr<const Reloadable> settings) {
  net::post(context_, [this, fresh = std::move(settings)] { settings_ = fresh; });
}

void IoThread::shut_down() {
  net::post(context_, [this] {
    shutting_down_ = true;
    std::vector<std::shared_ptr<Session>> all;
    all.reserve(sessions_.size());
    for (const auto& [serial, session] : sessions_) all.push_back(session);
    for (const auto& session : all) session->shut_down();
  });
}

void IoThread::leave(Session& session) {
  if (session.device()) {
    const auto [first, last] = devices_.equal_range(*session.device());
    for (auto at = first; at != last; ++at) {
      if (at->second == &session) {
        devices_.erase(at);
        break;
      }
    }
  }
  sessions_.erase(session.ticket().value);
  session_count_ = sessions_.size();
}

void IoThread::logged_in(Session& session) {
  devices_.emplace(*session.device(), &session);
}

void IoThread::wake(std::shared_ptr<Session> session) {
  woken_.push_back(std::move(session));
  if (std::exchange(flush_posted_, true)) return;
  net::post(context_, [this] { flush_woken(); });
}

void IoThread::flush_woken() {
  flush_posted_ = false;
  const auto woken = std::exchange(woken_, {});
  for (const auto& session : woken) session->flush();
}

void IoThread::sweep() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(sessions_.size());
  for (const auto& [serial, session] : sessions_) all.push_back(session);
  for (const auto& session : all) session->sweep(now);
  sweep_timer_.expires_after(sweep_interval);
  sweep_timer_.async_wait([this](error_code error) {
    if (!error) sweep();
  });
}

void IoThread::release(ReleasedBatch batch) {
  bool first = false;
  {
    const std::lock_guard lock{inbox_mutex_};
    first = inbox_.empty();
    inbox_.push_back(std::move(batch));
  }
  if (first) net::post(context_, [this] { drain(); });
}

void IoThread::drain() {
  std::vector<ReleasedBatch> batches;
  {
    const std::lock_guard lock{inbox_mutex_};
    batches = std::exchange(inbox_, {});
  }
  for (const ReleasedBatch& batch : batches) {
    for (const Released& released : *batch) carry_out(released);
  }
  flush_woken();
}

std::shared_ptr<Session> IoThread::session_of(Ticket ticket) {
  const auto found = sessions_.find(ticket.value);
  return found == sessions_.end() ? nullptr : found->second;
}

template <class Action>
void IoThread::each_session_of(const DeviceId& device, Action&& action) {
  std::vector<Session*> found;
  const auto [first, last] = devices_.equal_range(device);
  for (auto at = first; at != last; ++at) found.push_back(at->second);
  for (Session* session : found) action(*session);
}

void IoThread::carry_out(const Released& released) {
  if (const auto* window = std::get_if<WindowAnswer>(&released.what)) {
    if (auto session = session_of(window->to)) session->writer().window_arrived(window->channel, released.window);
    return;
  }
  const auto to_session = [this](Ticket ticket, auto&& action) {
    if (thread_of(ticket) != index_) return;
    if (auto session = session_of(ticket)) action(*session);
  };
  std::visit(
      Overloaded{
          [&](const Answer& it) { to_session(it.to, [&](Session& s) { s.answered(it.reply); }); },
          [&](const AnswerLogin& it) { to_session(it.to, [&](Session& s) { s.login_answered(it); }); },
          [&](const AnswerAdmin&) {},  // the control thread's
          [&](const Deliver& it) { fan_out_.publish(it.channel, it.seq, released.frame, limits()); },
          [&](const BeginSubscription& it) {
            to_session(it.to, [&](Session& s) { s.writer().begin(it.channel, it.next_seq, released.window); });
          },
          [&](const CeaseSubscription& it) { to_session(it.to, [&](Session& s) { s.writer().cease(it.channel); }); },
          [&](const EndSubscription& it) {
            each_session_of(it.device, [&](Session& s) { s.writer().end(it.channel, it.until_seq); });
          },
          [&](const DeliverInbox& it) {
            each_session_of(it.device, [&](Session& s) { s.inbox_grew(it.event.shard); });
          },
          [&](const DirectoryGrew& it) {
            tree_head_ = it.tree_head;
            for (const auto& [device, session] : devices_) session->writer().post_tree_head(released.frame);
          },
          [&](const TellOfChannel& it) {
            FramePtr frame;
            for (const DeviceId& device : it.devices) {
              each_session_of(device, [&](Session& s) {
                if (!frame) frame = frame_of(protocol::ChannelEvent{it.channel});
                s.writer().post(frame);
              });
            }
          },
          [&](const CutDevice& it) {
            each_session_of(it.device, [&](Session& s) { s.close(it.status, "the device is out of force"); });
          },
          [&](const WakeAt&) {},              // the core thread's
          [&](const MaintenanceChanged&) {},  // the control thread's
      },
      std::get<Outgoing>(released.what));
}

void IoThread::read_page(std::shared_ptr<Session> session, const PageQuestion& question) {
  net::post(services_.readers, [this, session = std::move(session), question]() mutable {
    auto page = read_entry_frames(services_.main, question.channel, question.from, question.until, page_bytes_max);
    if (!page) end_unreadable(page.error());
    std::vector<FramePtr> frames;
    frames.reserve(page->size());
    for (const auto& frame : *page) frames.push_back(binary_frame(*frame));
    net::post(context_, [session = std::move(session), question, frames = std::move(frames)]() mutable {
      session->writer().page_arrived(question, std::move(frames));
    });
  });
}

void IoThread::read_inbox(std::shared_ptr<Session> session, protocol::ShardIndex shard, std::uint64_t after) {
  net::post(services_.readers, [this, session = std::move(session), shard, after]() mutable {
    auto events = server::read_inbox(services_.main, *session->device(), shard, after, inbox_page_items_max);
    if (!events) end_unreadable(events.error());
    net::post(context_, [session = std::move(session), shard, events = std::move(*events)]() mutable {
      session->inbox_arrived(shard, std::move(events));
    });
  });
}

}  // namespace samband::server::edge

#include "server/edge/admin_socket.h"

#include <algorithm>
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "server/edge/io_thread.h"
#include "server/edge/log.h"

// GCC 12 takes asio's memory for a coroutine's frame for a mismatch of new and delete when it inlines one of the two.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace samband::server::edge {
namespace {

using local = net::local::stream_protocol;

constexpr std::size_t connections_max = 16;
// A reply comes from the core within a moment; one that does not is better told than waited for.
constexpr std::chrono::seconds reply_timeout{300};
constexpr std::size_t length_bytes = 4;

bool is_in_group(const ucred& peer, gid_t group) {
  if (peer.gid == group) return true;
  const passwd* user = ::getpwuid(peer.uid);
  if (!user) return false;
  std::vector<gid_t> groups(256);
  auto count = static_cast<int>(groups.size());
  if (::getgrouplist(user->pw_name, user->pw_gid, groups.data(), &count) < 0) return false;
  groups.resize(static_cast<std::size_t>(count));
  return std::ranges::count(groups, group) > 0;
}

// Who connects there, if that user may ask.
std::optional<Operator> who_may_ask(int descriptor, const std::optional<gid_t>& group) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  const bool may_ask = peer.uid == 0 || peer.uid == ::geteuid() || (group && is_in_group(peer, *group));
  if (!may_ask) return std::nullopt;
  const passwd* user = ::getpwuid(peer.uid);
  return Operator{peer.uid, user ? user->pw_name : ""};
}

// True when somebody answers there: the socket file of a living server is not taken from it.
bool is_alive(const std::string& path) {
  net::io_context context;
  local::socket probe{context};
  error_code error;
  probe.connect(local::endpoint{path}, error);
  return !error;
}

}  // namespace

struct AdminSocket::State : std::enable_shared_from_this<AdminSocket::State> {
  struct Waiting {
    explicit Waiting(net::io_context& context) : arrived{context} {}
    net::steady_timer arrived;
    std::optional<protocol::AdminReply> reply;
  };

  State(net::io_context& with, Outlets outlets_) : context{with}, acceptor{with}, outlets{std::move(outlets_)} {}

  net::awaitable<void> accept();
  net::awaitable<void> serve(std::shared_ptr<local::socket> socket, Operator who);
  net::awaitable<bool> read_request(local::socket& socket, Bytes& body);
  using Serial = std::uint64_t;  // of a connection
  net::awaitable<protocol::AdminReply> answer(protocol::AdminRequest request, const Operator& who, Serial asker);
  // What reads the store beside the core, and tells what it found.
  net::awaitable<protocol::AdminReply> ask_elsewhere(const std::function<void(Outlets::Tell)>& ask);
  net::awaitable<protocol::AdminReply> hold_checkpoint(const Operator& who, Serial asker);
  net::awaitable<protocol::AdminReply> let_checkpoint_go(const Operator& who, Serial asker, bool finished);
  net::awaitable<protocol::AdminReply> ask_core(protocol::AdminRequest request, const Operator& who);
  struct Asked {
    Ticket ticket;
    std::shared_ptr<Waiting> place;
  };
  [[nodiscard]] Asked expect_reply();
  // What is to be called, on this thread, with the reply.
  [[nodiscard]] Outlets::Tell settles(Ticket ticket);
  net::awaitable<protocol::AdminReply> wait_for(Ticket ticket, std::shared_ptr<Waiting> place);

  net::io_context& context;
  local::acceptor acceptor;
  Outlets outlets;
  std::filesystem::path path;
  std::optional<gid_t> group;
  std::unordered_map<std::uint64_t, std::shared_ptr<Waiting>> waiting;
  std::vector<std::weak_ptr<local::socket>> open_sockets;
  std::uint64_t next_serial = 1;
  Serial next_connection = 1;
  std::optional<Serial> holder;  // of the checkpoint; also while it is being made and taken away
  std::size_t connections = 0;
};

std::expected<std::shared_ptr<AdminSocket>, std::string> AdminSocket::open(net::io_context& context,
                                                                           const Configuration& configuration,
                                                                           Outlets outlets) {
  auto state = std::make_shared<State>(context, std::move(outlets));
  const std::string path = configuration.admin_socket.string();
  const auto failed = [&](const error_code& error) {
    if (error == boost::system::errc::no_such_file_or_directory) {
      return std::unexpected{"the folder of the admin socket " + path +
                             " is missing: make it, or name another in [admin] socket (installed from a package: "
                             "systemctl start sambandd, which makes it)"};
    }
    return std::unexpected{"the admin socket " + path + " can't be made (" + error.message() +
                           "): give [admin] socket a path in a folder of the server, of at most 107 bytes"};
  };
  if (path.size() > 107) return failed(net::error::name_too_long);
  struct stat found{};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) return failed(net::error::address_in_use);
    if (is_alive(path)) {
      return std::unexpected{"the admin socket " + path +
                             " is in use: another sambandd runs with this configuration; stop that one first"};
    }
    ::unlink(path.c_str());
  }
  error_code error;
  state->acceptor.open(local{}, error);
  const mode_t before = ::umask(0117);  // made with 0660 at once: there is no moment when others could connect
  if (!error) state->acceptor.bind(local::endpoint{path}, error);
  ::umask(before);
  if (!error) state->acceptor.listen(net::socket_base::max_listen_connections, error);
  if (error) return failed(error);
  state->path = path;
  if (const ::group* named =
          configuration.admin_group.empty() ? nullptr : ::getgrnam(configuration.admin_group.c_str())) {
    state->group = named->gr_gid;
    // A unit of the service manager forbids the call; where the server's own group is the one, it is not needed.
    struct stat made{};
    const bool is_theirs = ::lstat(path.c_str(), &made) == 0 && made.st_gid == named->gr_gid;
    if (!is_theirs && ::chown(path.c_str(), static_cast<uid_t>(-1), named->gr_gid) != 0) {
      log_event(LogEvent::admin_group_unset,
                "admin socket: group {} can't be given to it; root and this user can still connect",
                configuration.admin_group);
    }
  }
  return std::shared_ptr<AdminSocket>{new AdminSocket{std::move(state)}};
}

AdminSocket::~AdminSocket() {
  stop();
}

void AdminSocket::start() {
  net::co_spawn(state_->context, state_->accept(), net::detached);
}

void AdminSocket::stop() {
  if (!state_->acceptor.is_open()) return;
  error_code ignored;
  state_->acceptor.close(ignored);
  ::unlink(state_->path.c_str());
  for (const auto& weak : state_->open_sockets) {
    if (const auto socket = weak.lock()) socket->close(ignored);
  }
  for (const auto& [serial, place] : state_->waiting) place->arrived.cancel();
}

void AdminSocket::answered(Ticket ticket, protocol::AdminReply reply) {
  state_->settles(ticket)(std::move(reply));
}

net::awaitable<void> AdminSocket::State::accept() {
  const auto self = shared_from_this();
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  while (acceptor.is_open()) {
    const auto socket = std::make_shared<local::socket>(context);
    co_await acceptor.async_accept(*socket, token);
    if (error == net::error::operation_aborted) co_return;
    if (error || connections >= connections_max) continue;
    const auto who = who_may_ask(socket->native_handle(), group);
    if (!who) {
      log_event(LogEvent::admin_turned_away, "admin socket: a process of another user was turned away");
      continue;
    }
    std::erase_if(open_sockets, [](const auto& weak) { return weak.expired(); });
    open_sockets.push_back(socket);
    net::co_spawn(context, serve(socket, *who), net::detached);
  }
}

net::awaitable<bool> AdminSocket::State::read_request(local::socket& socket, Bytes& body) {
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  std::array<std::uint8_t, length_bytes> header{};
  const auto header_buffer = net::buffer(header);
  co_await net::async_read(socket, header_buffer, token);
  if (error) co_return false;
  const std::size_t size = Reader{header}.u32();
  if (size > protocol::admin_frame_bytes_max) co_return false;
  body.resize(size);
  const auto body_buffer = net::buffer(body);
  co_await net::async_read(socket, body_buffer, token);
  co_return !error;
}

net::awaitable<void> AdminSocket::State::serve(std::shared_ptr<local::socket> socket, Operator who) {
  const auto self = shared_from_this();
  ++connections;
  const Serial serial = next_connection++;
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  Bytes body;
  while (!error) {
    const bool read = co_await read_request(*socket, body);
    if (!read) break;
    auto request = protocol::parse_admin_request(body);
    if (!request) break;  // another version of sambandctl, or something else altogether
    const protocol::AdminReply reply = co_await answer(std::move(*request), who, serial);
    Writer frame;
    const Bytes encoded = protocol::encode_admin_reply(reply);
    frame.u32(static_cast<std::uint32_t>(encoded.size()));
    frame.fixed(encoded);
    const auto out = net::buffer(frame.view().data(), frame.size());
    co_await net::async_write(*socket, out, token);
  }
  if (holder == serial) co_await let_checkpoint_go(who, serial, false);  // its backup has died
  --connections;
}

net::awaitable<protocol::AdminReply> AdminSocket::State::answer(protocol::AdminRequest request, const Operator& who,
                                                                Serial asker) {
  if (std::holds_alternative<protocol::GetServerIdentity>(request)) co_return outlets.identity();
  if (std::holds_alternative<protocol::CheckStore>(request)) {
    protocol::AdminReply checked = co_await ask_elsewhere(outlets.check_store);
    co_return checked;
  }
  if (const auto* asked = std::get_if<protocol::VerifyAudit>(&request)) {
    protocol::AdminReply verified =
        co_await ask_elsewhere([&](Outlets::Tell tell) { outlets.verify_audit(*asked, std::move(tell)); });
    co_return verified;
  }
  if (std::holds_alternative<protocol::HoldCheckpoint>(request)) {
    protocol::AdminReply held = co_await hold_checkpoint(who, asker);
    co_return held;
  }
  if (const auto* ended = std::get_if<protocol::LetCheckpointGo>(&request)) {
    protocol::AdminReply gone = co_await let_checkpoint_go(who, asker, ended->finished);
    co_return gone;
  }
  protocol::AdminReply reply = co_await ask_core(std::move(request), who);
  if (auto* status = std::get_if<protocol::ServerStatus>(&reply)) outlets.complete(*status);
  co_return reply;
}

AdminSocket::State::Asked AdminSocket::State::expect_reply() {
  const Ticket ticket = make_ticket(0, next_serial++);
  auto place = std::make_shared<Waiting>(context);
  waiting.emplace(ticket.value, place);
  return {ticket, std::move(place)};
}

AdminSocket::Outlets::Tell AdminSocket::State::settles(Ticket ticket) {
  return [weak = weak_from_this(), ticket](protocol::AdminReply reply) {
    const auto state = weak.lock();
    if (!state) return;
    const auto found = state->waiting.find(ticket.value);
    if (found == state->waiting.end()) return;
    found->second->reply = std::move(reply);
    found->second->arrived.cancel();
  };
}

net::awaitable<protocol::AdminReply> AdminSocket::State::ask_core(protocol::AdminRequest request, const Operator& who) {
  const Asked asked = expect_reply();
  outlets.submit(asked.ticket, std::move(request), who);
  return wait_for(asked.ticket, asked.place);
}

net::awaitable<protocol::AdminReply> AdminSocket::State::ask_elsewhere(const std::function<void(Outlets::Tell)>& ask) {
  const Asked asked = expect_reply();
  ask(settles(asked.ticket));
  return wait_for(asked.ticket, asked.place);
}

net::awaitable<protocol::AdminReply> AdminSocket::State::hold_checkpoint(const Operator& who, Serial asker) {
  if (holder) {
    co_return protocol::AdminRefused{"another backup is under way: wait until it has ended", {}};
  }
  holder = asker;
  protocol::AdminReply figures = co_await ask_core(protocol::GetStatus{}, who);
  const Asked asked = expect_reply();
  outlets.hold_checkpoint(settles(asked.ticket));
  protocol::AdminReply reply = co_await wait_for(asked.ticket, asked.place);
  auto* held = std::get_if<protocol::CheckpointHeld>(&reply);
  const auto* status = std::get_if<protocol::ServerStatus>(&figures);
  if (held == nullptr) {
    holder.reset();
  } else if (status != nullptr) {
    held->incarnation = status->incarnation;
    held->entries = status->entries;
  }
  co_return reply;
}

net::awaitable<protocol::AdminReply> AdminSocket::State::let_checkpoint_go(const Operator& who, Serial asker,
                                                                           bool finished) {
  if (holder != asker) co_return protocol::AdminRefused{"no checkpoint is held for this connection", {}};
  const Asked asked = expect_reply();
  outlets.let_checkpoint_go(finished, who, settles(asked.ticket));
  protocol::AdminReply reply = co_await wait_for(asked.ticket, asked.place);
  holder.reset();
  co_return reply;
}

net::awaitable<protocol::AdminReply> AdminSocket::State::wait_for(Ticket ticket, std::shared_ptr<Waiting> place) {
  if (!place->reply) {
    error_code ignored;
    place->arrived.expires_after(reply_timeout);
    auto token = net::redirect_error(net::use_awaitable, ignored);
    co_await place->arrived.async_wait(token);
  }
  waiting.erase(ticket.value);
  if (!place->reply) co_return protocol::AdminRefused{"the server is going down: ask again when it is back", {}};
  co_return std::move(*place->reply);
}

}  // namespace samband::server::edge

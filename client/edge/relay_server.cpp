#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "client/edge/relay.h"
#include "client/edge/relay_frames.h"

namespace samband::client {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

bool is_own_user(Local::socket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid();
}

// One peer: reads its invocation, then waits for an interrupt or its end while the run prints.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(Local::socket socket, const RunInvocation& run, std::function<void()> ended)
      : socket_{std::move(socket)}, run_{run}, ended_{std::move(ended)} {}

  void serve() { read_header(); }
  [[nodiscard]] bool is_open() const { return !closed_; }

  void cancel() {
    if (auto end = std::exchange(end_early_, nullptr)) end();
  }

  void send(RelayFrame kind, BytesView body) {
    if (closed_) return;
    backlog_bytes_ += body.size();
    if (backlog_bytes_ > relay_backlog_bytes_max) return close();
    queue_.push_back(relay_frame(kind, body));
    if (queue_.size() == 1) write_next();
  }

 private:
  // What the run prints; outlives the peer when the run does.
  class Output final : public Console {
   public:
    explicit Output(std::weak_ptr<Peer> peer) : peer_{std::move(peer)} {}
    void out(std::string_view text) override { send(RelayFrame::out, text); }
    void err(std::string_view text) override { send(RelayFrame::err, text); }

   private:
    void send(RelayFrame kind, std::string_view text) {
      const auto peer = peer_.lock();
      for (; peer && !text.empty(); text.remove_prefix(std::min(text.size(), relay_frame_bytes_max))) {
        peer->send(kind, view_of(text.substr(0, relay_frame_bytes_max)));
      }
    }
    std::weak_ptr<Peer> peer_;
  };

  void read_header() {
    asio::async_read(socket_, asio::buffer(header_), [self = shared_from_this()](error_code error, std::size_t) {
      const auto header = error ? std::nullopt : parse_relay_header(self->header_);
      header ? self->read_body(*header) : self->close();
    });
  }

  void read_body(RelayHeader header) {
    body_.resize(header.body_bytes);
    asio::async_read(socket_, asio::buffer(body_), [self = shared_from_this(), header](error_code error, std::size_t) {
      if (error || !self->accept(header.kind)) return self->close();
      self->read_header();
    });
  }

  bool accept(RelayFrame kind) {
    if (kind == RelayFrame::interrupt && begun_) {
      cancel();
      return true;
    }
    if (kind != RelayFrame::invocation || begun_) return false;
    auto invocation = parse_invocation(body_);
    if (!invocation) return false;
    begin(std::move(*invocation));
    return true;
  }

  void begin(Invocation invocation) {
    begun_ = running_ = true;
    send(RelayFrame::taken, {});
    const auto finished = [weak = weak_from_this()](ExitStatus status) {
      const auto self = weak.lock();
      if (!self || !self->running_) return;
      self->running_ = false;
      const auto octet = static_cast<std::uint8_t>(status);
      self->send(RelayFrame::exit, {&octet, 1});
    };
    auto end_early = run_(std::move(invocation), std::make_shared<Output>(weak_from_this()), finished);
    if (running_) end_early_ = std::move(end_early);
  }

  void write_next() {
    asio::async_write(
        socket_, asio::buffer(queue_.front()), [self = shared_from_this()](error_code error, std::size_t) {
          if (error) return self->close();
          self->backlog_bytes_ -= std::min(self->backlog_bytes_, self->queue_.front().size() - relay_header_bytes);
          self->queue_.pop_front();
          if (!self->queue_.empty()) return self->write_next();
          if (self->begun_ && !self->running_) self->close();  // the exit status is out
        });
  }

  void close() {
    if (std::exchange(closed_, true)) return;
    cancel();
    running_ = false;
    error_code ignored;
    socket_.close(ignored);
    ended_();
  }

  Local::socket socket_;
  const RunInvocation& run_;
  std::function<void()> ended_;
  std::array<std::uint8_t, relay_header_bytes> header_{};
  Bytes body_;
  std::deque<Bytes> queue_;
  std::size_t backlog_bytes_ = 0;
  std::function<void()> end_early_;
  bool begun_ = false;
  bool running_ = false;
  bool closed_ = false;
};

}  // namespace

class RelayServer::Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(asio::io_context& io, std::filesystem::path path, RunInvocation run)
      : acceptor_{io}, path_{std::move(path)}, run_{std::move(run)} {}

  bool open() {
    error_code error;
    ::unlink(path_.c_str());  // left by an owner that was killed; the profile's lock says that there is none now
    acceptor_.open(Local{}, error);
    if (error) return false;
    const mode_t before = ::umask(0177);
    acceptor_.bind(Local::endpoint{path_.string()}, error);
    ::umask(before);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return !error;
  }

  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, Local::socket socket) {
      if (error) return;
      self->admit(std::move(socket));
      self->accept();
    });
  }

  void stop_accepting() {
    if (!acceptor_.is_open()) return;
    error_code ignored;
    acceptor_.close(ignored);
    ::unlink(path_.c_str());
  }

  void close() {
    stop_accepting();
    idle_ = nullptr;
    for (const auto& peer : std::exchange(peers_, {})) peer->cancel();
  }

  [[nodiscard]] std::size_t running() const { return peers_.size(); }

  void on_idle(std::function<void()> idle) { idle_ = std::move(idle); }

 private:
  void admit(Local::socket socket) {
    if (peers_.size() >= relay_peers_max || !is_own_user(socket)) return;
    auto peer = std::make_shared<Peer>(std::move(socket), run_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->peer_ended();
    });
    peers_.push_back(peer);
    peer->serve();
  }

  // A closed peer keeps itself alive while a handler of its own is on the stack.
  void peer_ended() {
    std::erase_if(peers_, [](const auto& peer) { return !peer->is_open(); });
    if (peers_.empty() && idle_) idle_();
  }

  Local::acceptor acceptor_;
  std::filesystem::path path_;
  RunInvocation run_;
  std::vector<std::shared_ptr<Peer>> peers_;
  std::function<void()> idle_;
};

RelayServer::RelayServer(std::shared_ptr<Acceptor> acceptor) : acceptor_{std::move(acceptor)} {}
RelayServer::~RelayServer() {
  acceptor_->close();
}
void RelayServer::stop_accepting() {
  acceptor_->stop_accepting();
}
std::size_t RelayServer::running() const {
  return acceptor_->running();
}
void RelayServer::on_idle(std::function<void()> idle) {
  acceptor_->on_idle(std::move(idle));
}

std::expected<std::unique_ptr<RelayServer>, RelayError> RelayServer::listen(asio::io_context& io,
                                                                            const std::filesystem::path& path,
                                                                            RunInvocation run) {
  if (path.string().size() >= sizeof sockaddr_un{}.sun_path) return std::unexpected(RelayError::path_too_long);
  auto acceptor = std::make_shared<Acceptor>(io, path, std::move(run));
  if (!acceptor->open()) return std::unexpected(RelayError::io);
  acceptor->accept();
  return std::unique_ptr<RelayServer>{new RelayServer{std::move(acceptor)}};
}

}  // namespace samband::client

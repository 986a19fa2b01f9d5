#include "server/edge/connection.h"

#include <algorithm>
#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <utility>

namespace samband::server::edge {
namespace {

error_code tls_failure(int reason) {
  if (reason == SSL_ERROR_ZERO_RETURN) return net::error::eof;
  if (reason == SSL_ERROR_SYSCALL) return net::error::connection_reset;
  return net::error::connection_aborted;  // not TLS, or tampered with
}

}  // namespace

Connection::Connection(tcp::socket socket, const std::shared_ptr<SSL_CTX>& context)
    : socket_{std::move(socket)},
      context_{context},
      tls_{SSL_new(context.get())},
      last_read_{std::chrono::steady_clock::now()} {
  error_code ignored;
  socket_.native_non_blocking(true, ignored);
  if (tls_) SSL_set_fd(tls_, socket_.native_handle());
}

Connection::~Connection() {
  SSL_free(tls_);
}

net::awaitable<error_code> Connection::handshake() {
  const auto self = shared_from_this();
  if (!tls_) co_return net::error::no_memory;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(tls_);
    if (result == 1) {
      last_read_ = std::chrono::steady_clock::now();
      co_return error_code{};
    }
    const int reason = SSL_get_error(tls_, result);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) co_return tls_failure(reason);
    const auto wait = reason == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write;
    error_code error;
    auto token = net::redirect_error(net::use_awaitable, error);
    co_await socket_.async_wait(wait, token);
    if (error) co_return error;
  }
}

Connection::ReadResult Connection::read_now(net::mutable_buffer into) {
  if (!socket_.is_open()) return {net::error::operation_aborted, 0, {}};
  if (into.size() == 0) return {};
  ERR_clear_error();
  const auto size = static_cast<int>(std::min<std::size_t>(into.size(), record_bytes_max));
  const int result = SSL_read(tls_, into.data(), size);
  if (result > 0) {
    last_read_ = std::chrono::steady_clock::now();
    return {{}, static_cast<std::size_t>(result), {}};
  }
  const int reason = SSL_get_error(tls_, result);
  if (reason == SSL_ERROR_WANT_READ) return {{}, 0, tcp::socket::wait_read};
  if (reason == SSL_ERROR_WANT_WRITE) return {{}, 0, tcp::socket::wait_write};
  return {tls_failure(reason), 0, {}};
}

void Connection::push(FramePtr frame) {
  if (finished_) return;
  queued_bytes_ += frame->size();
  queue_.push_back({std::move(frame), 0, nullptr});
}

std::shared_ptr<Connection::Departure> Connection::push_awaited(FramePtr bytes) {
  auto departure = std::make_shared<Departure>(get_executor());
  departure->gone = finished_;  // nothing follows a close frame; the waiter goes on all the same
  if (!finished_) {
    queued_bytes_ += bytes->size();
    queue_.push_back({std::move(bytes), 0, departure});
  }
  return departure;
}

std::size_t Connection::gather(std::span<std::uint8_t> record) const {
  std::size_t size = 0;
  for (const Piece& piece : queue_) {
    const BytesView rest = BytesView{*piece.bytes}.subspan(piece.offset);
    const std::size_t part = std::min(rest.size(), record.size() - size);
    std::copy_n(rest.begin(), part, record.begin() + static_cast<std::ptrdiff_t>(size));
    size += part;
    if (size == record.size()) break;
  }
  return size;
}

void Connection::consume(std::size_t bytes) {
  queued_bytes_ -= bytes;
  while (bytes > 0) {
    Piece& front = queue_.front();
    const std::size_t part = std::min(bytes, front.bytes->size() - front.offset);
    front.offset += part;
    bytes -= part;
    if (front.offset < front.bytes->size()) return;
    if (front.departure) {
      front.departure->gone = true;
      front.departure->left.cancel();
    }
    queue_.pop_front();
  }
}

void Connection::flush() {
  thread_local std::array<std::uint8_t, record_bytes_max> record;
  while (!waiting_ && socket_.is_open()) {
    if (source_ && !finished_ && queued_bytes_ < record_bytes_max) source_->refill(*this);
    if (queue_.empty()) return;
    // Beginning a record anew after WANT_WRITE, OpenSSL wants the same bytes in front; more may follow them.
    const std::size_t size = gather(record);
    ERR_clear_error();
    const int result = SSL_write(tls_, record.data(), static_cast<int>(size));
    if (result > 0) {
      begun_bytes_ = 0;
      stalled_since_.reset();
      consume(static_cast<std::size_t>(result));
      continue;
    }
    const int reason = SSL_get_error(tls_, result);
    if (reason != SSL_ERROR_WANT_WRITE && reason != SSL_ERROR_WANT_READ) return close();
    begun_bytes_ = size;
    wait_until_writable();
  }
}

void Connection::wait_until_writable() {
  waiting_ = true;
  if (!stalled_since_) stalled_since_ = std::chrono::steady_clock::now();
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code error) {
    self->waiting_ = false;
    if (!error) self->flush();
  });
}

void Connection::finish_with(FramePtr closing, FramePtr close) {
  if (finished_) return;
  // What stays: whole frames, from the one in the middle of which we are to the last one of a record begun.
  std::size_t bytes = 0;
  auto keep = queue_.begin();
  while (keep != queue_.end() && (bytes < begun_bytes_ || keep->offset > 0)) {
    bytes += keep->bytes->size() - keep->offset;
    ++keep;
  }
  for (auto dropped = keep; dropped != queue_.end(); ++dropped) {
    queued_bytes_ -= dropped->bytes->size() - dropped->offset;
    if (dropped->departure) dropped->departure->left.cancel();
  }
  queue_.erase(keep, queue_.end());
  push(std::move(closing));
  push(std::move(close));
  finished_ = true;
  flush();
}

void Connection::hang_up() {
  if (!socket_.is_open() || std::exchange(hung_up_, true)) return;
  if (SSL_is_init_finished(tls_) && begun_bytes_ == 0) {
    ERR_clear_error();
    SSL_shutdown(tls_);  // close_notify, if the socket takes it; nobody waits for the peer's
  }
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Connection::close() {
  if (!socket_.is_open()) return;
  hang_up();
  error_code ignored;
  socket_.close(ignored);
  for (Piece& piece : queue_) {
    if (piece.departure) piece.departure->left.cancel();
  }
  queue_.clear();
  queued_bytes_ = 0;
  source_ = nullptr;
}

void beast_close_socket(Connection& connection) {
  connection.close();
}

void teardown(boost::beast::role_type, Connection&, error_code& error) {
  error = {};
}

}  // namespace samband::server::edge

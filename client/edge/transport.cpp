#include "client/edge/transport.h"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>
#include <deque>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "crypto/suite/signing.h"
#include "server/protocol/messages.h"

namespace samband::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Stream = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;
using boost::system::error_code;

constexpr auto connect_timeout = std::chrono::seconds{10};
constexpr auto idle_timeout = std::chrono::seconds{60};
constexpr std::string_view exporter_label = "EXPORTER-Channel-Binding";
constexpr std::size_t exporter_bytes = 32;

std::optional<Hash> spki_hash(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  const Hash hash = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return hash;
}

// The pin decides. A certificate chain is checked beside it only when the person named what to trust.
bool accepts(bool chain_holds, asio::ssl::verify_context& context, const Hash& pin, bool chain_required) {
  if (chain_required && !chain_holds) return false;
  X509_STORE_CTX* store = context.native_handle();
  if (X509_STORE_CTX_get_error_depth(store) > 0) return true;
  return spki_hash(X509_STORE_CTX_get_current_cert(store)) == pin;
}

asio::ssl::context tls_context(const std::optional<std::string>& trust_file, error_code& error) {
  asio::ssl::context context{asio::ssl::context::tls_client};
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_3_VERSION);
  if (trust_file) context.load_verify_file(*trust_file, error);
  return context;
}

}  // namespace

class Transport::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& io, ServerAddress server, std::optional<std::string> trust_file, TransportEvents events)
      : io_{io},
        server_{std::move(server)},
        trust_file_{std::move(trust_file)},
        events_{std::move(events)},
        tls_{tls_context(trust_file_, tls_error_)},
        stream_{io, tls_} {}

  // Free functions of the coroutine own `self`, so that it outlives whoever holds the Transport.
  static asio::awaitable<void> run(std::shared_ptr<Connection> self) {
    const bool opened = co_await self->open();
    if (opened) co_await self->read();
    self->finish();
  }

  void send(Bytes frame) {
    if (ended_) return;
    queue_.push_back(std::move(frame));
    if (queue_.size() == 1 && open_) write_next();
  }

  void close() {
    fail(TransportError::closed, "closed by this client");
    beast::get_lowest_layer(stream_).cancel();
    beast::get_lowest_layer(stream_).close();
  }

  void forget_listener() { events_ = {}; }

 private:
  asio::awaitable<bool> open() {
    if (tls_error_) co_return fail(TransportError::certificate_untrusted, "the file given to trust can't be read");
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp::resolver resolver{io_};
    const auto addresses = co_await resolver.async_resolve(server_.name, std::to_string(server_.port), token);
    if (error) co_return fail(TransportError::unreachable, error.message());
    beast::get_lowest_layer(stream_).expires_after(connect_timeout);
    co_await beast::get_lowest_layer(stream_).async_connect(addresses, token);
    if (error) co_return fail(TransportError::unreachable, error.message());
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay{true}, ignored);
    const bool trusted = co_await handshake_tls();
    if (!trusted) co_return false;
    co_return co_await handshake_websocket();
  }

  asio::awaitable<bool> handshake_tls() {
    auto& tls = stream_.next_layer();
    // The macro SSL_set_tlsext_host_name, without its old-style cast.
    SSL_ctrl(tls.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, server_.name.data());
    tls.set_verify_mode(asio::ssl::verify_peer);
    tls.set_verify_callback([this](bool chain_holds, asio::ssl::verify_context& context) {
      const bool accepted = accepts(chain_holds, context, server_.spki_pin, trust_file_.has_value());
      key_refused_ = key_refused_ || !accepted;
      return accepted;
    });
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await tls.async_handshake(asio::ssl::stream_base::client, token);
    if (!error) co_return true;
    co_return fail(key_refused_ ? TransportError::certificate_untrusted : TransportError::unreachable, error.message());
  }

  asio::awaitable<bool> handshake_websocket() {
    beast::get_lowest_layer(stream_).expires_never();
    websocket::stream_base::timeout timeout{connect_timeout, idle_timeout, true};
    stream_.set_option(timeout);
    stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, protocol::subprotocol);
    }));
    stream_.read_message_max(protocol::frame_bytes_max);
    stream_.auto_fragment(false);
    stream_.binary(true);
    websocket::response_type response;
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await stream_.async_handshake(response, server_.name, "/", token);
    if (error) co_return fail(TransportError::not_samband, error.message());
    if (response[beast::http::field::sec_websocket_protocol] != protocol::subprotocol) {
      co_return fail(TransportError::not_samband, "the server speaks another protocol");
    }
    co_return announce();
  }

  bool announce() {
    std::array<std::uint8_t, exporter_bytes> binding{};
    if (SSL_export_keying_material(stream_.next_layer().native_handle(), binding.data(), binding.size(),
                                   exporter_label.data(), exporter_label.size(), nullptr, 0, 0) != 1) {
      return fail(TransportError::not_samband, "the TLS session gives no channel binding");
    }
    open_ = true;
    if (events_.opened) events_.opened(binding);
    if (!queue_.empty()) write_next();
    return true;
  }

  asio::awaitable<void> read() {
    beast::flat_buffer buffer;
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    for (;;) {
      co_await stream_.async_read(buffer, token);
      if (error) break;
      const auto frame = buffer.cdata();
      const Bytes bytes{static_cast<const std::uint8_t*>(frame.data()),
                        static_cast<const std::uint8_t*>(frame.data()) + frame.size()};
      buffer.consume(buffer.size());
      if (events_.received) events_.received(bytes);
    }
    fail(TransportError::closed, error.message());
  }

  void write_next() {
    stream_.async_write(asio::buffer(queue_.front()), [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return;  // the reader sees the end too, and reports it
      self->queue_.pop_front();
      if (!self->queue_.empty()) self->write_next();
    });
  }

  // The first failure is the one that is told.
  bool fail(TransportError error, std::string detail) {
    if (!failure_) failure_ = TransportFailure{error, std::move(detail)};
    return false;
  }

  void finish() {
    ended_ = true;
    beast::get_lowest_layer(stream_).close();
    const auto ended = std::move(events_.ended);
    events_ = {};
    if (ended) ended(failure_.value_or(TransportFailure{TransportError::closed, ""}));
  }

  asio::io_context& io_;
  ServerAddress server_;
  std::optional<std::string> trust_file_;
  TransportEvents events_;
  error_code tls_error_;
  asio::ssl::context tls_;
  Stream stream_;
  std::deque<Bytes> queue_;
  std::optional<TransportFailure> failure_;
  bool key_refused_ = false;
  bool open_ = false;
  bool ended_ = false;
};

Transport::Transport(asio::io_context& io, ServerAddress server, std::optional<std::string> trust_file,
                     TransportEvents events)
    : connection_{std::make_shared<Connection>(io, std::move(server), std::move(trust_file), std::move(events))} {
  asio::co_spawn(io, Connection::run(connection_), asio::detached);
}

Transport::~Transport() {
  connection_->forget_listener();
  connection_->close();
}

void Transport::send(Bytes frame) {
  connection_->send(std::move(frame));
}

void Transport::close() {
  connection_->close();
}

}  // namespace samband::client

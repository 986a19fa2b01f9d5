// The words of the edge's tests: a folder that goes away again, a server in this process, and a peer that knows
// nothing but TLS and WebSocket.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "server/edge/init.h"
#include "server/edge/net.h"
#include "server/edge/server.h"
#include "server/protocol/codec.h"

namespace samband::server::edge::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "samband-edge-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) std::abort();
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline WallTime wall_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

// A new server in a folder of its own, on a free port of loopback.
class RunningServer {
 public:
  explicit RunningServer(const std::function<void(Configuration&)>& change = [](Configuration&) {}) {
    const auto made = initialise(folder_.path() / "server", "localhost", {"127.0.0.1", 0}, wall_now());
    if (!made) throw std::runtime_error{made.error()};
    configuration = *read_configuration(made->configuration);
    configuration.http.port = 0;
    configuration.io_threads = 2;
    configuration.log_level = "error";
    configuration.limits.disk_reserve_bytes = 0;
    change(configuration);
    start();
  }
  ~RunningServer() { stop(); }

  void start() {
    // Stores of tests may come from a noon that was made up.
    auto opened = Server::open(configuration, {.sockets = {}, .clock_is_right = true});
    if (!opened) throw std::runtime_error{opened.error()};
    server_ = std::move(*opened);
    thread_ = std::thread{[this] { server_->run(); }};
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }
  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] std::uint16_t port() const { return server_->address().port; }
  [[nodiscard]] std::uint16_t http_port() const { return server_->http_address().port; }

  Configuration configuration;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

// How a connection ended, as its peer saw it.
struct Ending {
  std::optional<protocol::Closing> closing;
  std::uint16_t close_code = 0;
};

class RawPeer {
 public:
  using Tls = boost::asio::ssl::stream<boost::beast::tcp_stream>;
  using WebSocket = boost::beast::websocket::stream<Tls>;
  static constexpr std::chrono::seconds patience{20};

  // `receive_buffer_bytes`: of the socket; 0 leaves it to the system.
  explicit RawPeer(std::uint16_t port, int receive_buffer_bytes = 0)
      : tls_context_{boost::asio::ssl::context::tls_client} {
    socket_ = std::make_unique<WebSocket>(context_, tls_context_);
    auto& tcp_stream = boost::beast::get_lowest_layer(*socket_);
    tcp_stream.expires_never();
    tcp_stream.socket().open(boost::asio::ip::tcp::v4());
    if (receive_buffer_bytes > 0) {
      tcp_stream.socket().set_option(boost::asio::socket_base::receive_buffer_size{receive_buffer_bytes});
    }
    tcp_stream.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port});
    const timeval wait{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(tcp_stream.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  }

  // TLS and the upgrade; `origin` and `subprotocol` may be empty.
  boost::system::error_code open(const std::string& origin = "", const std::string& subprotocol = "samband.v1") {
    namespace websocket = boost::beast::websocket;
    boost::system::error_code error;
    socket_->next_layer().handshake(boost::asio::ssl::stream_base::client, error);
    if (error) return error;
    socket_->set_option(websocket::stream_base::decorator([=](websocket::request_type& request) {
      if (!subprotocol.empty()) request.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
      if (!origin.empty()) request.set(boost::beast::http::field::origin, origin);
    }));
    socket_->binary(true);
    socket_->handshake(response_, "localhost", "/", error);
    return error;
  }

  [[nodiscard]] const boost::beast::websocket::response_type& response() const { return response_; }
  [[nodiscard]] WebSocket& socket() { return *socket_; }

  bool send(BytesView frame) {
    boost::system::error_code error;
    socket_->write(boost::asio::buffer(frame.data(), frame.size()), error);
    return !error;
  }
  bool send(const protocol::ClientFrame& frame) { return send(protocol::encode_client_frame(frame)); }

  // nullopt when the connection has ended.
  std::optional<protocol::ServerFrame> receive() {
    boost::beast::flat_buffer buffer;
    boost::system::error_code error;
    socket_->read(buffer, error);
    if (error) return std::nullopt;
    auto frame = protocol::parse_server_frame({static_cast<const std::uint8_t*>(buffer.cdata().data()), buffer.size()});
    if (!frame) return std::nullopt;
    return std::move(*frame);
  }

  // Reads until the connection ends.
  Ending read_to_the_end() {
    Ending ending;
    while (auto frame = receive()) {
      if (auto* closing = std::get_if<protocol::Closing>(&*frame)) ending.closing = *closing;
    }
    ending.close_code = socket_->reason().code;
    return ending;
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ssl::context tls_context_;
  std::unique_ptr<WebSocket> socket_;
  boost::beast::websocket::response_type response_;
};

// One GET over plain HTTP: status and body.
inline std::pair<unsigned, std::string> get(std::uint16_t port, const std::string& target) {
  namespace http = boost::beast::http;
  boost::asio::io_context context;
  boost::beast::tcp_stream stream{context};
  stream.socket().connect({boost::asio::ip::make_address("127.0.0.1"), port});
  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, "localhost");
  http::write(stream, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(stream, buffer, response);
  return {response.result_int(), response.body()};
}

}  // namespace samband::server::edge::testing

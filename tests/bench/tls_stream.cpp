#include "tests/bench/tls_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "crypto/suite/signing.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr int wait_milliseconds_max = 30'000;
constexpr int backlog = 128;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(made >= 0, "no socket can be made");
  return made;
}

// The sockets API takes every kind of address as this one.
sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

}  // namespace

std::shared_ptr<SSL_CTX> client_tls() {
  std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  must(context && SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1, "TLS can't be set up");
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  return context;
}

LoopbackListener::LoopbackListener() : socket_{new_socket()} {
  sockaddr_in address = loopback(0);
  must(::bind(socket_, generic(address), sizeof address) == 0 && ::listen(socket_, backlog) == 0,
       "no port of loopback is free");
}

LoopbackListener::~LoopbackListener() {
  ::close(socket_);
}

std::uint16_t LoopbackListener::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  must(::getsockname(socket_, generic(address), &size) == 0, "a socket has no address");
  return ntohs(address.sin_port);
}

int LoopbackListener::accept() const {
  const int accepted = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  must(accepted >= 0, "a connection was not accepted");
  return accepted;
}

TlsStream::TlsStream(SSL_CTX& context, int socket) : socket_{socket}, session_{SSL_new(&context)} {
  const int yes = 1;
  must(::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0, "a socket refused TCP_NODELAY");
  must(::fcntl(socket_, F_SETFL, O_NONBLOCK) == 0, "a socket refused O_NONBLOCK");
  must(session_ != nullptr && SSL_set_fd(session_, socket_) == 1, "TLS can't be set up");
}

TlsStream TlsStream::connect(SSL_CTX& context, std::uint16_t port) {
  const int socket = new_socket();
  sockaddr_in address = loopback(port);
  must(::connect(socket, generic(address), sizeof address) == 0, "nobody listens");
  TlsStream stream{context, socket};
  stream.finish(&SSL_connect);
  return stream;
}

TlsStream TlsStream::accept(SSL_CTX& context, int socket) {
  TlsStream stream{context, socket};
  stream.finish(&SSL_accept);
  return stream;
}

TlsStream::TlsStream(TlsStream&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, session_{std::exchange(other.session_, nullptr)} {}

TlsStream::~TlsStream() {
  SSL_free(session_);
  if (socket_ >= 0) ::close(socket_);
}

void TlsStream::wait_for(short events) const {
  pollfd wanted{socket_, events, 0};
  must(::poll(&wanted, 1, wait_milliseconds_max) == 1, "the other end of a connection does nothing");
}

void TlsStream::wait_readable() const {
  wait_for(POLLIN);
}

void TlsStream::finish(int (*handshake)(SSL*)) {
  for (;;) {
    const int result = handshake(session_);
    if (result == 1) return;
    const int error = SSL_get_error(session_, result);
    must(error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE, "a TLS handshake failed");
    wait_for(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
  }
}

Hash TlsStream::peer_key_pin() const {
  X509* certificate = SSL_get0_peer_certificate(session_);
  must(certificate != nullptr, "the server has no certificate");
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  must(size > 0, "the server's key can't be read");
  const Hash pin = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return pin;
}

Bytes TlsStream::channel_binding() const {
  constexpr std::string_view label = "EXPORTER-Channel-Binding";
  Bytes out(32);
  must(SSL_export_keying_material(session_, out.data(), out.size(), label.data(), label.size(), nullptr, 0, 0) == 1,
       "the TLS session gives no channel binding");
  return out;
}

std::size_t TlsStream::read_some(std::span<std::uint8_t> out) {
  std::size_t read = 0;
  const int result = SSL_read_ex(session_, out.data(), out.size(), &read);
  if (result == 1) return read;
  must(SSL_get_error(session_, result) == SSL_ERROR_WANT_READ, "a connection has ended");
  return 0;
}

void TlsStream::write_all(BytesView bytes) {
  while (!bytes.empty()) {
    std::size_t written = 0;
    const int result = SSL_write_ex(session_, bytes.data(), bytes.size(), &written);
    if (result == 1) {
      bytes = bytes.subspan(written);
      continue;
    }
    must(SSL_get_error(session_, result) == SSL_ERROR_WANT_WRITE, "a connection takes no more");
    wait_for(POLLOUT);
  }
}

}  // namespace samband::bench

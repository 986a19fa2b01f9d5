// TLS straight on a non-blocking socket, on loopback: as little as can stand between a benchmark and the machine.
#pragma once

#include <cstdint>
#include <memory>
#include <openssl/ssl.h>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::bench {

// TLS 1.3. Certificates are not looked at: `TlsStream::peer_key_pin` is compared instead.
[[nodiscard]] std::shared_ptr<SSL_CTX> client_tls();

// Listens on a free port of 127.0.0.1.
class LoopbackListener {
 public:
  LoopbackListener();
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] int accept() const;  // the socket of the next connection

 private:
  int socket_;
};

class TlsStream {
 public:
  // Both wait for the handshake.
  [[nodiscard]] static TlsStream connect(SSL_CTX& context, std::uint16_t port);
  [[nodiscard]] static TlsStream accept(SSL_CTX& context, int socket);
  ~TlsStream();
  TlsStream(TlsStream&& other) noexcept;
  TlsStream& operator=(TlsStream&&) = delete;

  [[nodiscard]] int socket() const { return socket_; }
  // SHA-256 of the peer's SubjectPublicKeyInfo.
  [[nodiscard]] Hash peer_key_pin() const;
  [[nodiscard]] Bytes channel_binding() const;  // RFC 9266

  // What has come, into `out`: 0 when there is nothing yet. Gives up when the peer has ended.
  [[nodiscard]] std::size_t read_some(std::span<std::uint8_t> out);
  // Gives up after `wait_milliseconds_max` without progress, both.
  void wait_readable() const;
  void write_all(BytesView bytes);

 private:
  TlsStream(SSL_CTX& context, int socket);
  void wait_for(short events) const;
  void finish(int (*handshake)(SSL*));

  int socket_;
  SSL* session_;
};

}  // namespace samband::bench

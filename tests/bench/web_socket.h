// As much of WebSocket (RFC 6455) as a client of one server needs, without a buffer or a copy too many.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/bytes/bytes.h"
#include "tests/bench/tls_stream.h"

namespace samband::bench {

enum class Opcode : std::uint8_t { binary = 2, close = 8, ping = 9, pong = 10 };

// A frame of a server, and one of a client (masked, §5.3).
[[nodiscard]] Bytes server_frame(Opcode opcode, BytesView payload);
[[nodiscard]] Bytes client_frame(Opcode opcode, BytesView payload);

// Asks for `subprotocol` on an open stream. What came behind the answer is returned.
[[nodiscard]] Bytes upgrade(TlsStream& stream, std::string_view host, std::string_view subprotocol);

// Takes the frames of a server out of the bytes of a stream, in whatever pieces they come.
class FrameSplitter {
 public:
  // Calls `visit(Opcode, BytesView payload)` for each frame that `bytes` completes. Views live for that call.
  template <class Visit>
  void split(BytesView bytes, Visit&& visit) {
    if (!begun_.empty()) {
      begun_.insert(begun_.end(), bytes.begin(), bytes.end());
      const std::size_t left = visit_whole(begun_, visit).size();
      begun_.erase(begun_.begin(), begun_.end() - static_cast<std::ptrdiff_t>(left));
      return;
    }
    const BytesView rest = visit_whole(bytes, visit);
    begun_.assign(rest.begin(), rest.end());
  }

 private:
  struct Frame {
    Opcode opcode;
    BytesView payload;
    std::size_t wire_bytes;
  };
  // nullopt while its end is missing.
  [[nodiscard]] static std::optional<Frame> first_frame(BytesView bytes);

  // Returns what is left: the beginning of a frame, or nothing.
  template <class Visit>
  static BytesView visit_whole(BytesView bytes, Visit& visit) {
    while (const auto frame = first_frame(bytes)) {
      visit(frame->opcode, frame->payload);
      bytes = bytes.subspan(frame->wire_bytes);
    }
    return bytes;
  }

  Bytes begun_;  // the beginning of a frame; empty between frames
};

// A client's end of a connection that carries frames.
class FrameStream {
 public:
  explicit FrameStream(TlsStream stream) : stream_{std::move(stream)} {}

  [[nodiscard]] TlsStream& stream() { return stream_; }
  // Bytes that were read together with something else.
  template <class Visit>
  void receive(BytesView bytes, Visit&& visit) {
    splitter_.split(bytes, [&](Opcode opcode, BytesView content) {
      if (opcode == Opcode::binary) return visit(content);
      answer(opcode, content);
    });
  }
  // Reads what has come, without waiting; `visit` gets the content of each binary frame. Pings are answered.
  template <class Visit>
  void receive(Visit&& visit) {
    std::array<std::uint8_t, std::size_t{16} << 10U> chunk;  // a TLS record; not filled before it is read into
    while (const std::size_t size = stream_.read_some(chunk)) receive(BytesView{chunk}.first(size), visit);
  }

 private:
  void answer(Opcode opcode, BytesView content);

  TlsStream stream_;
  FrameSplitter splitter_;
};

}  // namespace samband::bench

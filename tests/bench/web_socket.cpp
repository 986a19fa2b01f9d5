#include "tests/bench/web_socket.h"

#include <array>
#include <string>

#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_of_two = 126;
constexpr std::uint8_t length_of_eight = 127;
constexpr std::size_t answer_bytes_max = 4096;
// The mask protects intermediaries from the payload of a hostile page; here it only has to be there.
constexpr std::array<std::uint8_t, 4> mask{0x37, 0xfa, 0x21, 0x3d};

void write_header(Bytes& out, Opcode opcode, std::size_t size, std::uint8_t mask_flag) {
  out.push_back(static_cast<std::uint8_t>(final_bit | static_cast<std::uint8_t>(opcode)));
  const auto write_size = [&](std::uint8_t first, unsigned bytes) {
    out.push_back(static_cast<std::uint8_t>(mask_flag | first));
    for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
  };
  if (size < length_of_two) {
    write_size(static_cast<std::uint8_t>(size), 0);
  } else if (size <= 0xffff) {
    write_size(length_of_two, 2);
  } else {
    write_size(length_of_eight, 8);
  }
}

}  // namespace

Bytes server_frame(Opcode opcode, BytesView payload) {
  Bytes out;
  write_header(out, opcode, payload.size(), 0);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Bytes client_frame(Opcode opcode, BytesView payload) {
  Bytes out;
  write_header(out, opcode, payload.size(), mask_bit);
  out.insert(out.end(), mask.begin(), mask.end());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<std::uint8_t>(payload[i] ^ mask[i % mask.size()]));
  }
  return out;
}

Bytes upgrade(TlsStream& stream, std::string_view host, std::string_view subprotocol) {
  std::string request = "GET / HTTP/1.1\r\nHost: ";
  request.append(host).append("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  request.append("Sec-WebSocket-Key: c2FtYmFuZCBtZWFzdXJlcw==\r\nSec-WebSocket-Protocol: ");
  request.append(subprotocol).append("\r\n\r\n");
  stream.write_all(view_of(request));

  std::string answer;
  std::size_t end = std::string::npos;
  while ((end = answer.find("\r\n\r\n")) == std::string::npos) {
    must(answer.size() < answer_bytes_max, "the server's HTTP answer has no end");
    stream.wait_readable();
    std::array<std::uint8_t, answer_bytes_max> chunk{};
    const std::size_t size = stream.read_some(chunk);
    answer.append(text_of(BytesView{chunk}.first(size)));
  }
  must(answer.starts_with("HTTP/1.1 101"), "the server is no WebSocket of this protocol");
  return copy_of(view_of(std::string_view{answer}.substr(end + 4)));
}

std::optional<FrameSplitter::Frame> FrameSplitter::first_frame(BytesView bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto opcode = static_cast<Opcode>(bytes[0] & 0x0FU);
  must((bytes[0] & final_bit) != 0 && (bytes[1] & mask_bit) == 0, "the server sent a frame in parts, or masked");
  std::size_t header = 2;
  std::uint64_t size = bytes[1];
  if (size >= length_of_two) {
    const std::size_t wide = size == length_of_two ? 2 : 8;
    if (bytes.size() < header + wide) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < wide; ++i) size = size << 8U | bytes[header + i];
    header += wide;
  }
  if (bytes.size() < header + size) return std::nullopt;
  return Frame{opcode, bytes.subspan(header, size), header + size};
}

void FrameStream::answer(Opcode opcode, BytesView content) {
  must(opcode == Opcode::ping, "the server closed a connection");
  stream_.write_all(client_frame(Opcode::pong, content));
}

}  // namespace samband::bench

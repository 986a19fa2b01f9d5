#include "client/edge/relay_frames.h"

#include "client/edge/relay.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband::client {
namespace {

constexpr std::size_t arguments_max = 1024;

std::string read_text(Reader& in) {
  return std::string{text_of(in.bytes(relay_frame_bytes_max))};
}

}  // namespace

Bytes relay_frame(RelayFrame kind, BytesView body) {
  Writer out;
  out.reserve(relay_header_bytes + body.size());
  out.u32(static_cast<std::uint32_t>(body.size()));
  out.u8(static_cast<std::uint8_t>(kind));
  out.fixed(body);
  return out.take();
}

std::optional<RelayHeader> parse_relay_header(BytesView header) {
  Reader in{header};
  const std::size_t size = in.u32();
  const auto kind = static_cast<RelayFrame>(in.u8());
  if (in.finish() || size > relay_frame_bytes_max) return std::nullopt;
  switch (kind) {
    case RelayFrame::invocation:
    case RelayFrame::interrupt:
    case RelayFrame::out:
    case RelayFrame::err:
    case RelayFrame::exit:
    case RelayFrame::taken: return RelayHeader{kind, size};
  }
  return std::nullopt;
}

Bytes encode(const Invocation& invocation) {
  Writer out;
  out.vector([&](Writer& items) {
    for (const std::string& argument : invocation.arguments) items.bytes(view_of(argument));
  });
  out.bytes(view_of(invocation.folder));
  out.bytes(view_of(invocation.language));
  out.presence(invocation.terminal);
  out.bytes(view_of(invocation.input));
  return out.take();
}

std::optional<Invocation> parse_invocation(BytesView body) {
  Reader in{body};
  Invocation invocation;
  Reader arguments = in.vector(relay_frame_bytes_max);
  while (!arguments.at_end() && invocation.arguments.size() < arguments_max) {
    invocation.arguments.push_back(read_text(arguments));
  }
  if (!arguments.at_end()) arguments.fail(ParseError::too_long);
  in.join(arguments);
  invocation.folder = read_text(in);
  invocation.language = read_text(in);
  invocation.terminal = in.presence();
  invocation.input = read_text(in);
  if (in.finish()) return std::nullopt;
  return invocation;
}

}  // namespace samband::client

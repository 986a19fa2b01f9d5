#include "tests/bench/session.h"

#include <fmt/format.h>

#include "crypto/suite/signing.h"
#include "server/protocol/codec.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

void give_up_if_refused(const protocol::ReplyBody& body) {
  const auto* refused = std::get_if<protocol::Refused>(&body);
  if (refused == nullptr) return;
  give_up(
      fmt::format("the server refused a request: status {}, {}", static_cast<int>(refused->status), refused->detail));
}

void give_up_if_closing(const protocol::ServerFrame& frame) {
  if (const auto* closing = std::get_if<protocol::Closing>(&frame)) {
    give_up(fmt::format("the server closed a connection: status {}, {}", static_cast<int>(closing->status),
                        closing->detail));
  }
}

protocol::ServerFrame parse(BytesView content) {
  return must(protocol::parse_server_frame(content), "the server sent what is no frame");
}

TlsStream connect(SSL_CTX& tls, const identity::Invitation& server) {
  TlsStream stream = TlsStream::connect(tls, server.server_port);
  must(stream.peer_key_pin() == server.server_key_pin, "the server has another key than its invitation says");
  return stream;
}

}  // namespace

Session::Session(SSL_CTX& tls, const identity::Invitation& server) : stream_{connect(tls, server)} {
  const Bytes behind = upgrade(stream_.stream(), server.server_name, protocol::subprotocol);
  stream_.receive(behind, [this](BytesView content) { waiting_.push_back(copy_of(content)); });
  const protocol::ServerFrame first = next_frame();
  const auto* hello = std::get_if<protocol::Hello>(&first);
  must(hello != nullptr, "the server did not begin with Hello");
  hello_ = *hello;
  counters_.resize(hello_.shard_count + 1U);
}

protocol::ServerFrame Session::next_frame() {
  while (waiting_.empty()) {
    stream_.stream().wait_readable();
    stream_.receive([this](BytesView content) { waiting_.push_back(copy_of(content)); });
  }
  const Bytes content = std::move(waiting_.front());
  waiting_.pop_front();
  protocol::ServerFrame frame = parse(content);
  give_up_if_closing(frame);
  return frame;
}

std::size_t Session::take_answers() {
  std::size_t answers = 0;
  stream_.receive([&](BytesView content) {
    const protocol::ServerFrame frame = parse(content);
    give_up_if_closing(frame);
    if (const auto* reply = std::get_if<protocol::Reply>(&frame)) {
      give_up_if_refused(reply->body);
      ++answers;
    }
  });
  return answers;
}

void Session::log_in(const EnrolledDevice& device) {
  const Bytes content = protocol::login_content(hello_.server_name, device.id, hello_.nonce.view(),
                                                protocol::Binding::tls_exporter, stream_.stream().channel_binding());
  const protocol::Login login{.device = device.id,
                              .signature = sign_statement(device.signature_key->private_key.view(), "login", content)};
  send(client_frame(Opcode::binary, protocol::encode_client_frame(login)));
  for (;;) {
    const protocol::ServerFrame frame = next_frame();
    if (const auto* accepted = std::get_if<protocol::LoginAccepted>(&frame)) {
      counters_ = accepted->counters;
      return;
    }
  }
}

Bytes Session::encode(protocol::RequestBody body) {
  protocol::Request request{.tag = ++tag_, .counter = 0, .body = std::move(body)};
  if (protocol::is_counted(request.body)) {
    request.counter = ++counters_.at(protocol::shard_for(request.body, hello_.shard_count));
  }
  return client_frame(Opcode::binary, protocol::encode_client_frame(request));
}

protocol::ReplyBody Session::ask(protocol::RequestBody body) {
  send(encode(std::move(body)));
  for (;;) {
    protocol::ServerFrame frame = next_frame();
    auto* reply = std::get_if<protocol::Reply>(&frame);
    if (reply == nullptr || reply->tag != tag_) continue;
    give_up_if_refused(reply->body);
    return std::move(reply->body);
  }
}

}  // namespace samband::bench

// What crosses the wire between client and server, and what is said in it.
#include "client/core/content/content.h"
#include "client/edge/relay_frames.h"
#include "crypto/codec/hex.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/entry_bodies.h"
#include "server/protocol/examples.h"
#include "server/protocol/statements.h"
#include "tests/fuzzing/seeds.h"

namespace samband::fuzzing {
namespace {

void add_frames(Seeds& seeds) {
  protocol::Examples examples;
  for (const protocol::RequestBody& body : examples.every_request()) {
    seeds.add("server.protocol.client_frame_fuzz", protocol::encode_client_frame(examples.request(body)));
    seeds.add("server.protocol.client_frame_fuzz", protocol::encode_request_body(body));
  }
  for (const protocol::ServerFrame& frame : examples.every_server_frame()) {
    seeds.add("server.protocol.server_frame_fuzz", protocol::encode_server_frame(frame));
    if (const auto* reply = std::get_if<protocol::Reply>(&frame)) {
      seeds.add("server.protocol.server_frame_fuzz", protocol::encode_reply_body(reply->body));
    }
  }
  for (const protocol::AdminRequest& request : examples.every_admin_request()) {
    seeds.add("server.protocol.admin_fuzz", protocol::encode_admin_request(request));
  }
  for (const protocol::AdminReply& reply : examples.every_admin_reply()) {
    seeds.add("server.protocol.admin_fuzz", protocol::encode_admin_reply(reply));
  }
}

void add_statements(Seeds& seeds) {
  const std::string target = "server.protocol.statement_fuzz";
  const KeyPair key = ed25519_key_pair(Bytes(32, 7));
  const std::vector<protocol::StatementBody> bodies{
      protocol::LeaveRequest{}, protocol::Complaint{4, {}, "kan ikke lese"}, protocol::KeyRequest{2, Bytes(32, 1)},
      protocol::Restart{Bytes(16, 1), Bytes(32, 2), {}, Bytes(16, 3)}};
  for (const protocol::StatementBody& body : bodies) {
    seeds.add(target, encode(sign(protocol::Statement{{}, {}, Bytes(16, 4), 5, body}, key.private_key.view())));
  }
  const protocol::CreatedBody created{Bytes(40, 1), Bytes(50, 2)};
  seeds.add(target, encode(created));
  seeds.add(target, encode(protocol::RestartBody{Bytes(60, 3), created}));
  seeds.add(target, encode(protocol::ReleaseBody{{}, WallTime{7}, {}}));
  seeds.add(target, encode(protocol::AuthenticatedData{{{}, {}}, Hash{}, {1, 5}, {2}, GuidanceId{}}));
}

void add_contents(Seeds& seeds) {
  const std::string target = "client.core.content.content_fuzz";
  client::Content text = client::text_message({}, "Møtereferat", "nb");
  client::set_channel_head(text, {300, Hash{}});
  text.set_extension_bytes(client::extension_tree_head, Bytes(20, 4));
  text.set_extension_text(client::extension_guard_reason, "avtalt");
  client::NestedPart file{client::Disposition::attachment, "",
                          client::ExternalPart{.content_type = "application/pdf", .size = 5}};
  client::Content document = text;
  document.body = {client::Disposition::render, "",
                   client::MultiPart{client::PartSemantics::process_all, {text.body, file}}};
  for (const client::Content& content :
       {text, document, client::reply({}, {}, "ja", "nb"), client::edit({}, {}, "x", "nn"), client::deletion({}, {}),
        client::reaction({}, {}, "👍")}) {
    seeds.add(target, client::encode(content));
  }
}

}  // namespace

void add_protocol_seeds(Seeds& seeds) {
  add_frames(seeds);
  add_statements(seeds);
  add_contents(seeds);
  seeds.add_examples("crypto.identity.statement_fuzz", "crypto/identity/seeds");
  seeds.add_examples("crypto.identity.invitation_fuzz", "crypto/identity/seeds/invitation");
  seeds.add_examples("crypto.transparency.tree_head_fuzz", "crypto/transparency/seeds/tree_head");
  seeds.add("client.edge.relay_fuzz",
            client::encode(client::Invocation{{"send", "Kanal", "-"}, "/home", "nb", true, "Hei"}));
  seeds.add("client.edge.relay_fuzz", BytesView{client::relay_frame(client::RelayFrame::out, {})});
  seeds.add("crypto.codec.reader_fuzz", Bytes{0x5a, 0x01, 0x02, 0x40, 0x41, 0x03, 0x04});
  seeds.add("crypto.codec.reader_fuzz", view_of(std::string{"x"} + to_base64url(Bytes{1, 2, 3, 4})));
}

}  // namespace samband::fuzzing

// Every structure but MLSMessage: each decoder gets the same bytes, and what one of them parses it writes again as it
// was.
#include "crypto/codec/fuzzing.h"
#include "crypto/mls/wire/message.h"
#include "crypto/mls/wire/node.h"

namespace {

using namespace samband;
using namespace samband::mls;
using fuzzing::expect_one_encoding;

void check_parts_of_a_tree(BytesView wire) {
  expect_one_encoding(wire, parse_credential);
  expect_one_encoding(wire, parse_leaf_node);
  expect_one_encoding(wire, parse_key_package);
  expect_one_encoding(wire, [](BytesView bytes) { return parse_whole(bytes, read_parent_node); });
  expect_one_encoding(wire, parse_ratchet_tree, encode_ratchet_tree);
}

void check_extensions(BytesView wire) {
  expect_one_encoding(
      wire, [](BytesView bytes) { return parse_whole(bytes, read_extensions); },
      [](const Extensions& extensions) {
        Writer out;
        write_extensions(out, extensions);
        return out.take();
      });
  expect_one_encoding(wire, parse_required_capabilities);
  expect_one_encoding(wire, parse_external_pub);
  expect_one_encoding(wire, parse_external_senders, encode_external_senders);
}

void check_commits(BytesView wire) {
  expect_one_encoding(wire, parse_pre_shared_key_id);
  expect_one_encoding(wire, parse_proposal);
  expect_one_encoding(wire, parse_update_path);
  expect_one_encoding(wire, parse_commit);
}

void check_framing(BytesView wire) {
  expect_one_encoding(wire, parse_authenticated_content);
  expect_one_encoding(wire, parse_public_message);
  expect_one_encoding(wire, parse_private_message);
  expect_one_encoding(wire, parse_sender_data);
  for (const ContentType type : {ContentType::application, ContentType::proposal, ContentType::commit}) {
    expect_one_encoding(wire, [&](BytesView bytes) { return parse_private_message_content(bytes, type); });
  }
}

void check_joining(BytesView wire) {
  expect_one_encoding(wire, parse_group_context);
  expect_one_encoding(wire, parse_group_info);
  expect_one_encoding(wire, parse_group_secrets, encode_group_secrets);
  expect_one_encoding(wire, parse_welcome);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView wire{data, size};
  check_parts_of_a_tree(wire);
  check_extensions(wire);
  check_commits(wire);
  check_framing(wire);
  check_joining(wire);
  return 0;
}

// deserialization.json (RFC 9420 §2.1.2) and messages.json (the structures of §6, §7, §12, parsed and encoded back).
// Tests only.
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"
#include "crypto/mls/wire/node.h"

namespace samband::vectors {

using namespace mls;

namespace {

template <class T, class Encode>
void expect_round_trip(const Field& field, std::expected<T, ParseError> (*parse)(BytesView), Encode encode_back) {
  field.require(equal(encode_back(parsed(field, parse)), field.bytes()), "is encoded back to other bytes");
}

template <class Body>
void expect_message(const Field& field) {
  field.require(encode_mls_message(parsed_message<Body>(field)) == field.bytes(), "is encoded back to other bytes");
}

void expect_public_message(const Field& field, ContentType type) {
  expect_message<PublicMessage>(field);
  field.require(content_type(parsed_message<PublicMessage>(field).content.content) == type, "is of another type");
}

// A structure that the vectors hold without anything around it.
template <class T>
void expect_bare(const Field& field, T (*read)(Reader&)) {
  const Bytes wire = field.bytes();
  const auto value = parse_whole(wire, read);
  if (!value) field.fail(describe(value.error()));
  field.require(encode(*value) == wire, "is encoded back to other bytes");
}

}  // namespace

// A header alone shows the length it was read as: one byte less is too little room, that many are missing.
void check_deserialization(const Field& test_case) {
  const Bytes header = test_case["vlbytes_header"].bytes();
  const Field length_field = test_case["length"];
  const auto length = static_cast<std::size_t>(length_field.number(vector_bytes_max));
  Reader in{header};
  std::ignore = in.bytes(length);
  test_case["vlbytes_header"].require(in.position() == header.size(), "is more or less than a header");
  const auto outcome = length == 0 ? std::nullopt : std::optional{ParseError::truncated};
  length_field.require(in.finish() == outcome, "is not what the header says");
  if (length == 0) return;
  Reader too_small{header};
  std::ignore = too_small.bytes(length - 1);
  length_field.require(too_small.finish() == ParseError::too_long, "is more than the header says");
}

void check_messages(const Field& test_case) {
  expect_message<Welcome>(test_case["mls_welcome"]);
  expect_message<GroupInfo>(test_case["mls_group_info"]);
  expect_message<KeyPackage>(test_case["mls_key_package"]);
  expect_public_message(test_case["public_message_application"], ContentType::application);
  expect_public_message(test_case["public_message_proposal"], ContentType::proposal);
  expect_public_message(test_case["public_message_commit"], ContentType::commit);
  expect_message<PrivateMessage>(test_case["private_message"]);

  expect_round_trip(test_case["ratchet_tree"], parse_ratchet_tree, encode_ratchet_tree);
  expect_round_trip(test_case["group_secrets"], parse_group_secrets,
                    [](const GroupSecrets& secrets) { return copy_of(encode_group_secrets(secrets).view()); });

  expect_bare(test_case["add_proposal"], read_add);
  expect_bare(test_case["update_proposal"], read_update);
  expect_bare(test_case["remove_proposal"], read_remove);
  expect_bare(test_case["pre_shared_key_proposal"], read_pre_shared_key);
  expect_bare(test_case["re_init_proposal"], read_reinit);
  expect_bare(test_case["external_init_proposal"], read_external_init);
  expect_bare(test_case["group_context_extensions_proposal"], read_group_context_extensions);
  expect_bare(test_case["commit"], read_commit);
}

}  // namespace samband::vectors

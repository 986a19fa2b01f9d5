#include "crypto/transparency/tree_head.h"

#include "crypto/bytes/check.h"
#include "crypto/suite/signing.h"

namespace samband::transparency {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::string_view purpose = "tree head";

void write_body(Writer& out, const TreeHead& body) {
  out.u8(version);
  out.fixed(body.log_id.view());
  out.u64(body.tree_size);
  out.u64(body.at.ms);
  out.fixed(body.root.view());
}

Bytes encode_body(const TreeHead& body) {
  Writer out;
  write_body(out, body);
  return out.take();
}

}  // namespace

Hash log_id_of(const LogPublicKey& log_key) {
  return hash_statement("log key", log_key.view());
}

SignedTreeHead sign(const TreeHead& body, BytesView log_private_key) {
  const auto signature = LogSignature::of(sign_statement(log_private_key, purpose, encode_body(body)));
  SAMBAND_CHECK(signature.has_value());
  return {body, *signature};
}

bool verify(const SignedTreeHead& head, const LogPublicKey& log_key) {
  return head.body.log_id == log_id_of(log_key) &&
         verify_statement(log_key.view(), purpose, encode_body(head.body), head.signature.view());
}

SignedTreeHead read_signed_tree_head(Reader& in) {
  if (in.u8() != version) in.fail(ParseError::unknown_value);
  SignedTreeHead head;
  head.body.log_id = in.id<Hash>();
  head.body.tree_size = in.u64();
  head.body.at = WallTime{in.u64()};
  head.body.root = in.id<Hash>();
  head.signature = in.id<LogSignature>();
  return head;
}

std::expected<SignedTreeHead, ParseError> parse_signed_tree_head(BytesView wire) {
  Reader in{wire};
  const SignedTreeHead head = read_signed_tree_head(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return head;
}

void write(Writer& out, const SignedTreeHead& head) {
  write_body(out, head.body);
  out.fixed(head.signature.view());
}

Bytes encode(const SignedTreeHead& head) {
  Writer out;
  write(out, head);
  return out.take();
}

}  // namespace samband::transparency

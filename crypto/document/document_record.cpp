#include "crypto/document/document_record.h"

#include "crypto/bytes/check.h"
#include "crypto/codec/writer.h"
#include "crypto/suite/signing.h"

namespace samband {
namespace {

constexpr std::string_view document_purpose = "document";

bool is_well_formed(const DocumentRecord& record) {
  return record.version >= 1 && record.parent.has_value() == (record.version > 1) &&
         record.file.header.size <= file_bytes_max;
}

Bytes encode_signed_part(const DocumentRecord& record) {
  Writer out;
  out.u16(document_record_version);
  out.fixed(record.channel.view());
  out.fixed(record.document.view());
  out.u32(record.version);
  out.presence(record.parent.has_value());
  if (record.parent) out.fixed(record.parent->view());
  out.fixed(record.author.view());
  out.fixed(record.file.header.blob.view());
  out.u64(record.file.header.size);
  out.fixed(record.file.commitment.view());
  out.fixed(record.file.root.view());
  return out.take();
}

DocumentRecord read_signed_part(Reader& in) {
  if (in.u16() != document_record_version) in.fail(ParseError::unknown_value);
  DocumentRecord record{
      .channel = in.id<ChannelId>(),
      .document = in.id<DocumentId>(),
      .version = in.u32(),
      .parent = in.presence() ? std::optional{in.id<Hash>()} : std::nullopt,
      .author = in.id<DeviceId>(),
      .file = {.header = {.blob = in.id<BlobId>(), .size = in.u64()},
               .commitment = in.id<Hash>(),
               .root = in.id<Hash>()},
  };
  if (!is_well_formed(record)) in.fail(ParseError::malformed);
  return record;
}

}  // namespace

std::expected<UnverifiedDocumentRecord, ParseError> parse_document_record(BytesView wire) {
  Reader in{wire};
  UnverifiedDocumentRecord out{.record = read_signed_part(in), .signature = in.id<Ed25519Signature>()};
  if (auto error = in.finish()) return std::unexpected(*error);
  return out;
}

Bytes encode(const UnverifiedDocumentRecord& record) {
  return concat({encode_signed_part(record.record), record.signature.view()});
}

UnverifiedDocumentRecord sign(DocumentRecord record, BytesView device_private_key) {
  SAMBAND_CHECK(is_well_formed(record));
  const Bytes signature = sign_statement(device_private_key, document_purpose, encode_signed_part(record));
  return {.record = std::move(record), .signature = *Ed25519Signature::of(signature)};
}

std::expected<DocumentRecord, DocumentRecordError> verify(const UnverifiedDocumentRecord& unverified,
                                                          const ChannelId& channel, const DeviceId& author,
                                                          BytesView device_key) {
  const DocumentRecord& record = unverified.record;
  if (record.channel != channel) return std::unexpected(DocumentRecordError::other_channel);
  if (record.author != author) return std::unexpected(DocumentRecordError::other_author);
  if (!verify_statement(device_key, document_purpose, encode_signed_part(record), unverified.signature.view())) {
    return std::unexpected(DocumentRecordError::bad_signature);
  }
  return record;
}

Hash hash_of(const DocumentRecord& record) {
  return hash_statement(document_purpose, encode_signed_part(record));
}

bool follows(const DocumentRecord& next, const DocumentRecord& parent) {
  return next.channel == parent.channel && next.document == parent.document &&
         next.version == std::uint64_t{parent.version} + 1 && next.parent == hash_of(parent);
}

}  // namespace samband

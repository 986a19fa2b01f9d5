// The signed record of one version of a document: what the author vouches for, so that storage can neither
// swap, cut, reorder nor roll back. The document's name and file key are not in it: they travel encrypted.
// Pure computation.
#pragma once

#include <expected>
#include <optional>

#include "crypto/codec/reader.h"
#include "crypto/document/file_encryptor.h"
#include "crypto/identity/ids.h"

namespace samband {

inline constexpr std::uint16_t document_record_version = 1;

struct DocumentRecord {
  ChannelId channel;
  DocumentId document;         // the lineage: the same for all versions
  std::uint32_t version = 1;   // counts from 1; two versions may share a number when two saves share a parent
  std::optional<Hash> parent;  // hash_of the version this one was made from; absent in version 1 only
  DeviceId author;
  SealedFile file;
};

// A record whose signature nobody has checked yet.
struct UnverifiedDocumentRecord {
  DocumentRecord record;
  Ed25519Signature signature;
};

enum class DocumentRecordError : std::uint8_t {
  bad_signature,  // not signed by this key, or changed since
  other_channel,  // made for another channel
  other_author,   // names another device than the key's
};

// Wire form: document_record_version (u16), then the fields in order (`parent` as optional<T>), then the signature.
// Refuses: another format version, a size over file_bytes_max, a version without parent other than 1 (and the reverse).
[[nodiscard]] std::expected<UnverifiedDocumentRecord, ParseError> parse_document_record(BytesView wire);
[[nodiscard]] Bytes encode(const UnverifiedDocumentRecord& record);

// Signs with the device's signature key, as the statement "document". The record must be one that parses; asserted.
[[nodiscard]] UnverifiedDocumentRecord sign(DocumentRecord record, BytesView device_private_key);

// `channel` is where the record was found; `author` and `device_key` come from one verified certificate.
[[nodiscard]] std::expected<DocumentRecord, DocumentRecordError> verify(const UnverifiedDocumentRecord& unverified,
                                                                        const ChannelId& channel,
                                                                        const DeviceId& author, BytesView device_key);

// Names this version, as `parent` of the next. The signature is not in it: it covers what was said, not how it was
// signed.
[[nodiscard]] Hash hash_of(const DocumentRecord& record);

// True when `next` was made from `parent`: same channel and lineage, the number after, and its hash.
[[nodiscard]] bool follows(const DocumentRecord& next, const DocumentRecord& parent);

}  // namespace samband

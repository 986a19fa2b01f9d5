// What a message says: the MIMI content container, in deterministic CBOR.
// Source: draft-ietf-mimi-content (container, message id, dispositions), RFC 8949 §4.2.1 (one encoding).
// Pure computation; the salt is passed in.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::client {

// Hash algorithm octet 0x01 (SHA-256) and the first 31 octets of the hash.
using MessageId = FixedId<struct MessageIdTag, 32>;
using MessageSalt = FixedId<struct MessageSaltTag, 16>;

// Bounds of what is accepted; a message is at most 64 KiB on the wire in any case.
inline constexpr std::size_t content_bytes_max = std::size_t{64} << 10U;
inline constexpr std::size_t parts_max = 128;  // in one MultiPart
inline constexpr unsigned part_depth_max = 4;
inline constexpr std::size_t content_text_bytes_max = 4096;  // media types, URLs, names, descriptions
inline constexpr std::size_t content_extensions_max = 32;
inline constexpr std::size_t extension_bytes_max = 4096;  // one value, encoded
inline constexpr std::size_t file_name_bytes_max = 255;

enum class ContentError : std::uint8_t {
  malformed,          // not CBOR, or not a MIMI container
  not_deterministic,  // has another, shorter or ordered, encoding
  too_large,          // over one of the bounds above
};

// IANA-to-be "MIMI Content Disposition"; never renumber. Values 9..255 are kept as they are.
enum class Disposition : std::uint8_t {
  unspecified = 0,
  render = 1,
  reaction = 2,
  profile = 3,
  inline_ = 4,
  icon = 5,
  attachment = 6,
  session = 7,
  preview = 8,
};

enum class PartSemantics : std::uint8_t { choose_one = 0, single_unit = 1, process_all = 2 };

struct NullPart {
  bool operator==(const NullPart&) const = default;
};
struct SinglePart {
  std::string content_type;
  Bytes content;
  bool operator==(const SinglePart&) const = default;
};
struct ExternalPart {
  std::string content_type;
  std::string url;
  std::uint32_t expires = 0;  // seconds since the epoch; 0: does not
  std::uint64_t size = 0;     // bytes of the plaintext
  std::uint16_t enc_alg = 0;  // IANA AEAD number
  Bytes key;
  Bytes nonce;
  Bytes aad;
  std::uint8_t hash_alg = 1;  // IANA named information: 1 is SHA-256
  Bytes content_hash;         // of the plaintext
  std::string description;
  std::string filename;
  bool operator==(const ExternalPart&) const = default;
};
struct NestedPart;
struct MultiPart {
  PartSemantics semantics = PartSemantics::process_all;
  std::vector<NestedPart> parts;  // two or more
  bool operator==(const MultiPart&) const;
};
struct NestedPart {
  Disposition disposition = Disposition::render;
  std::string language;  // RFC 5646, such as "nb" or "nn"
  std::variant<NullPart, SinglePart, ExternalPart, MultiPart> body;
  bool operator==(const NestedPart&) const = default;
};

// Names are integers (negative ones are private use) or texts; values stay as encoded CBOR, so that what is
// not understood is carried on unchanged.
using ExtensionName = std::variant<std::int64_t, std::string>;
struct ContentExtension {
  ExtensionName name;
  Bytes value;
  bool operator==(const ContentExtension&) const = default;
};

// Private-use extension names of samband. Never renumber.
inline constexpr std::int64_t extension_channel_head = -1;  // [seq, hash]: the newest entry the sender had seen
inline constexpr std::int64_t extension_tree_head = -2;     // bstr: newest SignedTreeHead the sender had seen
inline constexpr std::int64_t extension_document = -3;      // bstr: encoded SignedDocumentRecord of the external part
inline constexpr std::int64_t extension_guidance = -4;      // bstr: encoded guidance manifest
inline constexpr std::int64_t extension_guard_reason = -5;  // tstr: why the guard's warning was overruled

struct Expiration {
  bool relative = false;
  std::uint32_t seconds = 0;
  bool operator==(const Expiration&) const = default;
};

struct Content {
  MessageSalt salt;
  std::optional<MessageId> replaces;
  Bytes topic_id;
  std::optional<Expiration> expires;
  std::optional<MessageId> in_reply_to;
  std::vector<ContentExtension> extensions;  // any order here; sorted by encoded name on the wire, no name twice
  NestedPart body;
  bool operator==(const Content&) const = default;

  // The extension's value, if there is one of that name and kind.
  [[nodiscard]] std::optional<Bytes> extension_bytes(std::int64_t name) const;
  [[nodiscard]] std::optional<std::string> extension_text(std::int64_t name) const;
  void set_extension_bytes(std::int64_t name, BytesView value);
  void set_extension_text(std::int64_t name, std::string_view value);
};

struct ChannelHead {
  std::uint64_t seq = 0;
  Hash hash;
  bool operator==(const ChannelHead&) const = default;
};
void set_channel_head(Content& content, const ChannelHead& head);
[[nodiscard]] std::optional<ChannelHead> channel_head_of(const Content& content);

// Accepts exactly what `encode` gives.
[[nodiscard]] std::expected<Content, ContentError> parse_content(BytesView wire);
[[nodiscard]] Bytes encode(const Content& content);

// `message`: the encoded container. The URIs name sender and room as every member knows them.
[[nodiscard]] MessageId message_id(std::string_view sender_uri, std::string_view room_uri, BytesView message,
                                   const MessageSalt& salt);

// --- the messages samband writes

[[nodiscard]] Content text_message(const MessageSalt& salt, std::string_view text, std::string_view language);
[[nodiscard]] Content reply(const MessageSalt& salt, const MessageId& to, std::string_view text,
                            std::string_view language);
// `original` is the id of the first version, however often it was edited.
[[nodiscard]] Content edit(const MessageSalt& salt, const MessageId& original, std::string_view text,
                           std::string_view language);
[[nodiscard]] Content deletion(const MessageSalt& salt, const MessageId& original);
[[nodiscard]] Content reaction(const MessageSalt& salt, const MessageId& to, std::string_view emoji);

// The text to show: the part itself, or of a choose_one the part in the first language of `languages` that is
// there, else its first text; of a process_all the first text. nullopt when nothing is text.
[[nodiscard]] std::optional<std::string> text_of_content(const Content& content,
                                                         const std::vector<std::string>& languages);

}  // namespace samband::client

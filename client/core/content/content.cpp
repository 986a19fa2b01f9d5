#include "client/core/content/content.h"

#include <algorithm>
#include <limits>

#include "client/core/content/cbor.h"
#include "crypto/suite/signing.h"

namespace samband::client {
namespace {

constexpr std::uint64_t container_items = 7;
constexpr std::uint64_t null_part_items = 3;
constexpr std::uint64_t single_part_items = 5;
constexpr std::uint64_t external_part_items = 15;
constexpr std::uint64_t multi_part_items = 5;
constexpr unsigned extension_depth_max = 4;
constexpr std::size_t extension_name_bytes_max = 255;
enum class Cardinality : std::uint8_t { null_part = 0, single = 1, external = 2, multi = 3 };

constexpr auto u16_max = std::numeric_limits<std::uint16_t>::max();
constexpr auto u32_max = std::numeric_limits<std::uint32_t>::max();
constexpr auto u64_max = std::numeric_limits<std::uint64_t>::max();

template <class Id>
Id read_id(CborReader& in) {
  const auto id = Id::of(in.bytes(Id::size));
  if (!id) in.fail();
  return id.value_or(Id{});
}

std::optional<MessageId> read_message_id(CborReader& in) {
  if (in.null_if_next()) return std::nullopt;
  return read_id<MessageId>(in);
}

std::optional<Expiration> read_expiration(CborReader& in) {
  if (in.null_if_next()) return std::nullopt;
  in.array_of(2);
  const bool relative = in.boolean();
  return Expiration{relative, static_cast<std::uint32_t>(in.unsigned_int(u32_max))};
}

ExtensionName read_extension_name(CborReader& in) {
  const CborItem item = in.next();
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (item.kind == CborKind::text && !item.string.empty() && item.string.size() <= extension_name_bytes_max) {
    return std::string{text_of(item.string)};
  }
  if (item.kind == CborKind::unsigned_int && item.number <= most) return static_cast<std::int64_t>(item.number);
  if (item.kind == CborKind::negative_int && item.number <= most) return -1 - static_cast<std::int64_t>(item.number);
  in.fail();
  return {};
}

std::vector<ContentExtension> read_extensions(CborReader& in) {
  std::vector<ContentExtension> extensions;
  const std::uint64_t pairs = in.map(content_extensions_max);
  for (std::uint64_t i = 0; i < pairs && !in.failed(); ++i) {
    ExtensionName name = read_extension_name(in);
    const BytesView value = in.any(extension_depth_max);
    if (value.size() > extension_bytes_max) in.fail();
    extensions.push_back({std::move(name), copy_of(value)});
  }
  return extensions;
}

NestedPart read_part(CborReader& in, unsigned depth_left);

SinglePart read_single(CborReader& in) {
  SinglePart part;
  part.content_type = in.text(content_text_bytes_max);
  part.content = copy_of(in.bytes(content_bytes_max));
  return part;
}

ExternalPart read_external(CborReader& in) {
  ExternalPart part;
  part.content_type = in.text(content_text_bytes_max);
  part.url = in.text(content_text_bytes_max);
  part.expires = static_cast<std::uint32_t>(in.unsigned_int(u32_max));
  part.size = in.unsigned_int(u64_max);
  part.enc_alg = static_cast<std::uint16_t>(in.unsigned_int(u16_max));
  part.key = copy_of(in.bytes(64));
  part.nonce = copy_of(in.bytes(64));
  part.aad = copy_of(in.bytes(content_text_bytes_max));
  part.hash_alg = static_cast<std::uint8_t>(in.unsigned_int(255));
  part.content_hash = copy_of(in.bytes(64));
  part.description = in.text(content_text_bytes_max);
  part.filename = in.text(file_name_bytes_max);
  return part;
}

MultiPart read_multi(CborReader& in, unsigned depth_left) {
  MultiPart part;
  part.semantics = static_cast<PartSemantics>(in.unsigned_int(2));
  const std::uint64_t parts = in.array(parts_max);
  if (depth_left == 0 || parts < 2) in.fail();
  for (std::uint64_t i = 0; i < parts && !in.failed(); ++i) part.parts.push_back(read_part(in, depth_left - 1));
  return part;
}

NestedPart read_part(CborReader& in, unsigned depth_left) {
  NestedPart part;
  const std::uint64_t items = in.array(external_part_items);
  part.disposition = static_cast<Disposition>(in.unsigned_int(255));
  part.language = in.text(content_text_bytes_max);
  const auto expect_items = [&](std::uint64_t expected) {
    if (items != expected) in.fail();
  };
  switch (static_cast<Cardinality>(in.unsigned_int(3))) {
    case Cardinality::null_part: expect_items(null_part_items); break;
    case Cardinality::single:
      expect_items(single_part_items);
      part.body = read_single(in);
      break;
    case Cardinality::external:
      expect_items(external_part_items);
      part.body = read_external(in);
      break;
    case Cardinality::multi:
      expect_items(multi_part_items);
      part.body = read_multi(in, depth_left);
      break;
  }
  return part;
}

// --- writing

void write_message_id(CborWriter& out, const std::optional<MessageId>& id) {
  id ? out.bytes(id->view()) : out.null();
}

Bytes encode_name(const ExtensionName& name) {
  CborWriter out;
  if (const auto* number = std::get_if<std::int64_t>(&name)) out.integer(*number);
  if (const auto* text = std::get_if<std::string>(&name)) out.text(*text);
  return out.take();
}

// RFC 8949 §4.2.1: keys in the bytewise order of their encodings.
void write_extensions(CborWriter& out, const std::vector<ContentExtension>& extensions) {
  std::vector<std::pair<Bytes, BytesView>> sorted;
  sorted.reserve(extensions.size());
  for (const ContentExtension& extension : extensions)
    sorted.emplace_back(encode_name(extension.name), extension.value);
  std::ranges::sort(sorted, std::ranges::lexicographical_compare, &std::pair<Bytes, BytesView>::first);
  out.map(sorted.size());
  for (const auto& [name, value] : sorted) {
    out.raw(name);
    out.raw(value);
  }
}

void write_part(CborWriter& out, const NestedPart& part);

struct WriteBody {
  CborWriter& out;
  const NestedPart& part;

  void head(std::uint64_t items, Cardinality cardinality) const {
    out.array(items);
    out.unsigned_int(static_cast<std::uint8_t>(part.disposition));
    out.text(part.language);
    out.unsigned_int(static_cast<std::uint8_t>(cardinality));
  }
  void operator()(const NullPart&) const { head(null_part_items, Cardinality::null_part); }
  void operator()(const SinglePart& body) const {
    head(single_part_items, Cardinality::single);
    out.text(body.content_type);
    out.bytes(body.content);
  }
  void operator()(const ExternalPart& body) const {
    head(external_part_items, Cardinality::external);
    out.text(body.content_type);
    out.text(body.url);
    out.unsigned_int(body.expires);
    out.unsigned_int(body.size);
    out.unsigned_int(body.enc_alg);
    out.bytes(body.key);
    out.bytes(body.nonce);
    out.bytes(body.aad);
    out.unsigned_int(body.hash_alg);
    out.bytes(body.content_hash);
    out.text(body.description);
    out.text(body.filename);
  }
  void operator()(const MultiPart& body) const {
    head(multi_part_items, Cardinality::multi);
    out.unsigned_int(static_cast<std::uint8_t>(body.semantics));
    out.array(body.parts.size());
    for (const NestedPart& inner : body.parts) write_part(out, inner);
  }
};

void write_part(CborWriter& out, const NestedPart& part) {
  std::visit(WriteBody{out, part}, part.body);
}

}  // namespace

bool MultiPart::operator==(const MultiPart&) const = default;

std::expected<Content, ContentError> parse_content(BytesView wire) {
  if (wire.size() > content_bytes_max) return std::unexpected(ContentError::too_large);
  CborReader in{wire};
  in.array_of(container_items);
  Content content;
  content.salt = read_id<MessageSalt>(in);
  content.replaces = read_message_id(in);
  content.topic_id = copy_of(in.bytes(content_text_bytes_max));
  content.expires = read_expiration(in);
  content.in_reply_to = read_message_id(in);
  content.extensions = read_extensions(in);
  content.body = read_part(in, part_depth_max);
  if (!in.finished()) return std::unexpected(ContentError::malformed);
  for (std::size_t i = 1; i < content.extensions.size(); ++i) {
    if (content.extensions[i].name == content.extensions[i - 1].name) return std::unexpected(ContentError::malformed);
  }
  // One encoding: lengths and numbers in another form, or keys in another order, encode to other bytes; the values of
  // extensions are kept as they came.
  if (in.has_longer_heads() || !equal(encode(content), wire)) return std::unexpected(ContentError::not_deterministic);
  return content;
}

Bytes encode(const Content& content) {
  CborWriter out;
  out.array(container_items);
  out.bytes(content.salt.view());
  write_message_id(out, content.replaces);
  out.bytes(content.topic_id);
  if (content.expires) {
    out.array(2);
    out.boolean(content.expires->relative);
    out.unsigned_int(content.expires->seconds);
  } else {
    out.null();
  }
  write_message_id(out, content.in_reply_to);
  write_extensions(out, content.extensions);
  write_part(out, content.body);
  return out.take();
}

MessageId message_id(std::string_view sender_uri, std::string_view room_uri, BytesView message,
                     const MessageSalt& salt) {
  Bytes input;
  const auto add_uri = [&input](std::string_view uri) {
    input.push_back(static_cast<std::uint8_t>(uri.size() >> 8U));
    input.push_back(static_cast<std::uint8_t>(uri.size()));
    input.insert(input.end(), uri.begin(), uri.end());
  };
  add_uri(sender_uri);
  add_uri(room_uri);
  input.insert(input.end(), message.begin(), message.end());
  input.insert(input.end(), salt.bytes.begin(), salt.bytes.end());
  const Hash hash = sha256(input);
  MessageId id;
  id.bytes[0] = 0x01;
  std::copy_n(hash.bytes.begin(), id.bytes.size() - 1, id.bytes.begin() + 1);
  return id;
}

// --- extensions

namespace {

const Bytes* find(const Content& content, std::int64_t name) {
  const auto found = std::ranges::find(content.extensions, ExtensionName{name}, &ContentExtension::name);
  return found == content.extensions.end() ? nullptr : &found->value;
}

void set(Content& content, std::int64_t name, CborWriter value) {
  std::erase_if(content.extensions, [name](const ContentExtension& e) { return e.name == ExtensionName{name}; });
  content.extensions.push_back({ExtensionName{name}, value.take()});
}

}  // namespace

std::optional<Bytes> Content::extension_bytes(std::int64_t name) const {
  const Bytes* value = find(*this, name);
  if (!value) return std::nullopt;
  CborReader in{*value};
  Bytes out = copy_of(in.bytes(extension_bytes_max));
  return in.finished() ? std::optional{std::move(out)} : std::nullopt;
}

std::optional<std::string> Content::extension_text(std::int64_t name) const {
  const Bytes* value = find(*this, name);
  if (!value) return std::nullopt;
  CborReader in{*value};
  std::string out = in.text(extension_bytes_max);
  return in.finished() ? std::optional{std::move(out)} : std::nullopt;
}

void Content::set_extension_bytes(std::int64_t name, BytesView value) {
  CborWriter out;
  out.bytes(value);
  set(*this, name, std::move(out));
}

void Content::set_extension_text(std::int64_t name, std::string_view value) {
  CborWriter out;
  out.text(value);
  set(*this, name, std::move(out));
}

void set_channel_head(Content& content, const ChannelHead& head) {
  CborWriter out;
  out.array(2);
  out.unsigned_int(head.seq);
  out.bytes(head.hash.view());
  set(content, extension_channel_head, std::move(out));
}

std::optional<ChannelHead> channel_head_of(const Content& content) {
  const Bytes* value = find(content, extension_channel_head);
  if (!value) return std::nullopt;
  CborReader in{*value};
  in.array_of(2);
  ChannelHead head;
  head.seq = in.unsigned_int(u64_max);
  head.hash = read_id<Hash>(in);
  return in.finished() ? std::optional{head} : std::nullopt;
}

}  // namespace samband::client

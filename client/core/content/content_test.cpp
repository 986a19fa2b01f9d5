#include "client/core/content/content.h"

#include <gtest/gtest.h>

#include "client/core/content/cbor.h"
#include "crypto/codec/hex.h"

namespace samband::client {
namespace {

const MessageSalt salt{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
const MessageId some_id{{1, 9, 9}};

Bytes bytes_of(const char* hex) {
  return from_hex(hex).value();
}

// The first 100 bytes of the example "Original message" of draft-ietf-mimi-content.
constexpr const char* original_hex =
    "87505eed9406c2545547ab6f09f20a18b003f640f6f6a20178206d696d693a2f2f6578616d706c652e636f6d2f752f616c69"
    "63652d736d6974680278256d696d693a2f2f6578616d706c652e636f6d2f722f656e67696e656572696e675f7465616d8501";
constexpr const char* sender = "mimi://example.com/u/alice-smith";
constexpr const char* room = "mimi://example.com/r/engineering_team";

Content original_example() {
  Content content = text_message(*MessageSalt::of(bytes_of("5eed9406c2545547ab6f09f20a18b003")),
                                 "Hi everyone, we just shipped release 2.0. __Good  work__!", "");
  content.set_extension_text(1, sender);
  content.set_extension_text(2, room);
  return content;
}

TEST(Content, HasTheMessageIdOfTheDraftsExample) {
  const Bytes wire = encode(original_example());
  const MessageId id = message_id(sender, room, wire, original_example().salt);
  EXPECT_EQ(to_hex(id.view()), "017ce54837404c3696e0c747b985cb172716d0ed0a3d249ca63ace7d82a096f4");
  EXPECT_EQ(to_hex(BytesView{wire}.first(100)), original_hex);
}

std::vector<Content> every_kind() {
  Content document = text_message(salt, "Møtereferat", "nb");
  NestedPart file{Disposition::attachment, "",
                  ExternalPart{"application/pdf",
                               "samband-blob:00",
                               0,
                               5'000'000'000,
                               29,
                               Bytes(32, 1),
                               {},
                               {},
                               1,
                               Bytes(32, 2),
                               "",
                               "referat.pdf"}};
  document.body = {Disposition::render, "", MultiPart{PartSemantics::process_all, {document.body, file}}};
  Content expiring = text_message(salt, "x", "nn");
  expiring.expires = Expiration{true, 3600};
  expiring.topic_id = {1, 2};
  set_channel_head(expiring, {300, Hash{{7}}});
  expiring.set_extension_bytes(extension_tree_head, Bytes(100, 4));
  expiring.set_extension_text(extension_guard_reason, "kontonummer");
  expiring.extensions.push_back({std::string{"x-later"}, bytes_of("a1018102")});
  return {text_message(salt, "Hei på deg", "nb"),
          reply(salt, some_id, "ja", "nn"),
          edit(salt, some_id, "nei", "nb"),
          deletion(salt, some_id),
          reaction(salt, some_id, "👍"),
          document,
          expiring,
          original_example()};
}

TEST(Content, EveryKindIsReadBackAsItWasWritten) {
  for (const Content& content : every_kind()) {
    const Bytes wire = encode(content);
    const auto read = parse_content(wire);
    ASSERT_TRUE(read);
    EXPECT_EQ(encode(*read), wire);
    EXPECT_EQ(read->body, content.body);
    EXPECT_EQ(read->replaces, content.replaces);
    EXPECT_EQ(read->in_reply_to, content.in_reply_to);
    EXPECT_EQ(channel_head_of(*read), channel_head_of(content));
  }
}

TEST(Content, EveryTruncationAndTrailingByteIsRefused) {
  for (const Content& content : every_kind()) {
    Bytes wire = encode(content);
    for (std::size_t size = 0; size < wire.size(); ++size) EXPECT_FALSE(parse_content(BytesView{wire}.first(size)));
    wire.push_back(0);
    EXPECT_EQ(parse_content(wire).error(), ContentError::malformed);
  }
}

TEST(Content, RefusesAnotherEncodingOfTheSame) {
  Bytes wire = encode(deletion(salt, some_id));
  ASSERT_EQ(wire.back(), 0x00);  // cardinality 0, as one byte
  wire.back() = 0x18;            // the same number in two bytes
  wire.push_back(0x00);
  EXPECT_EQ(parse_content(wire).error(), ContentError::not_deterministic);
}

TEST(Content, RefusesAnotherEncodingInsideAnExtension) {
  Content content = text_message(salt, "x", "");
  content.extensions = {{std::int64_t{1}, bytes_of("82182c0a")}};  // [44, 10]
  EXPECT_TRUE(parse_content(encode(content)));
  for (const char* longer : {"8219002c0a", "82182c180a", "9802182c0a"}) {
    content.extensions = {{std::int64_t{1}, bytes_of(longer)}};
    EXPECT_EQ(parse_content(encode(content)).error(), ContentError::not_deterministic) << longer;
  }
}

TEST(Content, RefusesAnExtensionThatComesTwiceOrOutOfOrder) {
  Content twice = text_message(salt, "x", "");
  twice.extensions = {{std::int64_t{1}, bytes_of("00")}, {std::int64_t{1}, bytes_of("01")}};
  EXPECT_EQ(parse_content(encode(twice)).error(), ContentError::malformed);

  Content ordered = text_message(salt, "x", "");
  ordered.extensions = {{std::int64_t{1}, bytes_of("00")}, {std::int64_t{2}, bytes_of("00")}};
  Bytes wire = encode(ordered);
  const Bytes pairs = bytes_of("01000200");
  const auto at = std::search(wire.begin(), wire.end(), pairs.begin(), pairs.end());
  ASSERT_NE(at, wire.end());
  std::swap(at[0], at[2]);
  EXPECT_EQ(parse_content(wire).error(), ContentError::not_deterministic);
}

TEST(Content, RefusesPartsNestedTooDeepAndMultiPartsOfOne) {
  NestedPart leaf = text_message(salt, "x", "").body;
  NestedPart deep = leaf;
  for (unsigned i = 0; i <= part_depth_max; ++i) deep = {Disposition::render, "", MultiPart{{}, {deep, leaf}}};
  Content content = text_message(salt, "x", "");
  content.body = deep;
  EXPECT_EQ(parse_content(encode(content)).error(), ContentError::malformed);
  content.body = {Disposition::render, "", MultiPart{{}, {leaf}}};
  EXPECT_EQ(parse_content(encode(content)).error(), ContentError::malformed);
}

TEST(Content, AClaimedLengthCostsNothing) {
  // An array and a byte string that say they hold 2^60 items: refused without an allocation of that size.
  EXPECT_FALSE(parse_content(bytes_of("9b1000000000000000")));
  EXPECT_FALSE(parse_content(bytes_of("875b1000000000000000")));
}

TEST(Content, TheReaderGetsTheTextInTheirOwnLanguage) {
  Content both = text_message(salt, "Eg veit", "nn");
  NestedPart bokmaal = text_message(salt, "Jeg vet", "nb").body;
  both.body = {Disposition::render, "", MultiPart{PartSemantics::choose_one, {both.body, bokmaal}}};
  EXPECT_EQ(text_of_content(both, {"nb", "nn"}), "Jeg vet");
  EXPECT_EQ(text_of_content(both, {"nn", "nb"}), "Eg veit");
  EXPECT_EQ(text_of_content(both, {"en"}), "Eg veit");
  EXPECT_EQ(text_of_content(deletion(salt, some_id), {"nb"}), std::nullopt);
}

}  // namespace
}  // namespace samband::client

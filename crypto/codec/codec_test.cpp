#include <gtest/gtest.h>

#include "crypto/codec/hex.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband {
namespace {

TEST(Codec, ReadsBackWhatItWroteAtEveryEdgeOfTheLengthClasses) {
  for (std::size_t size : {0U, 1U, 63U, 64U, 16383U, 16384U, 70000U}) {
    Writer out;
    out.u16(0x1234);
    out.bytes(Bytes(size, 5));
    out.u64(77);
    Reader in{out.view()};
    EXPECT_EQ(in.u16(), 0x1234);
    EXPECT_EQ(in.bytes(size).size(), size);
    EXPECT_EQ(in.u64(), 77U);
    EXPECT_EQ(in.finish(), std::nullopt) << size;
  }
}

TEST(Codec, RefusesALengthThatIsNotMinimal) {
  for (const char* hex : {"4001aa", "403f", "80000001aa", "80003fff", "c0"}) {
    const Bytes wire = from_hex(hex).value();
    Reader in{wire};
    std::ignore = in.bytes(vector_bytes_max);
    EXPECT_EQ(in.error(), ParseError::length_not_minimal) << hex;
  }
}

TEST(Codec, RefusesAVectorOverItsBound) {
  const Bytes wire{3, 1, 2, 3};
  Reader at_bound{wire};
  std::ignore = at_bound.bytes(3);
  EXPECT_EQ(at_bound.finish(), std::nullopt);
  Reader over{wire};
  std::ignore = over.bytes(2);
  EXPECT_EQ(over.finish(), ParseError::too_long);
}

TEST(Codec, RemembersTheFirstFailureAndReadsZerosFromThenOn) {
  const Bytes wire{9};
  Reader in{wire};
  EXPECT_EQ(in.u16(), 0);
  EXPECT_EQ(in.u8(), 0);
  EXPECT_TRUE(in.at_end());
  in.fail(ParseError::malformed);
  EXPECT_EQ(in.finish(), ParseError::truncated);
}

TEST(Codec, RefusesTrailingBytesAndPresenceOctetsOtherThanZeroAndOne) {
  const Bytes wire{2, 0};
  Reader trailing{wire};
  trailing.u8();
  EXPECT_EQ(trailing.finish(), ParseError::trailing_bytes);
  Reader presence{wire};
  presence.presence();
  EXPECT_EQ(presence.error(), ParseError::unknown_value);
}

TEST(Codec, ReadsPresenceAsItWasWritten) {
  Writer out;
  out.presence(true);
  out.presence(false);
  Reader in{out.view()};
  EXPECT_TRUE(in.presence());
  EXPECT_FALSE(in.presence());
  EXPECT_FALSE(in.presence());  // nothing is left
  EXPECT_EQ(in.error(), ParseError::truncated);
}

TEST(Codec, AFailureInsideAVectorIsTheStructuresFailure) {
  const Bytes wire{1, 7};
  Reader in{wire};
  Reader items = in.vector(10);
  while (!items.at_end()) items.u16();
  in.join(items);
  EXPECT_EQ(in.finish(), ParseError::truncated);
}

TEST(Codec, WritesAVectorOfStructuresWithItsHeaderInFront) {
  Writer out;
  out.vector([](Writer& items) {
    for (int i = 0; i < 40; ++i) items.u16(0x0101);
  });
  EXPECT_EQ(out.size(), 82U);
  EXPECT_EQ(to_hex(out.view()).substr(0, 8), "40500101");
}

TEST(Hex, RefusesWhatIsNotHex) {
  EXPECT_EQ(to_hex(Bytes{0, 0xab}), "00ab");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("00 1"));
}

TEST(Base64url, ReadsOnlyWhatItWrites) {
  for (std::size_t size = 0; size < 40; ++size) {
    const Bytes bytes(size, 0xfb);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
  EXPECT_FALSE(from_base64url("A"));
  EXPECT_FALSE(from_base64url("AB=="));
  EXPECT_FALSE(from_base64url("AB"));  // the last bits are not zero
  EXPECT_FALSE(from_base64url("A+/A"));
  EXPECT_FALSE(from_base64url("AQ\241DbA"));  // what is above 0x7f is no letter
}

}  // namespace
}  // namespace samband

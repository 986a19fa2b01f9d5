#include "crypto/mls/group/sender_ratchet.h"

#include <gtest/gtest.h>

namespace samband::mls {
namespace {

constexpr std::uint32_t skip_max = 4;

CipherSuite ratchet_suite() {
  return *CipherSuite::of(samband_suite);
}
SenderRatchet new_ratchet() {
  return {ratchet_suite(), SecretBytes{Bytes(ratchet_suite().hash_bytes(), 7)}, skip_max};
}
Bytes key_at(const SenderRatchet& ratchet, std::uint32_t generation) {
  return copy_of(ratchet.derive(Generation{generation}).value().key.view());
}

TEST(SenderRatchet, DerivesTheSameKeyUntilItIsConsumed) {
  SenderRatchet ratchet = new_ratchet();
  EXPECT_EQ(key_at(ratchet, 2), key_at(ratchet, 2));
  EXPECT_NE(key_at(ratchet, 1), key_at(ratchet, 2));
  EXPECT_EQ(ratchet.next(), Generation{0});
}

TEST(SenderRatchet, WipesAConsumedKey) {
  SenderRatchet ratchet = new_ratchet();
  ratchet.consume(Generation{0});
  EXPECT_EQ(ratchet.derive(Generation{0}).error(), RatchetError::consumed);
  EXPECT_EQ(ratchet.next(), Generation{1});
}

TEST(SenderRatchet, HoldsTheKeysOfSkippedGenerationsForLateArrivals) {
  SenderRatchet ratchet = new_ratchet();
  const Bytes second = key_at(ratchet, 1);
  ratchet.consume(Generation{3});
  EXPECT_EQ(key_at(ratchet, 1), second);
  ratchet.consume(Generation{1});
  EXPECT_EQ(ratchet.derive(Generation{1}).error(), RatchetError::consumed);
  EXPECT_TRUE(ratchet.derive(Generation{0}));
}

TEST(SenderRatchet, JumpsOverAtMostSkipMaxGenerations) {
  const SenderRatchet ratchet = new_ratchet();
  EXPECT_TRUE(ratchet.derive(Generation{skip_max}));
  EXPECT_EQ(ratchet.derive(Generation{skip_max + 1}).error(), RatchetError::too_far_ahead);
}

TEST(SenderRatchet, HoldsAtMostSkipMaxKeysAndWipesTheOldestFirst) {
  SenderRatchet ratchet = new_ratchet();
  ratchet.consume(Generation{skip_max});      // holds 0 to 3
  ratchet.consume(Generation{2 * skip_max});  // 5, 6 and 7 push out 0, 1 and 2
  for (std::uint32_t gone : {0U, 1U, 2U}) EXPECT_EQ(ratchet.derive(Generation{gone}).error(), RatchetError::consumed);
  for (std::uint32_t held : {3U, 5U, 6U, 7U}) EXPECT_TRUE(ratchet.derive(Generation{held})) << held;
}

TEST(SenderRatchet, ReadsBackWhatItWrote) {
  SenderRatchet ratchet = new_ratchet();
  ratchet.consume(Generation{3});
  ratchet.consume(Generation{1});
  Writer out;
  ratchet.write(out);
  EXPECT_EQ(out.size(), ratchet.encoded_bytes());
  Reader in{out.view()};
  const SenderRatchet back = SenderRatchet::read(in, ratchet_suite(), skip_max);
  ASSERT_EQ(in.finish(), std::nullopt);
  EXPECT_EQ(key_at(back, 0), key_at(ratchet, 0));
  EXPECT_EQ(key_at(back, 5), key_at(ratchet, 5));
  EXPECT_EQ(back.derive(Generation{1}).error(), RatchetError::consumed);
}

TEST(SenderRatchet, RefusesAStoredRatchetThatHoldsAKeyNotYetDerived) {
  SenderRatchet ratchet = new_ratchet();
  ratchet.consume(Generation{1});
  Writer out;
  ratchet.write(out);
  Bytes stored = out.take();
  stored[sizeof(std::uint32_t) * 2 + ratchet_suite().hash_bytes() + 3] = 9;  // the held generation
  Reader in{stored};
  std::ignore = SenderRatchet::read(in, ratchet_suite(), skip_max);
  EXPECT_EQ(in.error(), ParseError::malformed);
}

// A stored ratchet at `next`, holding keys of the generations in `held`.
Bytes stored_ratchet(std::uint32_t next, const std::vector<std::uint32_t>& held) {
  Writer out;
  out.u32(next);
  out.fixed(Bytes(ratchet_suite().hash_bytes(), 7));
  out.u32(static_cast<std::uint32_t>(held.size()));
  for (const std::uint32_t generation : held) {
    out.u32(generation);
    out.fixed(Bytes(ratchet_suite().aead_key_bytes() + ratchet_suite().aead_nonce_bytes(), 8));
  }
  return out.take();
}

TEST(SenderRatchet, RefusesToReadMoreHeldKeysThanItWouldHoldOrOneTwice) {
  const auto error_of = [](const std::vector<std::uint32_t>& held) {
    const Bytes stored = stored_ratchet(100, held);
    Reader in{stored};
    std::ignore = SenderRatchet::read(in, ratchet_suite(), skip_max);
    return in.error();
  };
  EXPECT_EQ(error_of({1, 2, 3, 4}), std::nullopt);
  EXPECT_EQ(error_of({1, 2, 3, 4, 5}), ParseError::malformed);
  EXPECT_EQ(error_of({1, 1}), ParseError::malformed);
}

TEST(SenderRatchet, EndsBeforeItsGenerationsDo) {
  const Bytes stored = stored_ratchet(0xffff'fffe, {});
  Reader in{stored};
  SenderRatchet ratchet = SenderRatchet::read(in, ratchet_suite(), skip_max);
  ratchet.consume(Generation{0xffff'fffe});
  EXPECT_EQ(ratchet.derive(Generation{0xffff'ffff}).error(), RatchetError::exhausted);
}

}  // namespace
}  // namespace samband::mls

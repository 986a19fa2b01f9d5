#include "storage/sealed/store_key.h"

#include <gtest/gtest.h>

namespace samband::storage {
namespace {

constexpr PassphraseCost cheap = passphrase_cost_min;  // tests that need no default

class StoreKey : public ::testing::Test {
 protected:
  Bytes wrap(std::string_view passphrase, PassphraseCost cost = cheap) {
    return wrap_store_key(view_of(passphrase), key, random, cost).value();
  }
  static std::expected<SecretBytes, StoreKeyError> unwrap(std::string_view passphrase, BytesView wrapped) {
    return unwrap_store_key(view_of(passphrase), wrapped);
  }

  SeededRandom random{11};
  SecretBytes key = generate_store_key(random);
};

TEST_F(StoreKey, ComesBackWithItsPassphrase) {
  const auto unwrapped = unwrap("fem små ord", wrap("fem små ord"));
  ASSERT_TRUE(unwrapped);
  EXPECT_TRUE(equal_in_constant_time(unwrapped->view(), key.view()));
}

TEST_F(StoreKey, CostsSixtyFourMebibytesAGuessUnlessToldOtherwise) {
  const Bytes wrapped = wrap("fem små ord", {});
  EXPECT_EQ((Bytes{wrapped.begin() + 1, wrapped.begin() + 5}), (Bytes{0, 1, 0, 0}));  // 65,536 KiB
  EXPECT_TRUE(unwrap("fem små ord", wrapped));
}

TEST_F(StoreKey, StaysClosedToAnotherPassphrase) {
  const Bytes wrapped = wrap("fem små ord");
  EXPECT_EQ(unwrap("fem store ord", wrapped).error(), StoreKeyError::wrong_passphrase);
  EXPECT_EQ(unwrap("", wrapped).error(), StoreKeyError::wrong_passphrase);
  EXPECT_EQ(unwrap_store_key({}, wrapped).error(), StoreKeyError::wrong_passphrase);
  EXPECT_EQ(unwrap(std::string(passphrase_bytes_max + 1, 'x'), wrapped).error(), StoreKeyError::wrong_passphrase);
}

TEST_F(StoreKey, IsWrappedDifferentlyEachTime) {
  EXPECT_NE(wrap("fem små ord"), wrap("fem små ord"));
}

TEST_F(StoreKey, StaysClosedWhenAnyByteOfItsWrappingWasChanged) {
  const Bytes wrapped = wrap("fem små ord");
  for (const std::size_t at : {std::size_t{9}, std::size_t{25}, std::size_t{49}, wrapped.size() - 1}) {
    Bytes changed = wrapped;
    changed[at] ^= 1;
    EXPECT_EQ(unwrap("fem små ord", changed).error(), StoreKeyError::wrong_passphrase) << at;
  }
  Bytes more_passes = wrapped;
  more_passes[8] = 2;
  EXPECT_EQ(unwrap("fem små ord", more_passes).error(), StoreKeyError::wrong_passphrase);
}

TEST_F(StoreKey, CutOrLengthenedIsNone) {
  const Bytes wrapped = wrap("fem små ord");
  for (std::size_t size = 0; size < wrapped.size(); ++size) {
    EXPECT_EQ(unwrap("fem små ord", BytesView{wrapped}.first(size)).error(), StoreKeyError::malformed);
  }
  EXPECT_EQ(unwrap("fem små ord", concat({wrapped, Bytes{0}})).error(), StoreKeyError::malformed);
}

TEST_F(StoreKey, OfANewerVersionIsToldApart) {
  Bytes wrapped = wrap("fem små ord");
  wrapped[0] = 2;
  EXPECT_EQ(unwrap("fem små ord", wrapped).error(), StoreKeyError::version_newer);
  wrapped[0] = 0;
  EXPECT_EQ(unwrap("fem små ord", wrapped).error(), StoreKeyError::malformed);
}

TEST_F(StoreKey, NeitherExhaustsTheMachineNorMakesGuessesCheap) {
  Bytes wrapped = wrap("fem små ord");
  const Bytes sound = wrapped;
  wrapped[1] = 0x40;  // a terabyte
  EXPECT_EQ(unwrap("fem små ord", wrapped).error(), StoreKeyError::too_costly);
  wrapped = sound;
  wrapped[8] = 17;
  EXPECT_EQ(unwrap("fem små ord", wrapped).error(), StoreKeyError::too_costly);
  wrapped = sound;
  wrapped[3] = 0;  // no memory at all
  EXPECT_EQ(unwrap("fem små ord", wrapped).error(), StoreKeyError::malformed);
}

}  // namespace
}  // namespace samband::storage

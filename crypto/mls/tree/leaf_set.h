// A set of leaves, a bit each: 2 KiB for 16,384 of them, so that copying one and looking through a subtree is quick.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <vector>

#include "crypto/mls/tree/tree_math.h"

namespace samband::mls {

class LeafSet {
 public:
  // Leaves that are new are not in it; those beyond `leaves` are forgotten.
  void resize(std::uint32_t leaves) {
    words_.resize((leaves + word_bits - 1) / word_bits);
    if (const std::uint32_t rest = leaves % word_bits; rest != 0) words_.back() &= (Word{1} << rest) - 1;
    leaves_ = leaves;
  }

  void insert(LeafIndex leaf) { word_of(leaf) |= bit_of(leaf); }
  void erase(LeafIndex leaf) { word_of(leaf) &= ~bit_of(leaf); }

  // Whether any leaf of the range, which is that of a subtree, is in it.
  [[nodiscard]] bool any_in(LeafRange range) const {
    assert(range.first < range.end && range.end.value <= leaves_);
    const std::uint32_t first = range.first.value / word_bits;
    const std::uint32_t size = range.end.value - range.first.value;
    if (size < word_bits) return (words_[first] >> (range.first.value % word_bits) & ((Word{1} << size) - 1)) != 0;
    const auto begin = words_.begin() + first;
    return std::any_of(begin, begin + size / word_bits, [](Word word) { return word != 0; });
  }

  // The leftmost leaf that is not in it; one past the last when all are.
  [[nodiscard]] LeafIndex first_outside() const {
    const auto word = std::ranges::find_if(words_, [](Word each) { return each != ~Word{0}; });
    const auto full = static_cast<std::uint32_t>(word - words_.begin()) * word_bits;
    if (word == words_.end()) return LeafIndex{leaves_};
    return LeafIndex{full + static_cast<std::uint32_t>(std::countr_one(*word))};
  }

  // One past the rightmost leaf that is in it; 0 when none is.
  [[nodiscard]] std::uint32_t end() const {
    for (std::size_t i = words_.size(); i > 0; --i) {
      if (words_[i - 1] != 0)
        return static_cast<std::uint32_t>(i) * word_bits - static_cast<std::uint32_t>(std::countl_zero(words_[i - 1]));
    }
    return 0;
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::uint32_t word_bits = 64;

  [[nodiscard]] Word& word_of(LeafIndex leaf) {
    assert(leaf.value < leaves_);
    return words_[leaf.value / word_bits];
  }
  static Word bit_of(LeafIndex leaf) { return Word{1} << (leaf.value % word_bits); }

  std::vector<Word> words_;
  std::uint32_t leaves_ = 0;
};

}  // namespace samband::mls

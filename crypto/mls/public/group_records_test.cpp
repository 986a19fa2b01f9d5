#include <gtest/gtest.h>
#include <map>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

// A store that does what it is told.
class Kept {
 public:
  // How many bytes were written.
  std::size_t save(PublicGroup& group) {
    std::size_t written = 0;
    GroupChanges changes = group.take_changes();
    if (changes.are_whole) records_.clear();
    for (GroupRecord& record : changes.records) {
      written += record.value.size();
      if (record.value.empty()) {
        EXPECT_EQ(records_.erase(record.number), 1U) << record.number;
      } else {
        records_[record.number] = std::move(record.value);
      }
    }
    return written;
  }

  [[nodiscard]] std::vector<GroupRecord> records() const {
    std::vector<GroupRecord> out;
    for (const auto& [number, value] : records_) out.push_back({number, value});
    return out;
  }
  [[nodiscard]] std::expected<PublicGroup, ParseError> load() const { return PublicGroup::load(records()); }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  Bytes& value(std::uint32_t number) { return records_.at(number); }
  void put(std::uint32_t number, Bytes value) { records_[number] = std::move(value); }
  void erase(std::uint32_t number) { records_.erase(number); }

 private:
  std::map<std::uint32_t, Bytes> records_;
};

class GroupRecords : public ::testing::Test {
 protected:
  void expect_comes_back() {
    const auto loaded = kept.load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->encode(), g.group.encode());
    std::size_t nodes = 0;
    for (const auto& node : g.group.tree().nodes()) nodes += node.has_value() ? 1 : 0;
    const bool waits = !g.group.waiting_proposals().empty() || g.group.reinit();
    EXPECT_EQ(kept.size(), 2 + (waits ? 1 : 0) + nodes);  // and nothing is left of what is gone
  }

  TestGroup g{5};
  Kept kept;
};

TEST_F(GroupRecords, AreAllHandedOutAtFirstAndThenNoneWithoutAChange) {
  GroupChanges changes = g.group.take_changes();
  EXPECT_TRUE(changes.are_whole);
  EXPECT_GT(changes.records.size(), 7U);
  changes = g.group.take_changes();
  EXPECT_FALSE(changes.are_whole);
  EXPECT_TRUE(changes.records.empty());
}

TEST_F(GroupRecords, OfACommitAreItsPathAndTheHead) {
  kept.save(g.group);
  g.accept(bjorn, g.path_commit(bjorn));
  const GroupChanges changes = g.group.take_changes();
  std::vector<std::uint32_t> numbers;
  for (const GroupRecord& record : changes.records) numbers.push_back(record.number);
  // The head, then leaf 1 and its direct path in a tree of eight leaves.
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 16 + 1, 16 + 2, 16 + 3, 16 + 7}));
}

TEST_F(GroupRecords, ComeBackAsTheGroupThroughAnyHistory) {
  SeededRandom random{11};
  const auto roll = [&](std::uint32_t sides) { return Reader{random.secret(4).view()}.u32() % sides; };
  int next_name = 0;
  for (int step = 0; step < 120; ++step) {
    std::vector<LeafIndex> members;
    g.group.tree().for_each_leaf([&](LeafIndex index, const LeafNode&) { members.push_back(index); });
    const LeafIndex committer = members[roll(static_cast<std::uint32_t>(members.size()))];
    std::vector<ProposalOrRef> proposals;
    for (std::uint32_t adds = roll(3); adds > 0; --adds) proposals.push_back(g.add("n" + std::to_string(next_name++)));
    for (const LeafIndex member : members) {
      const bool goes = members.size() > 6 ? roll(2) == 0 : roll(8) == 0;
      if (goes && member != committer) proposals.push_back(TestGroup::remove(member.value));
    }
    if (roll(3) == 0) (void)g.by_reference(committer, Remove{members.back()});
    if (roll(2) == 0) {
      kept.save(g.group);
      expect_comes_back();
    }
    g.accept(committer, g.path_commit(committer, proposals));
    if (roll(4) == 0) continue;  // several Commits between two calls
    kept.save(g.group);
    expect_comes_back();
    if (roll(3) == 0) g.group = kept.load().value();  // goes on from what was loaded
    if (::testing::Test::HasFailure()) return;
  }
}

TEST_F(GroupRecords, OfAnotherGroupReplaceThoseOfTheOneBefore) {
  kept.save(g.group);
  g.group = TestGroup{2}.group;
  kept.save(g.group);
  expect_comes_back();
}

TEST_F(GroupRecords, OfALoadedGroupAreTheOnesItCameFrom) {
  kept.save(g.group);
  auto loaded = kept.load();
  ASSERT_TRUE(loaded);
  const GroupChanges changes = loaded->take_changes();
  EXPECT_FALSE(changes.are_whole);
  EXPECT_TRUE(changes.records.empty());
}

TEST_F(GroupRecords, ACopyTakesItsChangesForItself) {
  kept.save(g.group);
  PublicGroup copy = g.group;
  g.accept(anna, g.path_commit(anna));
  EXPECT_TRUE(copy.take_changes().records.empty());
  EXPECT_FALSE(g.group.take_changes().records.empty());
}

TEST_F(GroupRecords, StayOutOfTheWayOfWhatDidNotChange) {
  TestGroup with_policy{3, {{ExtensionType::application_id, Bytes(5000, 7)}}};
  EXPECT_GT(kept.save(with_policy.group), 5000U);
  with_policy.accept(anna, with_policy.path_commit(anna));
  EXPECT_LT(kept.save(with_policy.group), 2000U);
}

TEST_F(GroupRecords, AreRefusedWhenOneIsMissingOrNotWhatItWas) {
  kept.save(g.group);
  const Kept whole = kept;
  for (const GroupRecord& record : whole.records()) {
    SCOPED_TRACE(record.number);
    kept.erase(record.number);
    EXPECT_FALSE(kept.load());
    kept = whole;
    kept.value(record.number).push_back(0);
    EXPECT_EQ(error_of(kept.load()), ParseError::trailing_bytes);
    kept = whole;
  }
  kept.value(16)[5] ^= 1;  // of a leaf
  EXPECT_EQ(error_of(kept.load()), ParseError::malformed);
}

TEST_F(GroupRecords, AreRefusedUnderANumberThatHasNoMeaningOrTwice) {
  kept.save(g.group);
  const Kept whole = kept;
  for (const std::uint32_t number : {3U, 15U}) {
    kept = whole;
    kept.put(number, {1});
    EXPECT_EQ(error_of(kept.load()), ParseError::unknown_value);
  }
  kept = whole;
  kept.put(first_node_record + static_cast<std::uint32_t>(nodes_max), {1});
  EXPECT_EQ(error_of(kept.load()), ParseError::too_long);
  for (const std::size_t twice : {0, 5}) {
    std::vector<GroupRecord> records = whole.records();
    records.push_back(records[twice]);
    EXPECT_EQ(error_of(PublicGroup::load(records)), ParseError::malformed);
  }
  EXPECT_FALSE(PublicGroup::load({}));
}

TEST_F(GroupRecords, AreRefusedInAFormThatIsNotKnown) {
  kept.save(g.group);
  const Kept whole = kept;
  kept.value(0)[1] = 9;  // the version
  EXPECT_EQ(error_of(kept.load()), ParseError::unknown_value);
  kept = whole;
  kept.put(2, {0, 0});  // neither a proposal nor a ReInit
  EXPECT_EQ(error_of(kept.load()), ParseError::malformed);
  kept.put(16, encode(*g.group.tree().leaf(anna)));
  kept.put(17, kept.value(16));  // a leaf where a parent stands
  EXPECT_FALSE(kept.load());
}

TEST_F(GroupRecords, ComeBackWithAReInitAndNothingThatWaits) {
  const ReInit reinit{.group_id = {1}, .version = ProtocolVersion::mls10, .cipher_suite = 1, .extensions = {}};
  g.accept(anna, TestGroup::plain_commit({Proposal{reinit}}));
  kept.save(g.group);
  expect_comes_back();
}

TEST_F(GroupRecords, MayBeEmptyWhereThereIsNoneAnyMore) {
  kept.save(g.group);
  kept.put(2, {});
  kept.put(first_node_record + 40, {});
  const auto loaded = kept.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->encode(), g.group.encode());
}

TEST_F(GroupRecords, AreRefusedWhenTheHeadIsNotOneOfAGroupLikeThis) {
  kept.save(g.group);
  const Kept whole = kept;
  const auto head_of = [&](const std::function<void(GroupContext&)>& change, std::size_t transcript_hash_bytes) {
    GroupContext context = g.group.context();
    context.extensions.clear();
    change(context);
    Writer out;
    out.u16(1);
    write(out, context);
    out.bytes(Bytes(transcript_hash_bytes));
    return out.take();
  };
  const auto refusal = [&](const std::function<void(GroupContext&)>& change, std::size_t transcript_hash_bytes = 32) {
    kept = whole;
    kept.put(0, head_of(change, transcript_hash_bytes));
    return error_of(kept.load());
  };
  EXPECT_EQ(refusal([](GroupContext&) {}), std::nullopt);
  EXPECT_EQ(refusal([](GroupContext& context) { context.extensions = {{ExtensionType{0xf0a1}, {}}}; }),
            ParseError::malformed);
  EXPECT_EQ(refusal([](GroupContext& context) { context.cipher_suite = 0x7777; }), ParseError::unknown_value);
  EXPECT_EQ(refusal([](GroupContext&) {}, hash_bytes_max), std::nullopt);
  EXPECT_EQ(refusal([](GroupContext&) {}, hash_bytes_max + 1), ParseError::too_long);
}

TEST_F(GroupRecords, AreRefusedWithoutALeaf) {
  kept.save(g.group);
  for (const GroupRecord& record : kept.records()) {
    if (record.number >= first_node_record) kept.erase(record.number);
  }
  EXPECT_EQ(error_of(kept.load()), ParseError::malformed);
}

// --- what waits, and the transcript, in both forms

class StoredGroup : public GroupRecords {
 protected:
  // What the two forms say of proposals that wait with a reference of so many bytes.
  std::vector<std::optional<ParseError>> refusals(std::size_t count, std::size_t ref_bytes,
                                                  std::size_t transcript_hash_bytes = 32) {
    const WaitingProposal waiting{.ref = Bytes(ref_bytes), .member = std::nullopt, .proposal = Remove{LeafIndex{1}}};
    const std::vector<WaitingProposal> all(count, waiting);
    kept.save(g.group);
    Writer record;
    write_vector(record, all);
    record.presence(false);
    kept.put(2, record.take());
    Writer whole;
    whole.u16(1);
    write(whole, g.group.context());
    whole.bytes(Bytes(transcript_hash_bytes));
    write_ratchet_tree(whole, g.group.tree().nodes());
    write_vector(whole, all);
    return {error_of(kept.load()), error_of(PublicGroup::parse(whole.view()))};
  }
  using Refusals = std::vector<std::optional<ParseError>>;
};

TEST_F(StoredGroup, HoldsNoMoreProposalsThanMayWait) {
  EXPECT_EQ(refusals(proposals_waiting_max, 32), Refusals(2));
  EXPECT_EQ(refusals(proposals_waiting_max + 1, 32), Refusals(2, ParseError::too_long));
}

TEST_F(StoredGroup, HoldsNoReferenceThatIsLongerThanAnyHash) {
  EXPECT_EQ(refusals(1, hash_bytes_max), Refusals(2));
  EXPECT_EQ(refusals(1, hash_bytes_max + 1), Refusals(2, ParseError::too_long));
}

TEST_F(StoredGroup, HoldsNoTranscriptHashThatIsLongerThanAnyHash) {
  EXPECT_EQ(refusals(1, 32, hash_bytes_max).at(1), std::nullopt);
  EXPECT_EQ(refusals(1, 32, hash_bytes_max + 1).at(1), ParseError::too_long);
}

}  // namespace
}  // namespace samband::mls

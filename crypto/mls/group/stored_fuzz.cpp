// A member's stores: whatever bytes they hold, it is found damaged or written again as it was.
#include "crypto/codec/fuzzing.h"
#include "crypto/mls/group/lone_member.h"

namespace {

using namespace samband;
using namespace samband::mls;
using fuzzing::expect;

void check_group(const LoneMember& owner, BytesView stored) {
  const auto loaded = Group::load(stored, owner.records, owner.signature_key);
  if (!loaded) return;
  const SecretBytes again = loaded->encode_group();
  const bool is_of_an_older_version = stored[1] != again.view()[1];  // read still, and written as the present one
  expect(is_of_an_older_version || equal(again.view(), stored));
}

// One record of the secret tree is the input's.
void check_record(const LoneMember& owner, BytesView stored) {
  std::vector<SecretTreeRecord> records;
  records.push_back({NodeIndex{0}, SecretBytes{stored}});
  auto loaded = Group::load(owner.stored.view(), records, owner.signature_key);
  if (!loaded) return;
  SeededRandom random{2};
  expect(loaded->protect({}, {}, 0, random).has_value());
}

void check_pending(const LoneMember& owner, BytesView stored) {
  static const TrustingService authentication;
  static const NoPreSharedKeys psks;
  auto group = Group::load(owner.stored.view(), owner.records, owner.signature_key).value();
  if (group.load_pending(stored, {authentication, psks, std::nullopt})) {
    expect(equal(group.encode_pending().view(), stored));
    group.merge_pending();
  } else {
    expect(!group.has_pending());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const LoneMember owner;
  const BytesView stored{data, size};
  check_group(owner, stored);
  check_record(owner, stored);
  check_pending(owner, stored);
  fuzzing::expect_one_encoding(stored, KeyPackageBundle::parse,
                               [](const KeyPackageBundle& bundle) { return bundle.encode(); });
  return 0;
}

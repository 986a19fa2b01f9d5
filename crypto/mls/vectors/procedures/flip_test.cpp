// A vector that passes proves little when its check reads nothing. So one digit of each field is changed, one field
// after the other, and the check has to see it; numbers are changed by one.
#include "crypto/mls/vectors/procedures/picked_cases.h"

namespace samband::vectors {
namespace {

class Flips : public testing::TestWithParam<PickedFile> {};

INSTANTIATE_TEST_SUITE_P(All, Flips, testing::ValuesIn(picked_files),
                         [](const auto& test) { return test_name(test.param.name); });

// What no check could notice, because the format gives it no meaning.
bool has_no_meaning(const Json& test_case, const std::string& path) {
  // messages: any four bytes are a Remove. Their number is another matter.
  if (path == "/remove_proposal") return true;
  // tree-operations: only an Update is about its sender's own leaf.
  constexpr std::string_view update = "0002";
  return path == "/proposal_sender" && !test_case.at("proposal").get<std::string>().starts_with(update);
}

// The middle digit: inside any key, tag or hash, and clear of the bits that X25519 ignores at both ends of a scalar.
// In messages it would change one valid structure into another, so there it is the first, of a version or a length;
// and of the ciphertext in secret-tree only the first Nh bytes count (RFC 9420 §6.3.2).
std::size_t digit_to_change(const Json& test_case, const std::string& path, const std::string& text) {
  return test_case.contains("mls_welcome") || path == "/sender_data/ciphertext" ? 0 : text.size() / 2;
}

Json with_a_digit_changed(std::string text, std::size_t at) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = digits.find(text[at]);
  text[at] = value == std::string_view::npos ? '?' : digits[value ^ 1U];  // labels are no hex
  return text;
}

// One more; of suites, the next with another hash, since some files depend on nothing else of a suite.
Json with_a_number_changed(const std::string& path, std::uint64_t number) {
  if (path != "/cipher_suite") return number + 1;
  return number == 7 ? 1 : number <= 3 ? 4 : 7;
}

TEST_P(Flips, AreNoticed) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  const Procedure& procedure = *procedure_of_file(GetParam().name);
  std::size_t flips = 0;
  for (const Json& test_case : GetParam().pick(cases)) {
    ASSERT_FALSE(judge(procedure, test_case));
    const Json fields = test_case.flatten();
    for (const auto& [path, value] : fields.items()) {
      if (has_no_meaning(test_case, path)) continue;
      Json changed = test_case;
      Json& field = changed[Json::json_pointer{path}];
      if (value.is_number_unsigned()) {
        field = with_a_number_changed(path, value.get<std::uint64_t>());
      } else if (value.is_string() && value != "") {
        const auto text = value.get<std::string>();
        field = with_a_digit_changed(text, digit_to_change(test_case, path, text));
      } else {
        continue;
      }
      ++flips;
      EXPECT_TRUE(judge(procedure, changed))
          << "suite " << test_case.value("cipher_suite", 0) << ": a changed " << path << " goes unnoticed";
    }
  }
  RecordProperty("flips", static_cast<int>(flips));
}

TEST_P(Flips, TouchEveryKindOfField) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  std::set<std::string> there, touched;
  for (const Json& test_case : cases) there.merge(shapes_of(test_case));
  for (const Json& test_case : GetParam().pick(cases)) touched.merge(shapes_of(test_case));
  EXPECT_EQ(touched, there);
}

TEST_P(Flips, TouchEverySuite) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  std::set<Json> there, touched;
  for (const Json& test_case : cases) there.insert(test_case.value("cipher_suite", Json{}));
  for (const Json& test_case : GetParam().pick(cases)) touched.insert(test_case.value("cipher_suite", Json{}));
  EXPECT_EQ(touched, there);
}

}  // namespace
}  // namespace samband::vectors

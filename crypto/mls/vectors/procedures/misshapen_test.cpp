// What a procedure does not understand is a failure, whatever it is: a member that is missing or one too many, a value
// of another kind, bytes too few or too many. It is never skipped, and never ends the program.
#include "crypto/mls/vectors/procedures/picked_cases.h"

namespace samband::vectors {
namespace {

class MisshapenCases : public testing::TestWithParam<PickedFile> {};

INSTANTIATE_TEST_SUITE_P(All, MisshapenCases, testing::ValuesIn(picked_files),
                         [](const auto& test) { return test_name(test.param.name); });

struct Change {
  std::string name;
  Json value;
};

// What may stand in place of `value` and must not.
std::vector<Change> changes_of(const Json& value) {
  std::vector<Change> changes{{"null", nullptr},       {"true", true},
                              {"minus one", -1},       {"a fraction", 1.5},
                              {"a number", 0xffffffU}, {"a large number", ~std::uint64_t{0}},
                              {"no hex", "zz"},        {"nothing", ""},
                              {"one byte", "01"},      {"an empty list", Json::array()},
                              {"a list", {1}},         {"an empty object", Json::object()}};
  if (value.is_string() && value.get<std::string>().size() >= 2) {
    const auto text = value.get<std::string>();
    changes.push_back({"a byte less", text.substr(0, text.size() - 2)});
    changes.push_back({"half a byte less", text.substr(0, text.size() - 1)});
    changes.push_back({"a byte more", text + "5a"});  // not zero, which HMAC would not tell from none
  }
  std::erase_if(changes, [&](const Change& change) { return change.value == value; });
  return changes;
}

// A kind of field stands for all of its kind: pointers to the first of each, of containers too.
void collect(const Json& value, const std::string& path, std::map<std::string, std::string>& first_of_shape) {
  if (!path.empty()) first_of_shape.try_emplace(shape_of(path), path);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) collect(member, path + "/" + key, first_of_shape);
  }
  if (!value.is_array()) return;
  for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], path + "/" + std::to_string(i), first_of_shape);
}

bool may_go_unnoticed(bool is_passive_client, const std::string& path, const Change& change) {
  // Behind its first Nh bytes the ciphertext of secret-tree counts for nothing (RFC 9420 §6.3.2).
  if (path == "/sender_data/ciphertext") return change.name == "a byte more" || change.name == "a byte less";
  // A passive client may stop anywhere, and have no keys when it needs none.
  return change.value == Json::array() && (path == "/epochs" || path == "/external_psks") && is_passive_client;
}

// One place of each kind in the picked cases of a file.
struct Place {
  Json test_case;
  std::string path;
};
std::vector<Place> places_in(const std::vector<Json>& cases) {
  std::set<std::string> seen;
  std::vector<Place> places;
  for (const Json& test_case : cases) {
    std::map<std::string, std::string> first_of_shape;
    collect(test_case, "", first_of_shape);
    for (const auto& [shape, path] : first_of_shape) {
      if (seen.insert(shape).second) places.push_back({test_case, path});
    }
  }
  return places;
}

TEST_P(MisshapenCases, FailWithAValueOfAnotherKind) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  for (const auto& [test_case, path] : places_in(GetParam().pick(cases))) {
    const Json::json_pointer pointer{path};
    for (const Change& change : changes_of(test_case.at(pointer))) {
      if (may_go_unnoticed(test_case.contains("external_psks"), path, change)) continue;
      Json changed = test_case;
      changed[pointer] = change.value;
      EXPECT_TRUE(judge(*procedure_of_file(GetParam().name), changed)) << change.name << " at " << path;
    }
  }
}

TEST_P(MisshapenCases, FailWithoutAMember) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  for (const auto& [test_case, path] : places_in(GetParam().pick(cases))) {
    const Json::json_pointer pointer{path};
    Json changed = test_case;
    Json& parent = changed[pointer.parent_pointer()];
    if (!parent.is_object()) continue;
    parent.erase(pointer.back());
    const auto finding = judge(*procedure_of_file(GetParam().name), changed);
    ASSERT_TRUE(finding) << path;
    EXPECT_EQ(finding->field, path);
    EXPECT_EQ(finding->what, "is missing");
  }
}

TEST_P(MisshapenCases, FailWithAMemberTooMany) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  for (const auto& [test_case, path] : places_in(GetParam().pick(cases))) {
    const Json::json_pointer object = Json::json_pointer{path}.parent_pointer();
    Json changed = test_case;
    if (!changed[object].is_object()) continue;
    changed[object]["more"] = "00";
    const auto finding = judge(*procedure_of_file(GetParam().name), changed);
    ASSERT_TRUE(finding) << path;
    EXPECT_EQ(finding->field, object.to_string() + "/more");
  }
}

TEST(MisshapenCases, OfAnUnknownSuiteFail) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "psk_secret.json");
  for (int suite : {0, 8, 0x0a0a, 0xffff, 0x10001}) {
    Json changed = cases.at(0);
    changed["cipher_suite"] = static_cast<unsigned>(suite);
    const auto finding = judge(*procedure_of_file("psk_secret.json"), changed);
    ASSERT_TRUE(finding) << suite;
    EXPECT_EQ(finding->field, "/cipher_suite");
  }
}

TEST(Procedures, AreFoundByTheNameOfAFile) {
  EXPECT_EQ(procedure_of_file("treekem.json")->check, check_tree_kem);
  EXPECT_EQ(procedure_of_file("passive-client-welcome.json")->check, check_passive_client);
  EXPECT_EQ(procedure_of_file("welcome.json")->check, check_welcome);
  for (const char* name : {"", "treekem", "treekem2.json", "json", "tree.json", "Treekem.json"}) {
    EXPECT_EQ(procedure_of_file(name), nullptr) << name;
  }
}

TEST(Procedures, AreFoundByWhatACaseHolds) {
  EXPECT_EQ(procedure_of_case({{"n_leaves", 1}})->check, check_tree_math);
  EXPECT_EQ(procedure_of_case({{"cipher_suite", 1}}), nullptr);
  EXPECT_EQ(procedure_of_case(Json::array({1})), nullptr);
  EXPECT_EQ(procedure_of_case("n_leaves"), nullptr);
}

}  // namespace
}  // namespace samband::vectors

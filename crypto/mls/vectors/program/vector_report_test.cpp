#include "crypto/mls/vectors/program/vector_report.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "crypto/mls/vectors/vectors.h"

namespace samband::vectors {
namespace {

// Two cases of tree-math, written out: a tree of one leaf, and one of two.
const Json one_leaf{{"n_leaves", 1},      {"n_nodes", 1},        {"root", 0},           {"left", {nullptr}},
                    {"right", {nullptr}}, {"parent", {nullptr}}, {"sibling", {nullptr}}};
const Json two_leaves{{"n_leaves", 2},
                      {"n_nodes", 3},
                      {"root", 1},
                      {"left", {nullptr, 0, nullptr}},
                      {"right", {nullptr, 2, nullptr}},
                      {"parent", {1, nullptr, 1}},
                      {"sibling", {2, nullptr, 0}}};

Json with(Json test_case, const char* key, Json value) {
  test_case[key] = std::move(value);
  return test_case;
}

struct Report {
  Tally tally;
  std::string text;
};
Report report(const std::string& name, const std::string& text) {
  std::ostringstream out;
  const Tally tally = report_file(name, text, out);
  return {tally, out.str()};
}
Report report(const std::string& name, const Json& cases) {
  return report(name, cases.dump());
}

TEST(VectorReport, CountsTheCasesThatPass) {
  const Report said = report("tree-math.json", Json::array({one_leaf, two_leaves}));
  EXPECT_EQ(said.tally.passed, 2U);
  EXPECT_EQ(said.tally.failed, 0U);
  EXPECT_EQ(said.text, "tree-math.json: 2 of 2\n");
}

TEST(VectorReport, NamesTheCaseAndTheFieldThatDisagree) {
  const Report said =
      report("vectors/tree-math.json", Json::array({one_leaf, with(two_leaves, "sibling", {2, nullptr, 1})}));
  EXPECT_EQ(said.tally.passed, 1U);
  EXPECT_EQ(said.tally.failed, 1U);
  EXPECT_EQ(said.text,
            "vectors/tree-math.json: case 1: /sibling/2 differs\n"
            "vectors/tree-math.json: 1 of 2\n");
}

TEST(VectorReport, NamesTheSuiteOfACaseThatHasOne) {
  const Json psk{{"cipher_suite", 3}, {"psks", Json::array()}, {"psk_secret", std::string(64, '1')}};
  EXPECT_TRUE(report("any", Json::array({psk})).text.starts_with("any: case 0, suite 3: /psk_secret differs\n"));
  EXPECT_EQ(report("any", Json::array({with(psk, "psk_secret", std::string(64, '0'))})).tally.passed, 1U);
}

TEST(VectorReport, KnowsAFileOfAnotherNameByWhatItHolds) {
  EXPECT_EQ(report("downloaded", Json::array({one_leaf, two_leaves})).tally.passed, 2U);
  EXPECT_EQ(report("downloaded", Json::array({with(two_leaves, "root", 0)})).tally.failed, 1U);
}

TEST(VectorReport, AKnownNameSaysWhatACaseHasToBe) {
  EXPECT_EQ(report("welcome.json", Json::array({one_leaf})).tally.failed, 1U);
}

TEST(VectorReport, WhatItDoesNotUnderstandFails) {
  for (const Json& unknown : {Json{{"new_kind", 1}}, Json{{"cipher_suite", 1}}, Json::object(), Json{1}, Json{nullptr},
                              Json{"n_leaves"}, Json::array()}) {
    const Report said = report("any", Json::array({one_leaf, unknown}));
    EXPECT_EQ(said.tally.passed, 1U) << unknown;
    EXPECT_EQ(said.tally.failed, 1U) << unknown;
    EXPECT_NE(said.text.find("case 1"), std::string::npos) << unknown;
  }
}

TEST(VectorReport, WhatIsNoListOfCasesFails) {
  for (const char* text : {"", "not JSON", "[", "[1,]", "{\"n_leaves\": 1}", "null", "12", "[]", "\xff\xfe"}) {
    const Report said = report("tree-math.json", std::string{text});
    EXPECT_EQ(said.tally.passed, 0U) << text;
    EXPECT_EQ(said.tally.failed, 1U) << text;
  }
}

// --- the program

class Program : public testing::Test {
 protected:
  Program() { std::filesystem::create_directories(folder_); }
  ~Program() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream{folder_ / name} << text;
    return folder_ / name;
  }
  ExitStatus run_with(const std::vector<std::string>& names) { return run(names, out_, error_); }
  std::string last_line() {
    const std::string text = out_.str();
    EXPECT_TRUE(text.ends_with('\n'));
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  }

  std::filesystem::path folder_ =
      std::filesystem::path{testing::TempDir()} /
      ("mls-vectors-" + std::string{testing::UnitTest::GetInstance()->current_test_info()->name()});
  std::ostringstream out_, error_;
};

TEST_F(Program, AddsUpItsFiles) {
  const std::string good = file("tree-math.json", Json::array({one_leaf, two_leaves}).dump());
  const std::string other = file("other.json", Json::array({one_leaf}).dump());
  EXPECT_EQ(run_with({good, other}), ExitStatus::all_passed);
  EXPECT_EQ(last_line(), "3 passed, 0 failed\n");
}

TEST_F(Program, FailsWhenAnyCaseDoes) {
  const std::string good = file("tree-math.json", Json::array({one_leaf, two_leaves}).dump());
  const std::string bad = file("bad.json", "no JSON at all");
  EXPECT_EQ(run_with({bad, good}), ExitStatus::some_failed);
  EXPECT_EQ(last_line(), "2 passed, 1 failed\n");
}

TEST_F(Program, JudgesNothingWithoutFilesOrWithOneThatCantBeRead) {
  const std::string good = file("tree-math.json", Json::array({one_leaf}).dump());
  EXPECT_EQ(run_with({}), ExitStatus::not_run);
  EXPECT_TRUE(error_.str().starts_with("usage: "));
  for (const std::string& missing : {(folder_ / "missing.json").string(), folder_.string()}) {
    error_.str("");
    EXPECT_EQ(run_with({good, missing}), ExitStatus::not_run);
    EXPECT_EQ(error_.str(), "mls-vectors: can't read " + missing + "\n");
  }
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Program, ReadsAnEmptyFileAsOneThatFails) {
  EXPECT_EQ(run_with({file("tree-math.json", "")}), ExitStatus::some_failed);
  EXPECT_EQ(last_line(), "0 passed, 1 failed\n");
}

}  // namespace
}  // namespace samband::vectors

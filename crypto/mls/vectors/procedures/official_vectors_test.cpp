// Every case of every official file passes.
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/vectors.h"

namespace samband::vectors {
namespace {

struct OfficialFile {
  const char* name;
  std::size_t cases;
};

void PrintTo(const OfficialFile& file, std::ostream* out) {
  *out << file.name;
}

class OfficialVectors : public testing::TestWithParam<OfficialFile> {};

INSTANTIATE_TEST_SUITE_P(
    All, OfficialVectors,
    testing::Values(OfficialFile{"crypto-basics.json", 7}, OfficialFile{"deserialization.json", 14},
                    OfficialFile{"key-schedule.json", 7}, OfficialFile{"message-protection.json", 7},
                    OfficialFile{"messages.json", 300}, OfficialFile{"passive-client-handling-commit.json", 91},
                    OfficialFile{"passive-client-random.json", 1}, OfficialFile{"passive-client-welcome.json", 56},
                    OfficialFile{"psk_secret.json", 77}, OfficialFile{"secret-tree.json", 21},
                    OfficialFile{"transcript-hashes.json", 7}, OfficialFile{"tree-math.json", 10},
                    OfficialFile{"tree-operations.json", 5}, OfficialFile{"tree-validation.json", 98},
                    OfficialFile{"treekem.json", 77}, OfficialFile{"welcome.json", 7}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::erase_if(name, [](char c) { return c == '-' || c == '_' || c == '.'; });
      return name;
    });

TEST_P(OfficialVectors, Pass) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, GetParam().name);
  EXPECT_EQ(cases.size(), GetParam().cases);
  const Procedure* procedure = procedure_of_file(GetParam().name);
  ASSERT_NE(procedure, nullptr);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(procedure_of_case(cases[i]), procedure) << "case " << i;
    const auto finding = judge(*procedure, cases[i]);
    EXPECT_FALSE(finding) << "case " << i << ": " << finding->field << " " << finding->what;
  }
}

}  // namespace
}  // namespace samband::vectors

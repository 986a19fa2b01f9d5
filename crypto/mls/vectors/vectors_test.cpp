#include "crypto/mls/vectors/vectors.h"

namespace samband::vectors {
namespace {

TEST(Vectors, AreFoundWhereTheEnvironmentSays) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "crypto-basics.json");
  EXPECT_EQ(cases.size(), 7U);
  EXPECT_EQ(hex_field(cases.at(0).at("ref_hash"), "out").size(), 32U);
}

TEST(Vectors, AFileThatIsNotThereIsNoCases) {
  EXPECT_FALSE(load_vectors("no-such-file.json"));
}

TEST(Vectors, AFieldThatIsMissingOrNotHexThrows) {
  const Json test_case{{"label", "not hex"}, {"absent", nullptr}};
  EXPECT_THROW(std::ignore = hex_field(test_case, "label"), std::invalid_argument);
  EXPECT_THROW(std::ignore = hex_field(test_case, "other"), Json::exception);
  EXPECT_TRUE(hex_field(test_case, "absent").empty());
}

}  // namespace
}  // namespace samband::vectors

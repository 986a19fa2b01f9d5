// Reads the official MLS test vectors (JSON, from the mlswg/mls-implementations repository) in tests.
//
// They live outside this repository, in mls/ of the folder that SAMBAND_SHARED names under vectors/. Where
// they are missing a test is skipped; with REQUIRE_ALL=1 in the environment it fails instead.
// Tests only: this header does I/O and throws on fields that are not there.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/codec/hex.h"

namespace samband::vectors {

using Json = nlohmann::json;

// True when the environment asks that nothing is skipped.
[[nodiscard]] inline bool nothing_may_be_skipped() {
  const char* value = std::getenv("REQUIRE_ALL");
  return value != nullptr && std::string_view{value} == "1";
}

// The folder that holds vectors/; it may not exist.
[[nodiscard]] inline std::filesystem::path shared_folder() {
  const char* named = std::getenv("SAMBAND_SHARED");
  return named != nullptr && *named != '\0' ? named : SAMBAND_SHARED_DEFAULT;
}

// The cases of one file, such as "key-schedule.json"; nullopt when the file is not there.
[[nodiscard]] inline std::optional<Json> load_vectors(std::string_view name) {
  std::ifstream in{shared_folder() / "vectors" / "mls" / name};
  if (!in) return std::nullopt;
  return Json::parse(in);
}

// The bytes of a hex field, empty for null; a field that is missing or not hex throws.
[[nodiscard]] inline Bytes hex_bytes(const Json& value) {
  if (value.is_null()) return {};
  std::optional<Bytes> bytes = from_hex(value.get_ref<const std::string&>());
  if (!bytes) throw std::invalid_argument("not hex: " + value.dump());
  return std::move(*bytes);
}
[[nodiscard]] inline Bytes hex_field(const Json& object, const std::string& key) {
  return hex_bytes(object.at(key));
}

[[nodiscard]] inline bool is_hex(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && from_hex(text).has_value();
}

// One bit of the text's middle digit is turned: inside any key, tag or hash, and clear of the bits that
// X25519 ignores at both ends of a scalar.
[[nodiscard]] inline std::string with_one_digit_flipped(std::string hex) {
  char& digit = hex[hex.size() / 2];
  const std::string_view digits = "0123456789abcdef";
  digit = digits[digits.find(digit) ^ 1U];
  return hex;
}

// Runs `passes` on copies of a case, each with one digit of one hex field changed, and reports every field
// whose change the check did not notice. A case that fails by an exception counts as noticed.
// `except` lists fields that the check does not read, by the end of their JSON pointer ("/pub").
inline void expect_each_flip_is_noticed(const Json& test_case, const std::function<bool(const Json&)>& passes,
                                        const std::vector<std::string>& except = {}) {
  const auto is_excepted = [&](const std::string& path) {
    return std::ranges::any_of(except, [&](const std::string& end) { return path.ends_with(end); });
  };
  ASSERT_TRUE(passes(test_case)) << "the unchanged case does not pass";
  const Json fields = test_case.flatten();
  for (const auto& [path, value] : fields.items()) {
    if (!is_hex(value) || is_excepted(path)) continue;
    Json changed = test_case;
    changed[Json::json_pointer{path}] = with_one_digit_flipped(value.get<std::string>());
    bool noticed = false;
    try {
      noticed = !passes(changed);
    } catch (const std::exception&) {
      noticed = true;
    }
    EXPECT_TRUE(noticed) << "a changed digit in " << path << " goes unnoticed";
  }
}

}  // namespace samband::vectors

// Ends the test: skipped, or failed when nothing may be skipped. Use: SAMBAND_SKIP_OR_FAIL("no such program");
#define SAMBAND_SKIP_OR_FAIL(reason)                                                                 \
  do {                                                                                               \
    if (::samband::vectors::nothing_may_be_skipped()) GTEST_FAIL() << "REQUIRE_ALL=1: " << (reason); \
    GTEST_SKIP() << (reason);                                                                        \
  } while (false)

// Declares `cases` with the content of a vector file, or ends the test as above.
#define SAMBAND_LOAD_VECTORS_OR_SKIP(cases, name)                                                      \
  const std::optional<::samband::vectors::Json> cases##_file = ::samband::vectors::load_vectors(name); \
  if (!cases##_file) SAMBAND_SKIP_OR_FAIL(std::string{"test vectors not found: "} + (name));           \
  const ::samband::vectors::Json& cases = *cases##_file

// Reads the official MLS test vectors (JSON, from the mlswg/mls-implementations repository) in tests.
//
// They live outside this repository, in mls/ of the folder that SAMBAND_SHARED names under vectors/. Where
// they are missing a test is skipped; with REQUIRE_ALL=1 in the environment it fails instead.
// Tests only: this header does I/O and throws on fields that are not there.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

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

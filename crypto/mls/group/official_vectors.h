// The cases of an official vector file that this build's suites can run. Tests only.
#pragma once

#include <functional>
#include <string>

#include "crypto/mls/vectors/vectors.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

using vectors::hex_bytes;
using vectors::hex_field;
using vectors::Json;
using Procedure = std::function<bool(const Json&)>;

inline CipherSuite suite_of(const Json& test_case) {
  return *CipherSuite::of(test_case.at("cipher_suite").get<std::uint16_t>());
}

inline bool is_implemented(const Json& test_case) {
  return CipherSuite::of(test_case.at("cipher_suite").get<std::uint16_t>()).has_value();
}

// A private key of `width` bytes: the files leave out the zeros in front of a NIST curve's scalar.
inline Bytes private_key_field(const Json& object, const std::string& name, std::size_t width) {
  Bytes key = hex_field(object, name);
  if (key.size() < width) key.insert(key.begin(), width - key.size(), 0);
  return key;
}

// Every case of every implemented suite passes, and suites 1 and 3 are among them.
inline void expect_cases_pass(const Json& cases, const Procedure& passes) {
  std::set<int> suites_run;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!is_implemented(cases[i])) continue;
    EXPECT_TRUE(passes(cases[i])) << "case " << i << ", suite " << cases[i].at("cipher_suite");
    suites_run.insert(cases[i].at("cipher_suite").get<int>());
  }
  EXPECT_TRUE(suites_run.contains(1) && suites_run.contains(3));
}

// In the first case of suite 3, each hex field with a digit changed makes the case fail.
inline void expect_flips_fail(const Json& cases, const Procedure& passes, const std::vector<std::string>& except = {}) {
  for (const Json& test_case : cases) {
    if (test_case.at("cipher_suite") != static_cast<std::uint16_t>(samband_suite)) continue;
    vectors::expect_each_flip_is_noticed(test_case, passes, except);
    return;
  }
  ADD_FAILURE() << "no case of suite 3";
}

}  // namespace samband::mls

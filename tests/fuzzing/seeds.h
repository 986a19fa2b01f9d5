// Where fuzzers start: one folder for each target, filled with what our own code writes.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "crypto/bytes/bytes.h"

namespace samband::fuzzing {

class Seeds {
 public:
  // `repository`: where the standing examples of each folder lie, in its `seeds/`.
  Seeds(std::filesystem::path folder, std::filesystem::path repository)
      : folder_{std::move(folder)}, repository_{std::move(repository)} {}

  void add(const std::string& target, BytesView seed);
  // Everything below a folder of the repository; `prefix` goes in front of each, such as the choice of a structure.
  void add_examples(const std::string& target, const std::string& examples, const Bytes& prefix = {});
  // Lists of choices for a fuzzer that reads a script.
  void add_scripts(const std::string& target);

  [[nodiscard]] std::size_t count() const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path repository_;
  std::map<std::string, std::size_t> counts_;  // by target
};

void add_mls_seeds(Seeds& seeds);
void add_storage_seeds(Seeds& seeds);
void add_protocol_seeds(Seeds& seeds);

}  // namespace samband::fuzzing

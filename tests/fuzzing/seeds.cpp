// fuzz_seeds FOLDER REPOSITORY: writes the seeds of every fuzzer into FOLDER.
#include "tests/fuzzing/seeds.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "crypto/suite/random.h"

namespace samband::fuzzing {

void Seeds::add(const std::string& target, BytesView seed) {
  const std::filesystem::path folder = folder_ / target;
  std::filesystem::create_directories(folder);
  std::ofstream file{folder / std::to_string(++counts_[target]), std::ios::binary};
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file << text_of(seed);
  file.close();
}

void Seeds::add_examples(const std::string& target, const std::string& examples, const Bytes& prefix) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator{repository_ / examples}) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file{entry.path(), std::ios::binary};
    const Bytes example{std::istreambuf_iterator<char>{file}, {}};
    add(target, concat({prefix, example}));
  }
}

void Seeds::add_scripts(const std::string& target) {
  SeededRandom random{1};
  for (std::size_t size = 32; size <= 512; size += 16) add(target, random.secret(size).view());
}

std::size_t Seeds::count() const {
  std::size_t all = 0;
  for (const auto& [target, count] : counts_) all += count;
  return all;
}

}  // namespace samband::fuzzing

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::fprintf(stderr, "usage: %s FOLDER REPOSITORY\n", arguments[0]);
    return 2;
  }
  samband::fuzzing::Seeds seeds{arguments[1], arguments[2]};
  samband::fuzzing::add_mls_seeds(seeds);
  samband::fuzzing::add_storage_seeds(seeds);
  samband::fuzzing::add_protocol_seeds(seeds);
  std::printf("%zu seeds\n", seeds.count());
  return 0;
}

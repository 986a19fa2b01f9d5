// Which cases of the official files are tampered with, so that the tests of it end in good time. Tests only.
//
// Of files with suites: one case of each suite, and another where one does not show every kind of field. Of
// deserialization, tree-math and tree-operations: all. Of messages: the first. Of passive-client-random: its first
// epochs, because the format lets a client stop anywhere.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/vectors.h"

namespace samband::vectors {

struct PickedFile {
  const char* name;
  std::vector<Json> (*pick)(const Json& cases);
};

inline void PrintTo(const PickedFile& file, std::ostream* out) {
  *out << file.name;
}

inline std::string test_name(std::string file_name) {
  std::erase_if(file_name, [](char c) { return c == '-' || c == '_' || c == '.'; });
  return file_name;
}

// The kind of place a JSON pointer names: "/epochs/*/commit" for each epoch's commit.
inline std::string shape_of(const std::string& pointer) {
  std::string shape;
  for (std::size_t at = 0; at < pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    const std::string step = pointer.substr(at, end - at);
    const bool is_index = step.find_first_not_of("0123456789", 1) == std::string::npos;
    shape += is_index ? "/*" : step;
    at = end;
  }
  return shape;
}

// The kinds of fields of a case that hold a number or a text.
inline std::set<std::string> shapes_of(const Json& test_case) {
  std::set<std::string> shapes;
  const Json fields = test_case.flatten();
  for (const auto& [path, value] : fields.items()) {
    if (value.is_number() || value.is_string()) shapes.insert(shape_of(path));
  }
  return shapes;
}

// Of each suite the first case, and those after it that show a kind of field for the first time.
inline std::vector<Json> showing_all_of_each_suite(const Json& cases) {
  std::map<Json, std::set<std::string>> shown;
  std::vector<Json> picked;
  for (const Json& test_case : cases) {
    std::set<std::string> shapes = shapes_of(test_case);
    auto& before = shown[test_case.at("cipher_suite")];
    if (std::ranges::includes(before, shapes)) continue;
    before.merge(shapes);
    picked.push_back(test_case);
  }
  return picked;
}

inline std::vector<Json> all_cases(const Json& cases) {
  return {cases.begin(), cases.end()};
}
inline std::vector<Json> the_first(const Json& cases) {
  return {cases.at(0)};
}
inline std::vector<Json> the_first_epochs(const Json& cases) {
  std::vector<Json> picked{cases.at(0)};
  picked[0].at("epochs").get_ref<Json::array_t&>().resize(5);
  return picked;
}

inline const std::vector<PickedFile> picked_files{
    {"crypto-basics.json", showing_all_of_each_suite},
    {"deserialization.json", all_cases},
    {"key-schedule.json", showing_all_of_each_suite},
    {"message-protection.json", showing_all_of_each_suite},
    {"messages.json", the_first},
    {"passive-client-handling-commit.json", showing_all_of_each_suite},
    {"passive-client-random.json", the_first_epochs},
    {"passive-client-welcome.json", showing_all_of_each_suite},
    {"psk_secret.json", showing_all_of_each_suite},
    {"secret-tree.json", showing_all_of_each_suite},
    {"transcript-hashes.json", showing_all_of_each_suite},
    {"tree-math.json", all_cases},
    {"tree-operations.json", all_cases},
    {"tree-validation.json", showing_all_of_each_suite},
    {"treekem.json", showing_all_of_each_suite},
    {"welcome.json", showing_all_of_each_suite},
};

}  // namespace samband::vectors

// mls-vectors FILE...: checks files of official MLS test vectors. Tests only.
#include <iostream>
#include <vector>

#include "crypto/mls/vectors/program/vector_report.h"

int main(int argc, char** argv) {
  const std::vector<std::string> names{argv + (argc > 0 ? 1 : 0), argv + argc};
  return static_cast<int>(samband::vectors::run(names, std::cout, std::cerr));
}

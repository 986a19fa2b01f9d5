// The figures of a run: what samband reached beside what the machine itself reached, in one table.
#pragma once

#include <string>

namespace samband::bench {

struct Figure {
  std::string what;
  std::string unit;
  double samband = 0;
  double limit = 0;
  std::string limit_is;  // what was measured for `limit`, in a few words
};

void print_heading();
// One line, at once: the table grows while the run goes on. The ratio is samband / limit; for what takes time or
// memory a small one is good, for rates a large one.
void print(const Figure& figure);

}  // namespace samband::bench

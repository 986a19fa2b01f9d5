// The figures of a run: what samband reached beside what the machine itself reached, in one table.
#pragma once

#include <string>
#include <vector>

namespace samband::bench {

// One figure of samband and its limit, measured in turn, round by round.
struct Pairs {
  std::vector<double> samband;
  std::vector<double> limit;

  void add(double of_samband, double of_limit) {
    samband.push_back(of_samband);
    limit.push_back(of_limit);
  }
};

struct Figure {
  std::string what;
  std::string unit;
  double scale = 1;      // from what was measured to the unit
  std::string limit_is;  // what was measured for the limit, in a few words
};

void print_heading();
// One line, at once: the table grows while the run goes on. Medians; the ratio is the median of samband / limit of the
// rounds. For what takes time or memory a small one is good, for rates a large one.
void print(const Figure& figure, const Pairs& pairs);

}  // namespace samband::bench

// What mls-vectors says about files: one line for each case that fails, and how many passed.
// Tests only: it reads files.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace samband::vectors {

struct Tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

// Judges every case of one file. `name` as people named it: its last part may say what kind of file this is,
// otherwise each case has to. What is no list of cases counts as one failure, and so does an empty list.
[[nodiscard]] Tally report_file(const std::string& name, std::string_view text, std::ostream& out);

enum class ExitStatus : int { all_passed = 0, some_failed = 1, not_run = 2 };

// The whole program: reads the files, reports each and closes with `N passed, N failed`. Without a file, or with
// one that can't be read, nothing is judged; `error` says why.
[[nodiscard]] ExitStatus run(std::span<const std::string> names, std::ostream& out, std::ostream& error);

}  // namespace samband::vectors

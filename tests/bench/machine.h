// The machine a run happens on: its cores, what a process uses of it, and a place for files.
#pragma once

#include <filesystem>
#include <sys/types.h>

namespace samband::bench {

// The server has one core and what loads it the other: on the same one their rates halve and mean little.
inline constexpr int server_core = 0;
inline constexpr int load_core = 1;

// This thread, and what it starts from now on. Nothing happens where the machine has no such core.
void pin_to(int core);
// As many open files as the system lets this process have.
void raise_open_files();

// Of all threads of the process, since it began.
[[nodiscard]] double cpu_seconds(pid_t process);
// Private memory that is in RAM.
[[nodiscard]] double resident_kib(pid_t process);

// A new folder under TMPDIR, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace samband::bench

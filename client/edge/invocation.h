// One run of `samband` as its caller typed it, and the terminal or pipe it talks to. The process that owns the
// profile runs its own and those that others forward to it alike.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samband::client {

// Exit statuses, the same for every command. Never renumber.
enum class ExitStatus : int {
  done = 0,
  refused = 1,  // refused or failed
  wrong_usage = 2,
  unreachable = 3,  // the server could not be reached
  not_permitted = 4,
  guarded = 5,  // stopped by the guard

  // Between processes only, no caller sees it: the owner is about to end and won't begin what has no end.
  owner_is_leaving = 75,
};

struct Invocation {
  std::vector<std::string> arguments;  // without the program's name
  std::string folder;                  // relative paths are relative to it
  std::string language;                // "nb", "nn" or "en"
  bool terminal = false;               // stderr is one: progress is shown
  std::string input;                   // stdin, read when an argument is "-"
};

class Console {
 public:
  virtual ~Console() = default;
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
};

// Begins a run. `finished` is called once, perhaps before this returns. The result ends the run early
// (the caller pressed Ctrl-C or went away); calling it after the end does nothing.
using RunInvocation = std::function<std::function<void()>(Invocation invocation, std::shared_ptr<Console> console,
                                                          std::function<void(ExitStatus)> finished)>;

}  // namespace samband::client

// Runs invocations on the process that owns the profile: parses, starts, prints, and tells the exit status.
#pragma once

#include <functional>
#include <memory>

#include "client/edge/arguments.h"
#include "client/edge/invocation.h"
#include "client/edge/owner.h"

namespace boost::asio {
class io_context;
}

namespace samband::client {

class CommandRunner {
 public:
  // All outlive the runner.
  CommandRunner(boost::asio::io_context& io, Owner& owner, RandomSource& random);
  ~CommandRunner();
  CommandRunner(const CommandRunner&) = delete;
  CommandRunner& operator=(const CommandRunner&) = delete;

  // See RunInvocation. `finished` is never called from inside this.
  std::function<void()> run(const Invocation& invocation, std::shared_ptr<Console> console,
                            std::function<void(ExitStatus)> finished);
  // For a command line that is parsed already.
  std::function<void()> run(Parsed parsed, const Invocation& invocation, std::shared_ptr<Console> console,
                            std::function<void(ExitStatus)> finished);

 private:
  class Run;
  boost::asio::io_context& io_;
  Owner& owner_;
  RandomSource& random_;
};

// Prints help or a usage error; nullopt when there is something to run. No profile is needed for this.
[[nodiscard]] std::optional<ExitStatus> answer_without_profile(const ParseResult& parsed, const Invocation& invocation,
                                                               Console& console);

}  // namespace samband::client

// A real sambandd in a temporary folder, on its own core; ends with the object.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>

#include "crypto/identity/invitation.h"
#include "tests/bench/child_process.h"
#include "tests/bench/machine.h"

namespace samband::bench {

class TrialServer {
 public:
  // `programs`: the folder with sambandd and sambandctl. One I/O thread; limits on rates are raised out of the way.
  explicit TrialServer(std::filesystem::path programs);

  void start();
  void stop();  // asserted by `ChildProcess::stop`: it ends well
  // For a partner's first administrator.
  [[nodiscard]] identity::Invitation add_partner() const;

  [[nodiscard]] pid_t process() const { return process_->id(); }
  [[nodiscard]] std::filesystem::path certificate() const { return directory() / "certificate.pem"; }
  [[nodiscard]] std::filesystem::path private_key() const { return directory() / "certificate.key"; }
  [[nodiscard]] std::filesystem::path configuration() const { return directory() / "sambandd.toml"; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "server"; }
  void adjust_configuration() const;

  std::filesystem::path programs_;
  TemporaryFolder folder_;
  std::string port_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace samband::bench

#include "server/edge/ctl/process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace samband::server::edge::ctl {
namespace {

constexpr int not_started = 127;
constexpr int by_signal = 128;

}  // namespace

bool become(const FileOwner& user) {
  const struct passwd* entry = ::getpwuid(user.user);
  return entry != nullptr && ::initgroups(entry->pw_name, user.group) == 0 && ::setgid(user.group) == 0 &&
         ::setuid(user.user) == 0;
}

std::optional<FileOwner> find_user(const std::string& name) {
  const struct passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return std::nullopt;
  return FileOwner{entry->pw_uid, entry->pw_gid};
}

int run_program(const std::vector<std::string>& program, const std::optional<FileOwner>& user) {
  std::vector<std::string> words = program;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) return not_started;
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0) ::_exit(not_started);
    if (!user || become(*user)) ::execvp(arguments.front(), arguments.data());
    ::_exit(not_started);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return not_started;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
}

}  // namespace samband::server::edge::ctl

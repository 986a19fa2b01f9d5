#include "server/edge/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samband::server::edge {
namespace {

bool write_whole(int file, BytesView content) {
  std::size_t written = 0;
  while (written < content.size()) {
    const auto part = ::write(file, content.data() + written, content.size() - written);
    if (part <= 0) return false;
    written += static_cast<std::size_t>(part);
  }
  return true;
}

// The mode as it is given, whatever the process' umask.
bool give_form(int file, const FileForm& form) {
  if (form.owner && ::fchown(file, form.owner->user, form.owner->group) != 0) return false;
  return ::fchmod(file, form.mode) == 0;
}

}  // namespace

bool create_durably(const std::filesystem::path& path, BytesView content, const FileForm& form) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool done = give_form(file, form) && write_whole(file, content) && ::fsync(file) == 0;
  const int reason = errno;
  const bool closed = ::close(file) == 0;
  if (done && closed) return true;
  ::unlink(path.c_str());
  if (!done) errno = reason;
  return false;
}

bool replace_durably(const std::filesystem::path& path, BytesView content, const FileForm& form) {
  const std::filesystem::path fresh = path.string() + ".new";
  ::unlink(fresh.c_str());  // of an attempt that was interrupted
  if (!create_durably(fresh, content, form)) return false;
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(fresh.c_str());
    errno = reason;
    return false;
  }
  return sync_folder(path.parent_path());
}

bool sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  return ::close(descriptor) == 0 && synced;
}

}  // namespace samband::server::edge

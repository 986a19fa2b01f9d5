#include "server/edge/files.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "crypto/suite/sha256.h"
#include "server/edge/descriptor.h"

namespace samband::server::edge {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = std::size_t{1} << 20U;
constexpr mode_t secret = 0600;

Descriptor open_file(const fs::path& file, int flags) {
  return Descriptor{::open(file.c_str(), flags | O_CLOEXEC, secret)};
}

std::unexpected<FileFault> failed(const fs::path& file) {
  return std::unexpected{FileFault{errno, file}};
}

bool write_all(int descriptor, BytesView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// The mode as it is given, whatever the process' umask.
bool give_form(int file, const FileForm& form) {
  if (form.owner && ::fchown(file, form.owner->user, form.owner->group) != 0) return false;
  return ::fchmod(file, form.mode) == 0;
}

// Each piece of the file goes to `take`, which may refuse it with errno set: nullopt when all were taken.
template <class Take>
bool for_each_piece(int descriptor, Take&& take) {
  std::vector<std::uint8_t> piece(piece_bytes);
  for (;;) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    if (!take(BytesView{piece.data(), static_cast<std::size_t>(got)})) return false;
  }
}

}  // namespace

std::string says(const FileFault& fault) {
  return fault.file.string() + " (" + std::strerror(fault.error) + ")";
}

std::expected<void, FileFault> create_file(const fs::path& file, BytesView content, const FileForm& form) {
  const Descriptor out = open_file(file, O_WRONLY | O_CREAT | O_EXCL);
  if (!out.is_open()) return failed(file);
  if (give_form(out.get(), form) && write_all(out.get(), content) && ::fsync(out.get()) == 0) return {};
  const auto fault = failed(file);
  ::unlink(file.c_str());
  return fault;
}

std::expected<void, FileFault> replace_file(const fs::path& file, BytesView content, const FileForm& form) {
  fs::path beside = file;
  beside += ".new";
  ::unlink(beside.c_str());  // of an attempt that was interrupted
  if (auto made = create_file(beside, content, form); !made) return made;
  if (::rename(beside.c_str(), file.c_str()) != 0) {
    const auto fault = failed(file);
    ::unlink(beside.c_str());
    return fault;
  }
  return sync_names(file.parent_path());
}

std::expected<FileDigest, FileFault> digest_of(const fs::path& file) {
  const Descriptor in = open_file(file, O_RDONLY);
  if (!in.is_open()) return failed(file);
  Sha256 hash;
  FileDigest digest;
  const bool read = for_each_piece(in.get(), [&](BytesView piece) {
    hash.add(piece);
    digest.bytes += piece.size();
    return true;
  });
  if (!read) return failed(file);
  digest.sha256 = hash.finish();
  return digest;
}

std::expected<FileDigest, FileFault> copy_synced(const fs::path& from, const fs::path& to) {
  const Descriptor in = open_file(from, O_RDONLY);
  if (!in.is_open()) return failed(from);
  const Descriptor out = open_file(to, O_WRONLY | O_CREAT | O_EXCL);
  if (!out.is_open()) return failed(to);
  Sha256 hash;
  FileDigest digest;
  bool wrote = true;
  const bool read = for_each_piece(in.get(), [&](BytesView piece) {
    hash.add(piece);
    digest.bytes += piece.size();
    wrote = write_all(out.get(), piece);
    return wrote;
  });
  if (read && ::fsync(out.get()) == 0) {
    digest.sha256 = hash.finish();
    return digest;
  }
  const auto fault = failed(read || !wrote ? to : from);
  ::unlink(to.c_str());
  return fault;
}

std::expected<Bytes, FileFault> read_file(const fs::path& file, std::size_t bytes_max) {
  const Descriptor in = open_file(file, O_RDONLY);
  if (!in.is_open()) return failed(file);
  Bytes content;
  const bool read = for_each_piece(in.get(), [&](BytesView piece) {
    if (content.size() + piece.size() > bytes_max) {
      errno = EFBIG;
      return false;
    }
    content.insert(content.end(), piece.begin(), piece.end());
    return true;
  });
  if (!read) return failed(file);
  return content;
}

std::expected<void, FileFault> sync_names(const fs::path& folder) {
  const Descriptor opened = open_file(folder.empty() ? fs::path{"."} : folder, O_RDONLY | O_DIRECTORY);
  if (!opened.is_open() || ::fsync(opened.get()) != 0) return failed(folder);
  return {};
}

std::expected<void, FileFault> make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  const int error = errno;
  std::error_code ignored;
  if (error == EEXIST && fs::is_directory(folder, ignored)) return {};
  return std::unexpected{FileFault{error, folder}};
}

}  // namespace samband::server::edge

#include "storage/rocks/store_file.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace samband::storage {
namespace {

constexpr std::string_view first_line = "samband-store 1\n";
constexpr std::string_view first_word = "samband-store ";
constexpr std::size_t description_bytes_max = 256;

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<StoreError> failed_by_errno() {
  return std::unexpected(errno == ENOSPC || errno == EDQUOT ? StoreError::full : StoreError::io);
}

std::expected<void, StoreError> write_synced(const std::filesystem::path& file, std::string_view text) {
  const Descriptor out{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (out.get() < 0) return failed_by_errno();
  while (!text.empty()) {
    const ssize_t written = ::write(out.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed_by_errno();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(out.get()) != 0) return failed_by_errno();
  return {};
}

// Takes `expected` off the front of `text`; false when it is not there.
bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

}  // namespace

std::string describe(const StoreLayout& layout) {
  return std::string{first_line} + "kind " + layout.kind + "\nformat " + std::to_string(layout.format) + "\n";
}

std::expected<StoreDescription, StoreError> parse_description(std::string_view text) {
  const std::string_view whole = text;
  if (!take(text, first_line)) {
    return std::unexpected(text.starts_with(first_word) ? StoreError::format_newer : StoreError::corrupt);
  }
  StoreDescription out;
  if (!take(text, "kind ")) return std::unexpected(StoreError::corrupt);
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return std::unexpected(StoreError::corrupt);
  out.kind = text.substr(0, line_end);
  text.remove_prefix(line_end + 1);
  if (!take(text, "format ")) return std::unexpected(StoreError::corrupt);
  std::from_chars(text.data(), text.data() + text.size(), out.format);
  if (describe({.kind = out.kind, .format = out.format, .families = {}}) != whole) {
    return std::unexpected(StoreError::corrupt);
  }
  return out;
}

std::expected<void, StoreError> accept(const StoreDescription& found, const StoreLayout& layout) {
  if (found.kind != layout.kind) return std::unexpected(StoreError::not_a_store);
  if (found.format > layout.format) return std::unexpected(StoreError::format_newer);
  if (found.format < layout.oldest_format) return std::unexpected(StoreError::format_older);
  return {};
}

std::expected<StoreDescription, StoreError> read_description(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / store_file_name;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return std::unexpected(error ? StoreError::io : StoreError::not_a_store);
  }
  std::ifstream in{file, std::ios::binary};
  std::string text(description_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.is_open()) return std::unexpected(StoreError::io);
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_description(text);
}

std::expected<void, StoreError> write_description(const std::filesystem::path& folder, const StoreLayout& layout) {
  const std::filesystem::path file = folder / store_file_name;
  const std::filesystem::path beside = folder / (std::string{store_file_name} + ".new");
  if (auto written = write_synced(beside, describe(layout)); !written) return written;
  if (::rename(beside.c_str(), file.c_str()) != 0) return failed_by_errno();
  return sync_folder(folder);
}

std::expected<bool, StoreError> is_vacant(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) {
    if (error) return std::unexpected(StoreError::io);
    return true;
  }
  if (!std::filesystem::is_directory(folder, error)) return false;
  const bool empty = std::filesystem::is_empty(folder, error);
  if (error) return std::unexpected(StoreError::io);
  return empty;
}

std::expected<void, StoreError> sync_files(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator{folder, error}) {
    const Descriptor opened{::open(file.path().c_str(), O_RDONLY | O_CLOEXEC)};
    if (opened.get() < 0 || ::fsync(opened.get()) != 0) return std::unexpected(StoreError::io);
  }
  if (error) return std::unexpected(StoreError::io);
  return {};
}

std::expected<void, StoreError> sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return std::unexpected(StoreError::io);
  return {};
}

}  // namespace samband::storage

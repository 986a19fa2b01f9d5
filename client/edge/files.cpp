#include "client/edge/files.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "client/edge/descriptor.h"

namespace samband::client {
namespace {

FileError error_of(int number) {
  if (number == ENOENT || number == ENOTDIR) return FileError::missing;
  return FileError::unreadable;
}

class FileSource final : public DocumentSource {
 public:
  FileSource(Descriptor file, const struct stat& opened) : file_{std::move(file)}, opened_{opened} {}

  [[nodiscard]] std::uint64_t size() const override { return static_cast<std::uint64_t>(opened_.st_size); }

  [[nodiscard]] std::expected<Bytes, StreamError> read(std::uint64_t offset, std::size_t size) override {
    if (changed()) return std::unexpected(StreamError::changed);
    Bytes out(size);
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(file_.get(), out.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::unexpected(StreamError::unreadable);
      done += static_cast<std::size_t>(got);
    }
    return out;
  }

 private:
  [[nodiscard]] bool changed() const {
    struct stat now{};
    if (::fstat(file_.get(), &now) != 0) return true;
    return now.st_size != opened_.st_size || now.st_mtim.tv_sec != opened_.st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != opened_.st_mtim.tv_nsec;
  }

  Descriptor file_;
  struct stat opened_;
};

class FileSink final : public DocumentSink {
 public:
  FileSink(Descriptor file, std::string unfinished, std::filesystem::path path)
      : file_{std::move(file)}, unfinished_{std::move(unfinished)}, path_{std::move(path)} {}
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override {
    if (!finished_) ::unlink(unfinished_.c_str());
  }

  [[nodiscard]] std::expected<void, StreamError> write(BytesView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return std::unexpected(StreamError::unwritable);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }

  [[nodiscard]] std::expected<void, StreamError> finish() override {
    if (::fsync(file_.get()) != 0) return std::unexpected(StreamError::unwritable);
    if (::rename(unfinished_.c_str(), path_.c_str()) != 0) return std::unexpected(StreamError::unwritable);
    finished_ = true;
    return {};
  }

 private:
  Descriptor file_;
  std::string unfinished_;
  std::filesystem::path path_;
  bool finished_ = false;
};

std::unique_ptr<FileSink> make_sink(const std::filesystem::path& path) {
  std::string unfinished = path.string() + ".XXXXXX";
  Descriptor file{::mkostemp(unfinished.data(), O_CLOEXEC)};
  if (!file.open()) return nullptr;
  return std::make_unique<FileSink>(std::move(file), std::move(unfinished), path);
}

class Folder final : public DocumentFolder {
 public:
  explicit Folder(std::filesystem::path path) : path_{std::move(path)} {}
  [[nodiscard]] std::unique_ptr<DocumentSink> create(std::string_view name) override {
    return is_safe_file_name(name) ? make_sink(path_ / name) : nullptr;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::expected<std::shared_ptr<DocumentSource>, FileError> open_source(const std::filesystem::path& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.open()) return std::unexpected(error_of(errno));
  struct stat opened{};
  if (::fstat(file.get(), &opened) != 0) return std::unexpected(FileError::unreadable);
  if (!S_ISREG(opened.st_mode)) return std::unexpected(FileError::not_a_file);
  return std::make_shared<FileSource>(std::move(file), opened);
}

std::expected<std::shared_ptr<DocumentSink>, FileError> create_sink(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return std::unexpected(FileError::not_a_file);
  std::shared_ptr<DocumentSink> sink = make_sink(path);
  if (!sink) return std::unexpected(FileError::unwritable);
  return sink;
}

std::expected<std::shared_ptr<DocumentFolder>, FileError> open_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!std::filesystem::is_directory(path, error)) return std::unexpected(FileError::unwritable);
  return std::make_shared<Folder>(path);
}

bool is_safe_file_name(std::string_view name) {
  constexpr std::size_t name_bytes_max = 240;  // leaves room for the suffix of an unfinished file
  if (name.empty() || name.size() > name_bytes_max || name.front() == '.') return false;
  return std::ranges::none_of(name,
                              [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace samband::client

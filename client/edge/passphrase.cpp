#include "client/edge/passphrase.h"

#include <cstdlib>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "client/edge/descriptor.h"
#include "storage/sealed/store_key.h"

namespace samband::client {
namespace {

// The first line, at most `passphrase_bytes_max` long; nullopt when nothing can be read.
std::optional<SecretBytes> read_line(int fd) {
  SecretBytes line{storage::passphrase_bytes_max};
  std::size_t size = 0;
  while (size < line.size()) {
    std::uint8_t octet = 0;
    const ssize_t got = ::read(fd, &octet, 1);
    if (got < 0) return std::nullopt;
    if (got == 0 || octet == '\n') break;
    line.writable()[size++] = octet;
  }
  return SecretBytes{line.view().first(size)};
}

std::optional<SecretBytes> read_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  return file.open() ? read_line(file.get()) : std::nullopt;
}

// Turns the terminal's echo off, and back on.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_{fd} {
    ::tcgetattr(fd_, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() { ::tcsetattr(fd_, TCSAFLUSH, &before_); }

 private:
  int fd_;
  termios before_{};
};

std::optional<SecretBytes> prompt(int terminal, std::string_view text) {
  std::ignore = ::write(terminal, text.data(), text.size());
  std::optional<SecretBytes> line;
  {
    const SilentTerminal silent{terminal};
    line = read_line(terminal);
  }
  std::ignore = ::write(terminal, "\n", 1);
  return line;
}

std::expected<SecretBytes, ProfileError> ask_on_terminal(bool twice, Language language) {
  const Descriptor terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC)};
  if (!terminal.open()) return std::unexpected(ProfileError::no_passphrase);
  const Phrase first{"passphrase: ", "passordfrase: ", "passordfrase: "};
  const Phrase again{"the same again: ", "den samme igjen: ", "den same igjen: "};
  auto line = prompt(terminal.get(), first.in(language));
  if (!line || line->empty()) return std::unexpected(ProfileError::no_passphrase);
  if (twice) {
    const auto second = prompt(terminal.get(), again.in(language));
    if (!second || !equal_in_constant_time(line->view(), second->view())) {
      return std::unexpected(ProfileError::passphrases_differ);
    }
  }
  return std::move(*line);
}

}  // namespace

AskPassphrase ask_passphrase(std::optional<std::filesystem::path> file, Language language) {
  return [file = std::move(file), language](bool twice) -> std::expected<SecretBytes, ProfileError> {
    std::optional<SecretBytes> given;
    if (file) {
      given = read_file(*file);
      if (!given || given->empty()) return std::unexpected(ProfileError::no_passphrase);
      return std::move(*given);
    }
    if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY")) {
      given = read_file(std::filesystem::path{folder} / passphrase_credential);
      if (given && !given->empty()) return std::move(*given);
    }
    return ask_on_terminal(twice, language);
  };
}

}  // namespace samband::client

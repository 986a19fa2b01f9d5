#include "server/edge/backup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <fmt/format.h>

#include "crypto/codec/hex.h"
#include "crypto/suite/signing.h"

namespace samband::server::edge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "samband-backup 1";
constexpr std::string_view first_word = "samband-backup ";
constexpr std::size_t text_bytes_max = 400;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." && std::ranges::all_of(name, is_plain);
}

// Takes lines apart; remembers its first failure.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_{text} {}

  // The rest of the next line, which begins with `word` and a space.
  std::string_view after(std::string_view word) {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    const bool fits =
        end != std::string_view::npos && line.starts_with(word) && line.substr(word.size()).starts_with(' ');
    if (!fits) {
      failed_ = true;
      return {};
    }
    rest_.remove_prefix(end + 1);
    return line.substr(word.size() + 1);
  }
  std::uint64_t number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    failed_ = failed_ || error != std::errc{} || end != digits.data() + digits.size();
    return value;
  }
  [[nodiscard]] bool next_is(std::string_view word) const { return rest_.starts_with(word); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

// SHA256 SIZE PATH
std::optional<BackupFile> parse_file(Lines& lines, std::string_view line) {
  constexpr std::size_t digits = 2 * Hash::size;
  BackupFile file;
  const auto hash = line.size() > digits && line[digits] == ' ' ? from_hex(line.substr(0, digits)) : std::nullopt;
  const std::size_t gap = line.find(' ', std::min(line.size(), digits + 1));
  if (!hash || gap == std::string_view::npos) return std::nullopt;
  file.digest.sha256 = Hash::of(*hash).value_or(Hash{});
  file.digest.bytes = lines.number(line.substr(digits + 1, gap - digits - 1));
  file.path = line.substr(gap + 1);
  if (!is_backup_path(file.path)) return std::nullopt;
  return file;
}

std::string without_own_hash(const BackupManifest& manifest) {
  std::string text =
      fmt::format("{}\nserver {}\nversion {}\nat {}\nincarnation {}\nentries {}\n", first_line, manifest.server,
                  manifest.version, manifest.at.ms, manifest.incarnation, manifest.entries);
  for (const BackupFile& file : manifest.files) {
    text += fmt::format("file {} {} {}\n", to_hex(file.digest.sha256.view()), file.digest.bytes, file.path);
  }
  return text;
}

}  // namespace

const BackupFile* BackupManifest::find(std::string_view path) const {
  const auto found = std::ranges::find(files, path, &BackupFile::path);
  return found == files.end() ? nullptr : &*found;
}

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t sum = 0;
  for (const BackupFile& file : files) sum += file.digest.bytes;
  return sum;
}

bool is_backup_path(std::string_view path) {
  for (const std::string_view folder : {backup_store, backup_chunks}) {
    if (path.starts_with(folder)) return is_file_name(path.substr(folder.size()));
  }
  return path == backup_log_key || path == backup_certificate || path == backup_private_key ||
         path == backup_configuration;
}

std::string encode(const BackupManifest& manifest) {
  const std::string text = without_own_hash(manifest);
  return text + "manifest " + to_hex(sha256(view_of(text)).view()) + "\n";
}

std::expected<BackupManifest, std::string> parse_backup_manifest(std::string_view text) {
  if (!text.starts_with(first_word)) return std::unexpected{"is not the manifest of a samband backup"};
  if (!text.starts_with(std::string{first_line} + "\n")) {
    return std::unexpected{"was written by a newer samband: install that version"};
  }
  constexpr std::string_view damaged = "is damaged or cut short";
  Lines lines{text.substr(first_line.size() + 1)};
  BackupManifest manifest;
  manifest.server = lines.after("server");
  manifest.version = lines.after("version");
  manifest.at.ms = lines.number(lines.after("at"));
  manifest.incarnation = lines.number(lines.after("incarnation"));
  manifest.entries = lines.number(lines.after("entries"));
  while (!lines.failed() && lines.next_is("file ")) {
    auto file = parse_file(lines, lines.after("file"));
    if (!file) return std::unexpected{std::string{damaged}};
    const bool in_order = manifest.files.empty() || manifest.files.back().path < file->path;
    if (!in_order) return std::unexpected{std::string{damaged}};
    manifest.files.push_back(std::move(*file));
  }
  const bool fits = manifest.server.size() <= text_bytes_max && manifest.version.size() <= text_bytes_max;
  static_cast<void>(lines.after("manifest"));
  // Its own hash, and every other way to write the same, are in this comparison.
  if (lines.failed() || !lines.at_end() || !fits || encode(manifest) != text) {
    return std::unexpected{std::string{damaged}};
  }
  return manifest;
}

std::string backup_name(WallTime at) {
  const auto seconds = static_cast<std::time_t>(at.ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H%M%S", &parts);
  return fmt::format("{}.{:03}Z", std::string_view{text.data(), size}, at.ms % 1000);
}

bool is_backup_name(std::string_view name) {
  constexpr std::string_view pattern = "0000-00-00T000000.000Z";
  return name.size() == pattern.size() && std::ranges::equal(name, pattern, [](char c, char like) {
           return like == '0' ? c >= '0' && c <= '9' : c == like;
         });
}

fs::path BackupFolder::file(const Hash& sha256) const {
  return files() / to_hex(sha256.view());
}

fs::path BackupFolder::manifest(std::string_view name) const {
  return backups() / name / "manifest";
}

std::vector<std::string> BackupFolder::names() const {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{backups(), error}) {
    std::string name = entry.path().filename().string();
    if (is_backup_name(name)) found.push_back(std::move(name));
  }
  std::ranges::sort(found);
  return found;
}

std::expected<BackupManifest, std::string> BackupFolder::read(std::string_view name) const {
  const auto text = read_file(manifest(name), backup_manifest_bytes_max);
  if (!text) return std::unexpected{says(text.error())};
  auto parsed = parse_backup_manifest(text_of(*text));
  if (!parsed) return std::unexpected{manifest(name).string() + " " + parsed.error()};
  if (backup_name(parsed->at) != name) return std::unexpected{manifest(name).string() + " is of another backup"};
  return parsed;
}

std::expected<void, std::string> BackupFolder::verify(const BackupFile& wanted) const {
  const fs::path place = file(wanted.digest.sha256);
  const auto named = [&](std::string_view what) { return std::unexpected{wanted.path + " " + std::string{what}}; };
  std::error_code error;
  if (!fs::exists(place, error)) return named("is missing");
  if (fs::file_size(place, error) != wanted.digest.bytes || error) return named("has another size than it had");
  const auto found = digest_of(place);
  if (!found) return named("can't be read: " + says(found.error()));
  if (*found != wanted.digest) return named("is damaged");
  return {};
}

}  // namespace samband::server::edge

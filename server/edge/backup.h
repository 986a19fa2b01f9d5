// A folder of backups, as `sambandctl backup` writes it and `sambandd restore` reads it. BACKUP.md describes it.
//
//     DIR/files/SHA256            every file that some backup names, once
//     DIR/backups/TIME/manifest   what one backup consists of; it comes last, so what has one is whole
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "server/edge/files.h"

namespace samband::server::edge {

inline constexpr std::size_t backup_manifest_bytes_max = std::size_t{64} << 20U;

struct BackupFile {
  std::string path;  // `is_backup_path`
  FileDigest digest;
  bool operator==(const BackupFile&) const = default;
};

struct BackupManifest {
  std::string server;   // its name
  std::string version;  // of the sambandd that was running
  WallTime at;
  std::uint64_t incarnation = 0;
  std::uint64_t entries = 0;      // of all channels, at least
  std::vector<BackupFile> files;  // by path
  bool operator==(const BackupManifest&) const = default;

  [[nodiscard]] const BackupFile* find(std::string_view path) const;
  [[nodiscard]] std::uint64_t bytes() const;
};

// Where things stand in a backup.
inline constexpr std::string_view backup_store = "store/";
inline constexpr std::string_view backup_chunks = "chunks/";
inline constexpr std::string_view backup_log_key = "log_key";
inline constexpr std::string_view backup_certificate = "tls/certificate.pem";
inline constexpr std::string_view backup_private_key = "tls/private_key.pem";
inline constexpr std::string_view backup_configuration = "sambandd.toml";
// One of the above, or a file straight in one of the two folders. Nothing else is ever written by a restore.
[[nodiscard]] bool is_backup_path(std::string_view path);

[[nodiscard]] std::string encode(const BackupManifest& manifest);
// Strict: exactly what `encode` gives. The error says what is wrong with it.
[[nodiscard]] std::expected<BackupManifest, std::string> parse_backup_manifest(std::string_view text);

// The name of a backup: 2026-11-22T142000.123Z. Names sort as their times do.
[[nodiscard]] std::string backup_name(WallTime at);
[[nodiscard]] bool is_backup_name(std::string_view name);

class BackupFolder {
 public:
  explicit BackupFolder(std::filesystem::path folder) : folder_{std::move(folder)} {}

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::filesystem::path files() const { return folder_ / "files"; }
  [[nodiscard]] std::filesystem::path backups() const { return folder_ / "backups"; }
  [[nodiscard]] std::filesystem::path file(const Hash& sha256) const;
  [[nodiscard]] std::filesystem::path manifest(std::string_view name) const;

  // Of the complete ones, oldest first.
  [[nodiscard]] std::vector<std::string> names() const;
  // The error is one line: what is wrong with which file.
  [[nodiscard]] std::expected<BackupManifest, std::string> read(std::string_view name) const;
  // That the file is there, as large as it was, and the same to the last byte. The error is one line.
  [[nodiscard]] std::expected<void, std::string> verify(const BackupFile& file) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace samband::server::edge

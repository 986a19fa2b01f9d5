// `sambandctl backup DIR`: copies what a living server holds still for it. BACKUP.md describes the folder.
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <iostream>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/edge/backup.h"
#include "server/edge/config.h"
#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/process.h"

namespace samband::server::edge::ctl {
namespace {

namespace fs = std::filesystem;

using Done = std::expected<void, Failure>;

constexpr mode_t nobody_else = 0077;
constexpr std::string_view notice =
    "Backups of a samband server, written by sambandctl backup and read by sambandd restore.\n"
    "They hold the server's keys: guard this folder like the server itself.\n";

std::unexpected<Failure> refused(std::string says) {
  return std::unexpected{Failure{Exit::refused, std::move(says)}};
}

std::unexpected<Failure> failed(const FileFault& fault, const BackupFolder& folder) {
  switch (fault.error) {
    case ENOSPC:
    case EDQUOT:
      return refused("no room is left in " + folder.path().string() +
                     " for the backup: make room, or keep fewer with --keep N; the earlier ones are whole");
    case EACCES:
    case EPERM:
      return std::unexpected{Failure{Exit::not_permitted, says(fault) + ": run it as root or as the server's user"}};
    default: return refused(says(fault) + ": check the folder and its disk, and run it again");
  }
}

// One backup at a time writes to a folder. Ends with the process.
class Lock {
 public:
  explicit Lock(const fs::path& file) : fd_{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} {}
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] bool take() const { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0; }

 private:
  int fd_;
};

bool is_within(const fs::path& place, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(fs::absolute(place), error);
  const fs::path outer = fs::weakly_canonical(folder, error);
  const auto [end, rest] = std::ranges::mismatch(outer, inner);
  return end == outer.end();
}

// The folder as a place for backups: made, or one that is empty or holds some already.
Done prepare(const BackupFolder& folder, const Configuration& configuration) {
  for (const fs::path& store : {configuration.store, configuration.chunks}) {
    if (!is_within(folder.path(), store.parent_path())) continue;
    return refused(folder.path().string() + " is inside the server's own folder " + store.parent_path().string() +
                   ": choose one elsewhere, best on another disk");
  }
  std::error_code error;
  const bool is_new = !fs::exists(folder.path(), error) || fs::is_empty(folder.path(), error);
  if (!is_new && !error && !fs::exists(folder.backups(), error)) {
    return refused(folder.path().string() + " is not empty and holds no backups: choose a new or an empty folder");
  }
  for (const fs::path& part : {folder.path(), folder.files(), folder.backups()}) {
    if (const auto made = make_private_folder(part); !made) return failed(made.error(), folder);
  }
  if (!is_new) return {};
  if (const auto written = replace_file(folder.path() / "README", view_of(notice)); !written) {
    return refused(says(written.error()) + " can't be written: check its permissions");
  }
  return {};
}

// What an earlier run left in the middle.
void sweep(const BackupFolder& folder) {
  std::error_code ignored;
  for (const fs::path& place : {folder.files(), folder.backups()}) {
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator{place, ignored}) {
      if (entry.path().extension() == ".creating") left.push_back(entry.path());
    }
    for (const fs::path& one : left) fs::remove_all(one, ignored);
  }
}

struct Source {
  std::string path;  // in the backup
  fs::path file;
  bool may_be_absent = false;
};

std::expected<std::vector<Source>, Failure> sources(const protocol::CheckpointHeld& held,
                                                    const Configuration& configuration, const fs::path& file) {
  std::vector<Source> out{{std::string{backup_log_key}, configuration.log_key},
                          {std::string{backup_configuration}, file},
                          {std::string{backup_certificate}, configuration.certificate, true},
                          {std::string{backup_private_key}, configuration.private_key, true}};
  for (const auto& [prefix, folder] : {std::pair{backup_store, held.main}, std::pair{backup_chunks, held.chunks}}) {
    std::error_code error;
    for (fs::directory_iterator at{folder, error}; !error && at != fs::directory_iterator{}; at.increment(error)) {
      out.push_back({std::string{prefix} + at->path().filename().string(), at->path()});
    }
    if (error) {
      const bool not_ours = error.value() == EACCES || error.value() == EPERM;
      return std::unexpected{Failure{not_ours ? Exit::not_permitted : Exit::refused,
                                     folder + " can't be read (" + error.message() +
                                         "): run it as root or as the server's user, on the server's machine"}};
    }
  }
  std::ranges::sort(out, {}, &Source::path);
  return out;
}

struct Copied {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

// By content: what the folder has, under whatever name it came, is not copied again.
std::expected<FileDigest, FileFault> keep(const BackupFolder& folder, const fs::path& file, Copied& copied) {
  auto digest = digest_of(file);
  if (!digest) return digest;
  std::error_code error;
  const fs::path place = folder.file(digest->sha256);
  if (fs::file_size(place, error) == digest->bytes && !error) return digest;
  fs::path beside = place;
  beside += ".creating";
  digest = copy_synced(file, beside);
  if (!digest) return digest;
  // A configuration may be saved anew between the two readings: then it goes by what was copied.
  if (::rename(beside.c_str(), folder.file(digest->sha256).c_str()) != 0) {
    return std::unexpected{FileFault{errno, beside}};
  }
  ++copied.files;
  copied.bytes += digest->bytes;
  return digest;
}

std::expected<BackupManifest, Failure> copy_all(const BackupFolder& folder, const std::vector<Source>& from,
                                                const protocol::CheckpointHeld& held, Copied& copied) {
  BackupManifest manifest{.server = held.name,
                          .version = held.version,
                          .at = held.at,
                          .incarnation = held.incarnation,
                          .entries = held.entries,
                          .files = {}};
  for (const Source& source : from) {
    const auto digest = keep(folder, source.file, copied);
    if (!digest && digest.error().error == ENOENT && source.may_be_absent) {
      std::cerr << "sambandctl: without " << source.path << ": " << says(digest.error()) << '\n';
      continue;
    }
    if (!digest) return failed(digest.error(), folder);
    manifest.files.push_back({source.path, *digest});
  }
  if (const auto synced = sync_names(folder.files()); !synced) return failed(synced.error(), folder);
  return manifest;
}

// The backup is there when its folder has its name, with the manifest in it.
Done complete(const BackupFolder& folder, const BackupManifest& manifest) {
  const std::string name = backup_name(manifest.at);
  const fs::path made = folder.backups() / name;
  const fs::path beside = folder.backups() / (name + ".creating");
  if (const auto folder_made = make_private_folder(beside); !folder_made) return failed(folder_made.error(), folder);
  if (const auto written = replace_file(beside / "manifest", view_of(encode(manifest))); !written) {
    return refused("the manifest can't be written in " + says(written.error()) +
                   ": make room on its disk, and run it again");
  }
  if (::rename(beside.c_str(), made.c_str()) != 0) return failed({errno, made}, folder);
  if (const auto synced = sync_names(folder.backups()); !synced) return failed(synced.error(), folder);
  return {};
}

// The oldest beyond `kept` go, then the files that nobody names any more.
Done prune(const BackupFolder& folder, std::size_t kept) {
  std::vector<std::string> names = folder.names();
  std::error_code error;
  while (names.size() > kept) {
    fs::remove_all(folder.backups() / names.front(), error);
    if (error) return failed({error.value(), folder.backups() / names.front()}, folder);
    names.erase(names.begin());
  }
  std::set<fs::path> named;
  for (const std::string& name : names) {
    const auto manifest = folder.read(name);
    // Which files it named is not known: so all of them stay.
    if (!manifest)
      return refused(manifest.error() + ": its backup is lost; remove it, then files go with the next run");
    for (const BackupFile& file : manifest->files) named.insert(folder.file(file.digest.sha256));
  }
  std::vector<fs::path> over;
  for (const auto& entry : fs::directory_iterator{folder.files(), error}) {
    if (!named.contains(entry.path())) over.push_back(entry.path());
  }
  for (const fs::path& file : over) fs::remove(file, error);
  return {};
}

void report(const Where& where, const BackupFolder& folder, const BackupManifest& manifest, const Copied& copied) {
  constexpr unsigned mib = 20;
  if (!where.json) {
    std::cout << fmt::format("backup {} in {}: {} files, {} MiB; {} files, {} MiB of them new\n",
                             backup_name(manifest.at), folder.path().string(), manifest.files.size(),
                             manifest.bytes() >> mib, copied.files, copied.bytes >> mib);
    return;
  }
  Line{}
      .text("backup", backup_name(manifest.at))
      .number("files", manifest.files.size())
      .number("bytes", manifest.bytes())
      .number("files_new", copied.files)
      .number("bytes_new", copied.bytes)
      .number("entries", manifest.entries)
      .number("incarnation", manifest.incarnation)
      .print(true);
}

// In a folder of the server's own user root writes as that user: the nightly backup goes on in it, and nothing that
// lies there leads root elsewhere.
Done become_owner(const BackupFolder& folder, const Configuration& configuration) {
  struct stat place{};
  struct stat store{};
  if (::geteuid() != 0 || ::stat(folder.path().c_str(), &place) != 0 || place.st_uid == 0) return {};
  if (::stat(configuration.store.c_str(), &store) != 0 || place.st_uid != store.st_uid) return {};
  if (become({place.st_uid, store.st_gid})) return {};
  return refused(folder.path().string() + " belongs to the server's user, who can't be taken on here (" +
                 std::strerror(errno) + "): run it as that user");
}

Done run(const Where& where, const BackupFolder& folder, std::size_t kept) {
  const auto configuration = read_configuration(where.configuration);
  if (!configuration) {
    return refused(where.configuration + ": " + configuration.error().front().says +
                   ": name the server's --config; a backup holds what it names");
  }
  auto server = connect(where);
  if (!server) return std::unexpected{server.error()};
  // The server has seen who asks.
  if (auto owner = become_owner(folder, *configuration); !owner) return owner;
  if (auto prepared = prepare(folder, *configuration); !prepared) return prepared;
  const Lock lock{folder.path() / ".lock"};
  if (!lock.is_open()) return failed({errno, folder.path() / ".lock"}, folder);
  if (!lock.take()) return refused("another backup writes to " + folder.path().string() + ": wait until it has ended");
  sweep(folder);

  // The server lets it go when this connection ends, however this ends.
  const auto held = server->ask_for<protocol::CheckpointHeld>(protocol::HoldCheckpoint{});
  if (!held) return std::unexpected{held.error()};
  const auto from = sources(*held, *configuration, where.configuration);
  if (!from) return std::unexpected{from.error()};
  Copied copied;
  const auto manifest = copy_all(folder, *from, *held, copied);
  if (!manifest) return std::unexpected{manifest.error()};
  if (auto completed = complete(folder, *manifest); !completed) return completed;
  report(where, folder, *manifest, copied);
  const auto gone = server->ask_for<protocol::AdminDone>(protocol::LetCheckpointGo{true});
  if (kept > 0) {
    if (auto pruned = prune(folder, kept); !pruned) return pruned;
  }
  if (!gone) return refused("the backup is whole, but the server could not be told (" + gone.error().says + ")");
  return {};
}

}  // namespace

int back_up(const Where& where, const fs::path& folder, std::size_t kept) {
  ::umask(nobody_else);
  const auto done = run(where, BackupFolder{fs::absolute(folder).lexically_normal()}, kept);
  return done ? static_cast<int>(Exit::done) : fail(done.error());
}

}  // namespace samband::server::edge::ctl

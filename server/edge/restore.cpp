#include "server/edge/restore.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/core/audit_chain.h"
#include "server/core/core.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"
#include "server/edge/tls.h"
#include "storage/model/restore_record.h"
#include "storage/model/server_layout.h"

namespace samband::server::edge {
namespace {

namespace fs = std::filesystem;
namespace layout = storage::server_store;

using Done = std::expected<void, std::string>;

constexpr std::size_t configuration_bytes_max = std::size_t{1} << 20U;
constexpr std::uint64_t chance = std::uint64_t{1} << 20U;

fs::path beside(const fs::path& place) {
  fs::path out = place.has_filename() ? place : place.parent_path();
  return out += ".restoring";
}

std::unexpected<std::string> not_written(const FileFault& fault) {
  return std::unexpected{says(fault) + ": check the permissions and the room on the disk, and run it again"};
}

// Folders with this process's restore in them; what is not given its name is removed again.
class Workplace {
 public:
  explicit Workplace(const Configuration& target) : target_{target}, place_{target} {
    place_.store = beside(target.store);
    place_.chunks = beside(target.chunks);
    place_.log_key = place_.store.parent_path() / "log_key.restoring";
    clear();
  }
  ~Workplace() { clear(); }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  // The configuration of a server that stands in the workplace.
  [[nodiscard]] const Configuration& place() const { return place_; }
  [[nodiscard]] const Configuration& target() const { return target_; }

 private:
  void clear() const {
    std::error_code ignored;
    fs::remove_all(place_.store, ignored);
    fs::remove_all(place_.chunks, ignored);
    fs::remove(place_.log_key, ignored);
  }
  const Configuration& target_;
  Configuration place_;
};

std::expected<std::string, std::string> choose(const BackupFolder& folder, const std::string& wanted) {
  const std::vector<std::string> names = folder.names();
  if (names.empty()) {
    return std::unexpected{folder.path().string() + " holds no backup of samband: name the folder that sambandctl " +
                           "backup was given"};
  }
  if (wanted.empty()) return names.back();
  if (std::ranges::find(names, wanted) != names.end()) return wanted;
  return std::unexpected{"there is no backup " + wanted + ": the newest is " + names.back() + ", the oldest " +
                         names.front()};
}

bool is_vacant(const fs::path& place) {
  std::error_code error;
  if (!fs::exists(place, error)) return !error;
  return fs::is_directory(place, error) && fs::is_empty(place, error) && !error;
}

// Nothing of a server may be in the places, but a log key that is the same and a TLS pair.
Done check_places(const BackupFolder& folder, const BackupManifest& manifest, const Configuration& target) {
  for (const fs::path& place : {target.store, target.chunks}) {
    if (is_vacant(place)) continue;
    return std::unexpected{place.string() + " is not empty: a restore never writes over a store; move it away first"};
  }
  if (manifest.server != target.name) {
    return std::unexpected{"the backup is of the server " + manifest.server + ", the configuration is of " +
                           target.name + ": correct the name, or take the configuration out of the backup"};
  }
  std::error_code error;
  if (!fs::exists(target.log_key, error)) return {};
  const auto there = digest_of(target.log_key);
  const BackupFile* own = manifest.find(backup_log_key);
  if (own != nullptr && there && *there == own->digest) return {};
  return std::unexpected{"another log key is in " + target.log_key.string() + ": move it away first (not the one in " +
                         folder.path().string() + ")"};
}

Done verify_all(const BackupFolder& folder, const std::string& name, const BackupManifest& manifest) {
  for (const std::string_view needed :
       {std::string_view{"store/CURRENT"}, std::string_view{"chunks/CURRENT"}, std::string_view{"store/samband-store"},
        std::string_view{"chunks/samband-store"}, backup_log_key}) {
    if (manifest.find(needed) == nullptr) {
      return std::unexpected{"backup " + name + ": " + std::string{needed} +
                             " is not in its manifest: take another with --backup TIME"};
    }
  }
  for (const BackupFile& file : manifest.files) {
    if (const auto sound = folder.verify(file); !sound) {
      return std::unexpected{"backup " + name + ": " + sound.error() +
                             ": nothing was written; take another with "
                             "--backup TIME"};
    }
  }
  return {};
}

Done copy_file(const BackupFolder& folder, const BackupFile& file, const fs::path& to) {
  const auto copied = copy_synced(folder.file(file.digest.sha256), to);
  if (!copied) return not_written(copied.error());
  if (*copied == file.digest) return {};
  return std::unexpected{file.path + " changed while it was read: check the disk of the backup"};
}

Done copy_stores(const BackupFolder& folder, const BackupManifest& manifest, const Configuration& place) {
  for (const fs::path& made : {place.store, place.chunks}) {
    std::error_code error;
    fs::create_directories(made.parent_path(), error);
    if (const auto folder_made = make_private_folder(made); !folder_made) return not_written(folder_made.error());
  }
  for (const BackupFile& file : manifest.files) {
    const fs::path name = fs::path{file.path}.filename();
    Done copied;
    if (file.path.starts_with(backup_store)) copied = copy_file(folder, file, place.store / name);
    if (file.path.starts_with(backup_chunks)) copied = copy_file(folder, file, place.chunks / name);
    if (file.path == backup_log_key) copied = copy_file(folder, file, place.log_key);
    if (!copied) return copied;
  }
  for (const fs::path& made : {place.store, place.chunks}) {
    if (const auto synced = sync_names(made); !synced) return not_written(synced.error());
  }
  return {};
}

// Opens what was copied as a server would, and gives it its new incarnation.
std::expected<std::uint64_t, std::string> open_incarnation(const Configuration& place, const BackupManifest& manifest,
                                                           WallTime now, RandomSource& random) {
  const auto unusable = [](const std::string& why) {
    return std::unexpected{"the backup can't be used (" + why + "): take another with --backup TIME"};
  };
  auto log_key = read_log_key(place.log_key);
  if (!log_key) return unusable(log_key.error());
  auto stores = open_stores(place, StoreUse::serve);
  if (!stores) return unusable(stores.error());
  const auto core = Core::load(*stores->main, *stores->chunks, **log_key, place.core);
  if (!core) return unusable(std::string{name_of(core.error().error)} + ": " + core.error().detail);

  const auto kept = stores->main->get(layout::meta, layout::meta_key());
  auto meta = kept && *kept ? storage::parse_store_meta(**kept) : std::unexpected(ParseError::malformed);
  const auto head = transparency::parse_signed_tree_head(core->tree_head());
  if (!meta || !head) return unusable("its meta records");
  const storage::RestoreRecord record{.at = now,
                                      .backup_at = manifest.at,
                                      .incarnation_before = meta->incarnation,
                                      .incarnation = incarnation_after(meta->incarnation, now, random),
                                      .directory_size = head->body.tree_size};
  meta->incarnation = record.incarnation;
  storage::StoreBatch batch;
  batch.put(layout::meta, layout::meta_key(), storage::encode(*meta));
  batch.put(layout::meta, layout::restore_key(record.incarnation), storage::encode(record));
  auto act = audit_batch(*stores->main, now,
                         {.kind = storage::AuditAct::restore,
                          .who = {.uid = ::getuid(), .user = name_of_user(::getuid())},
                          .what = "restored from a backup; incarnation " + std::to_string(record.incarnation_before) +
                                  " became " + std::to_string(record.incarnation)});
  if (!act) return unusable("its audit chain");
  batch.append(std::move(*act));
  if (const auto written = stores->main->write(batch, storage::Durability::synced); !written) {
    return std::unexpected{"the store could not be written (" + std::string{storage::name_of(written.error())} +
                           "): look at the disk and its room"};
  }
  return record.incarnation;
}

Done give_name(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.has_filename() ? to.c_str() : to.parent_path().c_str()) != 0) {
    return not_written({errno, to});
  }
  const auto synced = sync_names(beside(to).parent_path());
  return synced ? Done{} : Done{not_written(synced.error())};
}

// The pair is one thing: it is put there whole, or what is there stays.
Done place_tls(const BackupFolder& folder, const BackupManifest& manifest, const Configuration& target,
               std::vector<std::string>& remarks) {
  const BackupFile* certificate = manifest.find(backup_certificate);
  const BackupFile* key = manifest.find(backup_private_key);
  std::error_code error;
  if (fs::exists(target.certificate, error) || fs::exists(target.private_key, error)) {
    remarks.push_back("the certificate in " + target.certificate.string() + " was left as it is");
    return {};
  }
  if (certificate == nullptr || key == nullptr) {
    remarks.emplace_back("the backup holds no certificate: install one before the server is started");
    return {};
  }
  for (const auto& [file, place] : {std::pair{key, target.private_key}, std::pair{certificate, target.certificate}}) {
    fs::create_directories(place.parent_path(), error);
    if (auto copied = copy_file(folder, *file, place); !copied) return copied;
  }
  remarks.push_back("the certificate was put into " + target.certificate.string() + ", its key into " +
                    target.private_key.string());
  return {};
}

// Run as root, a restore leaves everything to whom the server's folder belongs.
void hand_over(const Configuration& place, const Configuration& target) {
  struct stat owner{};
  if (::geteuid() != 0 || ::stat(beside(target.store).parent_path().c_str(), &owner) != 0) return;
  const auto give = [&](const fs::path& file) {
    if (::lchown(file.c_str(), owner.st_uid, owner.st_gid) != 0) errno = 0;  // the next start says whose it is
  };
  for (const fs::path& folder : {place.store, place.chunks}) {
    std::error_code ignored;
    give(folder);
    for (const auto& entry : fs::directory_iterator{folder, ignored}) give(entry.path());
  }
  give(place.log_key);
  if (target.certificate.empty()) return;
  for (const fs::path& file : {target.certificate, target.private_key, target.certificate.parent_path()}) give(file);
}

Done put_in_place(const BackupFolder& folder, const BackupManifest& manifest, const Workplace& workplace,
                  std::vector<std::string>& remarks) {
  const Configuration& place = workplace.place();
  const Configuration& target = workplace.target();
  const bool had_certificate = fs::exists(target.certificate);
  if (auto placed = place_tls(folder, manifest, target, remarks); !placed) return placed;
  Configuration mine = target;
  if (had_certificate) {
    mine.certificate.clear();
    mine.private_key.clear();
  }
  hand_over(place, mine);
  // The store last: until it is there, there is no server to start.
  if (auto named = give_name(place.log_key, target.log_key); !named) return named;
  if (auto named = give_name(place.chunks, target.chunks); !named) return named;
  return give_name(place.store, target.store);
}

}  // namespace

std::uint64_t incarnation_after(std::uint64_t before, WallTime now, RandomSource& random) {
  std::array<std::uint8_t, 4> bytes{};
  random.fill(bytes);
  const std::uint64_t drawn = Reader{bytes}.u32() % chance;
  return std::max(now.ms / 1000 * chance, before + 1) + drawn;
}

std::expected<bool, std::string> restore_configuration(const BackupFolder& folder, const std::string& backup,
                                                       const fs::path& file) {
  struct stat there{};
  const bool is_there = ::stat(file.c_str(), &there) == 0;
  if (is_there) {
    const auto configuration = read_configuration(file);
    if (configuration || !configuration.error().front().is_unnamed) return false;
  }
  const auto name = choose(folder, backup);
  if (!name) return std::unexpected{name.error()};
  const auto manifest = folder.read(*name);
  if (!manifest) return std::unexpected{manifest.error() + ": take another with --backup TIME"};
  const BackupFile* kept = manifest->find(backup_configuration);
  if (kept == nullptr) {
    return std::unexpected{"backup " + *name + " holds no configuration: put one into " + file.string()};
  }
  if (const auto sound = folder.verify(*kept); !sound) return std::unexpected{"backup " + *name + ": " + sound.error()};
  const auto text = read_file(folder.file(kept->digest.sha256), configuration_bytes_max);
  if (!text) return not_written(text.error());
  FileForm form{.mode = is_there ? there.st_mode & 07777U : 0640U};
  if (is_there && ::geteuid() == 0) form.owner = FileOwner{there.st_uid, there.st_gid};
  if (const auto written = replace_file(file, *text, form); !written) return not_written(written.error());
  return true;
}

std::expected<Restored, std::string> restore(const BackupFolder& folder, const std::string& backup,
                                             const Configuration& configuration, WallTime now, RandomSource& random) {
  const auto name = choose(folder, backup);
  if (!name) return std::unexpected{name.error()};
  auto manifest = folder.read(*name);
  if (!manifest) return std::unexpected{manifest.error() + ": take another with --backup TIME"};
  if (auto vacant = check_places(folder, *manifest, configuration); !vacant) return std::unexpected{vacant.error()};
  if (auto sound = verify_all(folder, *name, *manifest); !sound) return std::unexpected{sound.error()};

  const Workplace workplace{configuration};
  if (auto copied = copy_stores(folder, *manifest, workplace.place()); !copied) return std::unexpected{copied.error()};
  const auto incarnation = open_incarnation(workplace.place(), *manifest, now, random);
  if (!incarnation) return std::unexpected{incarnation.error()};
  Restored restored{.manifest = std::move(*manifest), .incarnation = *incarnation, .remarks = {}};
  auto placed = put_in_place(folder, restored.manifest, workplace, restored.remarks);
  if (!placed) return std::unexpected{placed.error()};
  return restored;
}

}  // namespace samband::server::edge

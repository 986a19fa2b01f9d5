#include "server/edge/stores.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "server/edge/log.h"
#include "server/edge/tls.h"
#include "storage/model/server_layout.h"
#include "storage/rocks/rocks_store.h"
#ifdef SAMBAND_TESTS
#include "storage/rocks/unsynced_loss/unsynced_loss.h"
#endif

namespace samband::server::edge {
namespace {

using storage::StoreError;

std::string advice(StoreError error, const std::filesystem::path& place) {
  const std::string where = place.string();
  switch (error) {
    case StoreError::locked:
      return "the store " + where + " is in use: another sambandd runs on it; stop that one first";
    case StoreError::not_a_store:
      return "there is no samband store in " + where + ": correct the path, or make one with sambandd init";
    case StoreError::format_newer:
      return "the store " + where + " was written by a newer sambandd: install that version";
    case StoreError::format_older:
      return "the store " + where +
             " was written by a sambandd from before the first release, which this one can't read: " +
             "make a new store with sambandd init in another folder";
    case StoreError::corrupt: return "the store " + where + " is damaged: restore it from a backup";
    case StoreError::full: return "no space is left for the store " + where + ": make room on its disk";
    case StoreError::not_empty: return where + " is not empty: choose another folder";
    case StoreError::io:
      return "the store " + where + " could not be read: check the disk, and that the server's user owns the folder";
    case StoreError::read_only: return "the store " + where + " can't be written: check its permissions";
  }
  std::abort();  // every enumerator returns above
}

storage::Access access_of(StoreUse use) {
  switch (use) {
    case StoreUse::create: return storage::Access::create;
    case StoreUse::serve: return storage::Access::open;
    case StoreUse::check: return storage::Access::read;
  }
  std::abort();  // every enumerator returns above
}

std::string owner_line(const std::filesystem::path& path, uid_t owner) {
  const std::string server = name_of_user(::geteuid());
  return "the store's " + path.string() + " belongs to the user " + name_of_user(owner) + ", and the server runs as " +
         server + ": start it as its owner (installed from a package: systemctl start sambandd), or run chown -R " +
         server + " on the store's folder";
}

// A store of another user, or one that somebody else's command has left files in, would fail much later.
std::optional<std::string> foreign_file_in(const std::filesystem::path& place) {
  struct stat found{};
  if (::stat(place.c_str(), &found) != 0) return std::nullopt;  // opening it says more
  if (found.st_uid != ::geteuid()) return owner_line(place, found.st_uid);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{place, error}) {
    if (::lstat(entry.path().c_str(), &found) == 0 && found.st_uid != ::geteuid()) {
      return owner_line(entry.path(), found.st_uid);
    }
  }
  return std::nullopt;
}

std::expected<std::unique_ptr<storage::CheckpointedStore>, std::string> open_one(storage::RocksOptions options,
                                                                                 StoreUse use) {
  const std::filesystem::path place = options.directory;
  if (use == StoreUse::serve) {
    if (auto fault = foreign_file_in(place)) return std::unexpected{std::move(*fault)};
  }
  options.access = access_of(use);
#ifdef SAMBAND_TESTS
  if (use == StoreUse::serve) options.environment = storage::unsynced_loss_if_asked();
#endif
  // While it is being opened, the one line that says what to do is enough.
  const auto is_open = std::make_shared<std::atomic<bool>>(false);
  options.report = [is_open](std::string_view failure) {
    if (*is_open) {
      log_event(LogEvent::store_failure, "store: {}", failure);
    } else {
      log_debug("store: {}", failure);
    }
  };
  auto opened = storage::RocksStore::open(std::move(options));
  if (!opened) return std::unexpected{advice(opened.error(), place)};
  *is_open = true;
  return std::move(*opened);
}

}  // namespace

std::expected<Stores, std::string> open_stores(const Configuration& configuration, StoreUse use) {
  storage::RocksOptions options;
  options.directory = configuration.store;
  options.layout = storage::server_store::layout();
  auto main = open_one(options, use);
  if (!main) return std::unexpected{std::move(main.error())};

  options.directory = configuration.chunks;
  options.layout = storage::chunk_store::layout();
  options.large_values = true;
  auto chunks = open_one(options, use);
  if (!chunks) return std::unexpected{std::move(chunks.error())};
  return Stores{std::move(*main), std::move(*chunks)};
}

std::uint64_t store_bytes(const std::filesystem::path& store) {
  std::uint64_t total = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at{store, error}, end; !error && at != end; at.increment(error)) {
    std::error_code gone;  // files come and go while the store works
    const std::uintmax_t bytes = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) total += bytes;
  }
  return total;
}

void DiskWatch::look() {
  const auto main = stores_.main->free_bytes();
  const auto chunks = stores_.chunks->free_bytes();
  // A file system that does not answer gets no more to write.
  const std::uint64_t free = main && chunks ? std::min(*main, *chunks) : 0;
  free_bytes_ = free;
  const bool below = free < reserve_bytes_;
  if (below_reserve_.exchange(below) == below) return;
  if (below) {
    log_event(LogEvent::disk_reserve_reached,
              "disk: {} bytes free, less than disk_reserve_bytes: nothing is written until there is room; make some",
              free);
  } else {
    log_event(LogEvent::disk_reserve_left, "disk: {} bytes free again: writes are taken", free);
  }
}

}  // namespace samband::server::edge

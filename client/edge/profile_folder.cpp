#include "client/edge/profile_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

#include "storage/model/profile_layout.h"
#include "storage/rocks/rocks_store.h"
#include "storage/sealed/store_key.h"
#ifdef SAMBAND_TESTS
#include "storage/rocks/unsynced_loss/unsynced_loss.h"
#endif

namespace samband::client {
namespace {

namespace fs = std::filesystem;

constexpr const char* wrapped_key_name = "key";    // under the passphrase
constexpr const char* open_key_name = "key.open";  // as it is
constexpr std::size_t key_file_bytes_max = 4096;

std::expected<Descriptor, ProfileError> take_lock(const fs::path& path) {
  Descriptor lock{::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock.open()) return std::unexpected(ProfileError::unusable);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  return std::unexpected(errno == EWOULDBLOCK ? ProfileError::owned : ProfileError::unusable);
}

std::optional<SecretBytes> read_file(const fs::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.open()) return std::nullopt;
  SecretBytes buffer{key_file_bytes_max};
  const ssize_t size = ::read(file.get(), buffer.writable().data(), buffer.size());
  if (size < 0) return std::nullopt;
  return SecretBytes{buffer.view().first(static_cast<std::size_t>(size))};
}

// Synced and renamed into place: a profile's only key is there in whole, or not at all.
bool write_file(const fs::path& path, BytesView content) {
  const fs::path unfinished = path.string() + ".new";
  const Descriptor file{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file.open()) return false;
  if (::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) return false;
  if (::fsync(file.get()) != 0 || ::rename(unfinished.c_str(), path.c_str()) != 0) return false;
  const Descriptor folder{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder.open() && ::fsync(folder.get()) == 0;
}

ProfileError error_of(storage::StoreKeyError error) {
  switch (error) {
    case storage::StoreKeyError::wrong_passphrase: return ProfileError::wrong_passphrase;
    case storage::StoreKeyError::version_newer: return ProfileError::newer_format;
    case storage::StoreKeyError::malformed:
    case storage::StoreKeyError::too_costly: return ProfileError::damaged;
    case storage::StoreKeyError::no_memory: return ProfileError::unusable;
  }
  std::abort();  // every enumerator returns above
}

ProfileError error_of(storage::StoreError error) {
  switch (error) {
    case storage::StoreError::locked: return ProfileError::owned;
    case storage::StoreError::format_newer: return ProfileError::newer_format;
    case storage::StoreError::format_older:
    case storage::StoreError::corrupt:
    case storage::StoreError::not_a_store:
    case storage::StoreError::not_empty: return ProfileError::damaged;
    case storage::StoreError::io:
    case storage::StoreError::full:
    case storage::StoreError::read_only: return ProfileError::unusable;
  }
  std::abort();  // every enumerator returns above
}

std::expected<SecretBytes, ProfileError> unlock(const fs::path& path, const AskPassphrase& ask) {
  if (auto key = read_file(path / open_key_name)) {
    if (key->size() != storage::store_key_bytes) return std::unexpected(ProfileError::damaged);
    return std::move(*key);
  }
  const auto wrapped = read_file(path / wrapped_key_name);
  if (!wrapped) return std::unexpected(ProfileError::absent);
  const auto passphrase = ask(false);
  if (!passphrase) return std::unexpected(passphrase.error());
  auto key = storage::unwrap_store_key(passphrase->view(), wrapped->view());
  if (!key) return std::unexpected(error_of(key.error()));
  return std::move(*key);
}

std::expected<SecretBytes, ProfileError> make_key(const fs::path& path, bool open_key, const AskPassphrase& ask,
                                                  RandomSource& random) {
  SecretBytes key = storage::generate_store_key(random);
  if (open_key) {
    if (!write_file(path / open_key_name, key.view())) return std::unexpected(ProfileError::unusable);
    return key;
  }
  const auto passphrase = ask(true);
  if (!passphrase) return std::unexpected(passphrase.error());
  const auto wrapped = storage::wrap_store_key(passphrase->view(), key, random);
  if (!wrapped) return std::unexpected(error_of(wrapped.error()));
  if (!write_file(path / wrapped_key_name, *wrapped)) return std::unexpected(ProfileError::unusable);
  return key;
}

bool has_key(const fs::path& path) {
  std::error_code error;
  return fs::exists(path / open_key_name, error) || fs::exists(path / wrapped_key_name, error);
}

// Another process is between making the folder and writing its key.
bool is_being_made(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path / "lock", error)) return false;
  const auto lock = take_lock(path);
  return !lock && lock.error() == ProfileError::owned;
}

}  // namespace

ProfileFolder::ProfileFolder(fs::path path, Descriptor lock) : path_{std::move(path)}, lock_{std::move(lock)} {}

std::expected<ProfileFolder, ProfileError> ProfileFolder::open(const fs::path& path, const AskPassphrase& ask,
                                                               RandomSource& random) {
  if (!has_key(path)) return std::unexpected(is_being_made(path) ? ProfileError::owned : ProfileError::absent);
  auto lock = take_lock(path);
  if (!lock) return std::unexpected(lock.error());
  const auto key = unlock(path, ask);
  if (!key) return std::unexpected(key.error());
  ProfileFolder folder{path, std::move(*lock)};
  if (auto opened = folder.open_store(*key, false, random); !opened) return std::unexpected(opened.error());
  return folder;
}

std::expected<ProfileFolder, ProfileError> ProfileFolder::open_or_create(const fs::path& path, bool open_key,
                                                                         const AskPassphrase& ask,
                                                                         RandomSource& random) {
  if (has_key(path)) return open(path, ask, random);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return std::unexpected(ProfileError::unusable);
  fs::permissions(path, fs::perms::owner_all, error);
  auto lock = take_lock(path);
  if (!lock) return std::unexpected(lock.error());
  ProfileFolder folder{path, std::move(*lock)};
  folder.created_ = true;
  auto key = make_key(path, open_key, ask, random);
  if (!key) {
    folder.remove();
    return std::unexpected(key.error());
  }
  if (auto opened = folder.open_store(*key, true, random); !opened) {
    folder.remove();
    return std::unexpected(opened.error());
  }
  return folder;
}

std::expected<void, ProfileError> ProfileFolder::open_store(const SecretBytes& key, bool create, RandomSource& random) {
  storage::RocksOptions options;
  options.directory = path_ / "store";
  options.layout = storage::profile_store::layout();
  // A crash between the key and the store leaves a key alone: the store is then made with it.
  options.access = create ? storage::Access::create : storage::Access::open_or_create;
  options.block_cache_bytes = std::size_t{8} << 20U;
  options.write_buffer_bytes = std::size_t{8} << 20U;
  options.open_files_max = 128;
#ifdef SAMBAND_TESTS
  options.environment = storage::unsynced_loss_if_asked();
#endif
  auto opened = storage::RocksStore::open(std::move(options));
  if (!opened) return std::unexpected(error_of(opened.error()));
  store_ = std::move(*opened);
  sealed_ = std::make_unique<storage::SealedStore>(*store_, key, random);
  const auto ours = sealed_->is_ours();
  if (!ours) return std::unexpected(ProfileError::damaged);
  if (!*ours && !sealed_->begin()) return std::unexpected(ProfileError::unusable);
  return {};
}

void ProfileFolder::remove() {
  sealed_.reset();
  store_.reset();
  std::error_code ignored;
  for (const char* name : {"store", open_key_name, wrapped_key_name, "socket", "lock"}) {
    fs::remove_all(path_ / name, ignored);
  }
  fs::remove(path_, ignored);  // only when nothing else is in it
}

}  // namespace samband::client

// A profile on disk: a folder with its lock, its wrapped or open key, its store, and its owner's socket.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "client/edge/descriptor.h"
#include "crypto/suite/random.h"
#include "storage/sealed/sealed_store.h"
#include "storage/store.h"

namespace samband::client {

enum class ProfileError : std::uint8_t {
  absent,         // there is no profile there: enrol
  owned,          // another process has it: forward the command to it
  no_passphrase,  // none was given, and there is no terminal to ask on
  passphrases_differ,
  wrong_passphrase,
  newer_format,
  damaged,   // the key file or the store
  unusable,  // the folder can't be made, read or written
};

// Asks for the passphrase; `twice` when it is new. nullopt: there is none to be had.
using AskPassphrase = std::function<std::expected<SecretBytes, ProfileError>(bool twice)>;

class ProfileFolder {
 public:
  // Takes the lock and opens the store. Errors: all but passphrases_differ come from here too.
  [[nodiscard]] static std::expected<ProfileFolder, ProfileError> open(const std::filesystem::path& path,
                                                                       const AskPassphrase& ask, RandomSource& random);
  // Makes a new one; the passphrase is not asked for when `open_key`: the key then lies in a 0600 file.
  // Opens the one that is there, if there is one.
  [[nodiscard]] static std::expected<ProfileFolder, ProfileError> open_or_create(const std::filesystem::path& path,
                                                                                 bool open_key,
                                                                                 const AskPassphrase& ask,
                                                                                 RandomSource& random);

  [[nodiscard]] storage::SealedStore& store() { return *sealed_; }
  [[nodiscard]] bool was_created() const { return created_; }
  // Takes back a profile that `open_or_create` made: a failed enrolment leaves nothing behind.
  void remove();

  [[nodiscard]] static std::filesystem::path socket_of(const std::filesystem::path& path) { return path / "socket"; }

 private:
  explicit ProfileFolder(std::filesystem::path path, Descriptor lock);
  [[nodiscard]] std::expected<void, ProfileError> open_store(const SecretBytes& key, bool create, RandomSource& random);

  std::filesystem::path path_;
  Descriptor lock_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::SealedStore> sealed_;
  bool created_ = false;
};

}  // namespace samband::client

#include "server/edge/init.h"

#include <sys/stat.h>

#include "crypto/suite/random.h"
#include "server/core/core.h"
#include "server/edge/certificate.h"
#include "server/edge/files.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"
#include "server/edge/tls.h"

namespace samband::server::edge {
namespace {

using Path = std::filesystem::path;

// A folder under a name of its own beside its target, removed again unless it was given the target's name.
class Scaffold {
 public:
  explicit Scaffold(const Path& target) : target_{target}, place_{target.string() + ".new"} {}
  ~Scaffold() {
    std::error_code ignored;
    if (made_) std::filesystem::remove_all(place_, ignored);
  }
  Scaffold(const Scaffold&) = delete;
  Scaffold& operator=(const Scaffold&) = delete;

  [[nodiscard]] bool make() {
    std::error_code error;
    std::filesystem::create_directories(target_.parent_path(), error);
    made_ = !error && ::mkdir(place_.c_str(), 0700) == 0;
    return made_;
  }
  [[nodiscard]] bool finish() {
    if (::rename(place_.c_str(), target_.c_str()) != 0) return false;
    made_ = false;
    return sync_names(target_).has_value() && sync_names(target_.parent_path()).has_value();
  }
  [[nodiscard]] const Path& place() const { return place_; }
  [[nodiscard]] bool write(const char* name, BytesView content, mode_t mode) const {
    return create_file(place_ / name, content, {.mode = mode}).has_value();
  }

 private:
  Path target_;
  Path place_;
  bool made_ = false;
};

// Several servers on one machine get along: who chooses a port of its own for clients gets the next one for HTTP.
std::uint16_t http_port_beside(std::uint16_t listen_port) {
  const Configuration defaults;
  constexpr std::uint16_t port_max = 65535;
  if (listen_port == 0) return 0;
  if (listen_port == defaults.listen.port || listen_port == port_max) return defaults.http.port;
  return static_cast<std::uint16_t>(listen_port + 1);
}

Configuration paths_in(const Path& folder, const std::string& name, const SocketAddress& listen) {
  Configuration out;
  out.name = name;
  out.listen = listen;
  out.store = folder / "store";
  out.chunks = folder / "chunks";
  out.log_key = folder / "log.key";
  out.certificate = folder / "certificate.pem";
  out.private_key = folder / "certificate.key";
  out.admin_socket = folder / "sambandctl.sock";
  out.http.port = http_port_beside(listen.port);
  return out;
}

std::expected<void, std::string> make_stores(const Configuration& configuration, LogKey& signer, WallTime now) {
  auto stores = open_stores(configuration, StoreUse::create);
  if (!stores) return std::unexpected{stores.error()};
  const storage::StoreMeta meta{
      .incarnation = 1, .shard_count = static_cast<std::uint16_t>(configuration.shards), .created_at = now};
  if (const auto written = stores->main->write(initial_batch(meta, signer), storage::Durability::synced); !written) {
    return std::unexpected{"the store could not be written (" + std::string{storage::name_of(written.error())} +
                           "): look at the disk and its space"};
  }
  return {};
}

bool is_taken(const Path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return false;
  return !std::filesystem::is_directory(directory, error) || !std::filesystem::is_empty(directory, error) || error;
}

std::string cannot_write(const FileFault& fault) {
  return says(fault) + " can't be written: check who owns its folder, and the space of its disk";
}

std::expected<void, std::string> make_certificate(const Configuration& configuration, WallTime now) {
  const auto made = make_self_signed(configuration.name, now);
  if (!made) return std::unexpected{made.error() + ": check that name is a host name"};
  std::error_code ignored;
  std::filesystem::create_directories(configuration.certificate.parent_path(), ignored);
  std::filesystem::create_directories(configuration.private_key.parent_path(), ignored);
  const auto key = create_file(configuration.private_key, made->private_key_pem.view());
  if (!key) return std::unexpected{cannot_write(key.error())};
  const auto certificate = create_file(configuration.certificate, view_of(made->certificate_pem), {.mode = 0644});
  if (!certificate) return std::unexpected{cannot_write(certificate.error())};
  return {};
}

// The key that is there, as an init that was interrupted has left it, or a new one.
std::expected<std::unique_ptr<LogKey>, std::string> find_log_key(const Path& file) {
  if (!std::filesystem::exists(file)) {
    SystemRandom random;
    const SecretBytes seed = random.secret(32);
    const auto written = create_file(file, log_key_file(seed.view()).view());
    if (!written) return std::unexpected{cannot_write(written.error())};
  }
  return read_log_key(file);
}

// Both stores appear when they are complete, the main one last: it says that all is there.
std::expected<void, std::string> place_stores(const Configuration& configuration, LogKey& signer, WallTime now) {
  Configuration fresh = configuration;
  fresh.store += ".new";
  fresh.chunks += ".new";
  std::error_code error;
  for (const Path& left_over : {fresh.store, fresh.chunks}) {
    std::filesystem::remove_all(left_over, error);  // of an init that was interrupted
  }
  if (auto made = make_stores(fresh, signer, now); !made) return made;
  std::filesystem::rename(fresh.chunks, configuration.chunks, error);
  if (!error) std::filesystem::rename(fresh.store, configuration.store, error);
  if (error || !sync_names(configuration.chunks.parent_path()) || !sync_names(configuration.store.parent_path())) {
    return std::unexpected{cannot_write({error ? error.value() : errno, configuration.store})};
  }
  return {};
}

}  // namespace

std::expected<Furnished, std::string> furnish(const Configuration& configuration, SelfSign self_sign, WallTime now) {
  if (is_taken(configuration.store)) {
    return std::unexpected{"there is a store in " + configuration.store.string() +
                           " already: it is kept; start the server, or name another folder in the configuration"};
  }
  if (is_taken(configuration.chunks)) {
    return std::unexpected{"there are chunks in " + configuration.chunks.string() + ", and no store in " +
                           configuration.store.string() +
                           ": restore the store that they belong to, or move them away if there was none"};
  }
  const bool has_certificate =
      std::filesystem::exists(configuration.certificate) || std::filesystem::exists(configuration.private_key);
  if (self_sign == SelfSign::yes && !has_certificate) {
    if (auto made = make_certificate(configuration, now); !made) return std::unexpected{made.error()};
  }
  const auto tls = load_tls(configuration.certificate, configuration.private_key, now);
  if (!tls) return std::unexpected{tls.error()};
  const auto signer = find_log_key(configuration.log_key);
  if (!signer) return std::unexpected{signer.error()};
  if (auto placed = place_stores(configuration, **signer, now); !placed) return std::unexpected{placed.error()};
  return Furnished{tls->fingerprint, self_sign == SelfSign::yes && !has_certificate};
}

Configuration installed_configuration() {
  const Path state{"/var/lib/samband"};
  Configuration out;
  out.store = state / "store";
  out.chunks = state / "chunks";
  out.log_key = state / "log_key";
  out.certificate = state / "tls/certificate.pem";
  out.private_key = state / "tls/private_key.pem";
  out.admin_socket = "/run/samband/admin.sock";
  return out;
}

std::expected<NewServer, std::string> initialise(const Path& wanted, const std::string& name,
                                                 const SocketAddress& listen, WallTime now) {
  // Absolute, and without the trailing slash that would put the scaffold inside.
  Path directory = std::filesystem::absolute(wanted).lexically_normal();
  if (!directory.has_filename()) directory = directory.parent_path();
  if (is_taken(directory)) {
    return std::unexpected{directory.string() + " is not empty: choose a folder that is new or empty"};
  }
  const auto failed = [&] {
    return std::unexpected{directory.string() +
                           " can't be made: check the permissions and the space of its disk, "
                           "and remove what an interrupted init left in " +
                           directory.string() + ".new"};
  };
  Scaffold scaffold{directory};
  if (!scaffold.make()) return failed();

  SystemRandom random;
  const SecretBytes seed = random.secret(32);
  const auto certificate = make_self_signed(name, now);
  if (!certificate) return std::unexpected{certificate.error() + ": check that --name is a host name"};
  const Configuration configuration = paths_in(scaffold.place(), name, listen);
  LogKey signer{seed.duplicate()};
  if (auto made = make_stores(configuration, signer, now); !made) return std::unexpected{made.error()};

  // In the file, paths are relative: the folder can be moved as a whole.
  const std::string text = configuration_text(paths_in(Path{}, name, listen));
  if (auto read_back = parse_configuration(text, directory); !read_back) {
    return std::unexpected{"--name or --listen can't be used (" + read_back.error().front().says +
                           "): give a host name, and ADDRESS:PORT"};
  }
  constexpr mode_t secret = 0600;
  constexpr mode_t open = 0644;
  const SecretBytes key_file = log_key_file(seed.view());
  if (!scaffold.write("sambandd.toml", view_of(text), open) || !scaffold.write("log.key", key_file.view(), secret) ||
      !scaffold.write("certificate.pem", view_of(certificate->certificate_pem), open) ||
      !scaffold.write("certificate.key", certificate->private_key_pem.view(), secret) || !scaffold.finish()) {
    return failed();
  }
  return NewServer{directory / "sambandd.toml", certificate->fingerprint};
}

}  // namespace samband::server::edge

#include "server/edge/init.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/suite/random.h"
#include "server/core/core.h"
#include "server/edge/certificate.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"

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
    return sync(target_) && sync(target_.parent_path());
  }
  [[nodiscard]] const Path& place() const { return place_; }

  // A new file with this content, on the disk when this returns true.
  [[nodiscard]] bool write(const char* name, BytesView content, mode_t mode) const {
    const int file = ::open((place_ / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) return false;
    std::size_t written = 0;
    while (written < content.size()) {
      const auto part = ::write(file, content.data() + written, content.size() - written);
      if (part <= 0) break;
      written += static_cast<std::size_t>(part);
    }
    const bool synced = written == content.size() && ::fsync(file) == 0;
    return ::close(file) == 0 && synced;
  }

 private:
  static bool sync(const Path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
  }

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

std::expected<void, std::string> make_stores(const Configuration& configuration, SecretBytes seed, WallTime now) {
  auto stores = open_stores(configuration, StoreUse::create);
  if (!stores) return std::unexpected{stores.error()};
  LogKey signer{std::move(seed)};
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

}  // namespace

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
  if (auto made = make_stores(configuration, seed.duplicate(), now); !made) return std::unexpected{made.error()};

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

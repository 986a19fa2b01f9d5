#include "server/edge/ctl/setup.h"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/codec/hex.h"
#include "server/edge/clock.h"
#include "server/edge/config.h"
#include "server/edge/ctl/configuration_edit.h"
#include "server/edge/ctl/process.h"
#include "server/edge/tls.h"

namespace samband::server::edge::ctl {
namespace {

using Path = std::filesystem::path;
using Done = std::expected<void, Failure>;

const Path unit_folder = "/etc/systemd/system/sambandd.socket.d";

std::unexpected<Failure> refuse(std::string says, Exit exit = Exit::refused) {
  return std::unexpected{Failure{exit, std::move(says)}};
}

std::unexpected<Failure> cannot_write(const Path& place) {
  const Exit exit = errno == EACCES || errno == EPERM ? Exit::not_permitted : Exit::refused;
  return refuse(fmt::format("{} can't be written ({}): run this as root, and look at the disk's space", place.string(),
                            std::strerror(errno)),
                exit);
}

std::string ask(std::string_view question, const std::string& otherwise) {
  std::cerr << question << (otherwise.empty() ? "" : " [" + otherwise + "]") << ": " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer.empty() ? otherwise : answer;
}

std::expected<std::string, Failure> read_text(const Path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return refuse(fmt::format("{} can't be read ({}): name the right file", file.string(), std::strerror(errno)));
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

std::expected<SecretBytes, Failure> read_secret(const Path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in{file, std::ios::binary};
  in.rdbuf()->pubsetbuf(nullptr, 0);  // no copy of the key in a buffer of the library
  SecretBytes out{error ? 0 : size};
  for (std::uint8_t& byte : out.writable()) byte = static_cast<std::uint8_t>(in.get());
  if (error || !in) return refuse(file.string() + " can't be read: name the right file");
  return out;
}

// A configuration that lacks nothing but its name counts too: so the packages install it.
std::expected<Configuration, Failure> parse(const std::string& text, const Path& file) {
  const Path folder = std::filesystem::absolute(file).parent_path();
  if (auto parsed = parse_configuration(text, folder)) return *std::move(parsed);
  auto named = parse_configuration(with_setting(text, "name", "localhost"), folder);
  if (!named) {
    const ConfigurationFault& fault = named.error().front();
    return refuse(fmt::format("{} line {}: {}", file.string(), fault.line, fault.says));
  }
  named->name.clear();
  return *std::move(named);
}

bool has_files(const Path& folder) {
  std::error_code error;
  return std::filesystem::is_directory(folder, error) && !std::filesystem::is_empty(folder, error);
}

class Setup {
 public:
  Setup(const Where& where, SetupOptions options)
      : file_{std::filesystem::absolute(where.configuration)}, options_{std::move(options)} {}

  // Changes nothing.
  Done prepare();
  Done carry_out();
  void print(bool json) const;

 private:
  Done find_owner();
  Done read_what_is_there();
  Done ask_for_the_rest();
  Done check_name_and_address();
  Done check_certificate();

  Done write_configuration();
  Done install_certificate();
  Done make_stores();
  Done start_service();

  [[nodiscard]] bool wants_certificate() const { return !options_.certificate.empty(); }
  [[nodiscard]] bool has_certificate() const { return std::filesystem::exists(planned_.certificate); }
  [[nodiscard]] Done make_folder(const Path& folder) const;

  Path file_;
  SetupOptions options_;
  std::optional<FileOwner> owner_;  // nullopt: whoever runs this
  std::string text_;                // of the configuration as it is
  Configuration present_;
  std::string planned_text_;
  Configuration planned_;
  bool made_store_ = false;
  bool started_ = false;
};

Done Setup::prepare() {
  if (auto done = read_what_is_there(); !done) return done;
  if (auto done = find_owner(); !done) return done;
  if (auto done = ask_for_the_rest(); !done) return done;
  if (auto done = check_name_and_address(); !done) return done;
  return check_certificate();
}

Done Setup::carry_out() {
  if (auto done = write_configuration(); !done) return done;
  if (auto done = install_certificate(); !done) return done;
  if (auto done = make_stores(); !done) return done;
  return start_service();
}

Done Setup::find_owner() {
  if (::geteuid() != 0) return {};
  owner_ = find_user(options_.user);
  if (owner_) return {};
  return refuse("there is no user " + options_.user +
                ": install the package samband-server, or name another one with --user");
}

Done Setup::read_what_is_there() {
  auto text = read_text(file_);
  if (!text) {
    return refuse(file_.string() + " can't be read (" + std::strerror(errno) +
                  "): install the package samband-server, or make one with sambandd init --print-config");
  }
  text_ = std::move(*text);
  auto parsed = parse(text_, file_);
  if (!parsed) return std::unexpected{parsed.error()};
  present_ = *std::move(parsed);
  planned_ = present_;
  return {};
}

Done Setup::ask_for_the_rest() {
  if (options_.certificate.empty() != options_.key.empty()) {
    return refuse("--certificate and --key belong together: give both", Exit::usage);
  }
  if (options_.self_signed && wants_certificate()) {
    return refuse("--self-signed and --certificate exclude each other: give one of them", Exit::usage);
  }
  const bool on_terminal = ::isatty(STDIN_FILENO) == 1;
  const bool is_first = present_.name.empty();
  if (options_.name.empty() && is_first) {
    if (!on_terminal) return refuse("the server has no name yet: give --name HOST", Exit::usage);
    options_.name = ask("Host name that clients connect to", "");
  }
  if (options_.listen.empty() && is_first && on_terminal) {
    options_.listen = ask("Address and port to listen on", text_of(present_.listen));
  }
  if (wants_certificate() || options_.self_signed || has_certificate()) return {};
  if (!on_terminal) {
    return refuse("there is no certificate yet: give --certificate FILE --key FILE, or --self-signed for a trial",
                  Exit::usage);
  }
  options_.certificate = ask("Certificate with its chain, a PEM file (empty: self-signed, for a trial)", "");
  options_.self_signed = options_.certificate.empty();
  if (!options_.self_signed) options_.key = ask("Its private key, a PEM file", "");
  return {};
}

Done Setup::check_name_and_address() {
  planned_text_ = text_;
  if (!options_.name.empty()) planned_text_ = with_setting(planned_text_, "name", options_.name);
  if (!options_.listen.empty()) planned_text_ = with_setting(planned_text_, "listen", options_.listen);
  const auto parsed = parse_configuration(planned_text_, file_.parent_path());
  if (parsed) {
    planned_ = *parsed;
    return {};
  }
  return refuse("--name HOST, --listen ADDRESS:PORT: " + parsed.error().front().says, Exit::usage);
}

Done Setup::check_certificate() {
  if (!wants_certificate()) return {};
  const auto tls = load_tls(options_.certificate, options_.key, WatchedClock{}.now());
  if (!tls) return refuse(tls.error());
  const auto known = key_pin_of(planned_.certificate);
  if (!known || *known == tls->key_pin || options_.replace_key || !has_files(planned_.store)) return {};
  return refuse(options_.certificate +
                " has another key than the certificate it would replace, and clients know the server by its key: renew "
                "it with the same key (certbot: --reuse-key); --replace-key shuts out every device that is enrolled");
}

Done Setup::write_configuration() {
  if (planned_text_ == text_) return {};
  struct stat status{};
  if (::stat(file_.c_str(), &status) != 0) return cannot_write(file_);
  FileForm form{.mode = status.st_mode & 07777U};
  if (owner_) form.owner = FileOwner{status.st_uid, status.st_gid};
  if (!replace_file(file_, view_of(planned_text_), form)) return cannot_write(file_);
  return {};
}

// Folders above it are everybody's and stay as they are.
Done Setup::make_folder(const Path& folder) const {
  std::error_code ignored;
  std::filesystem::create_directories(folder.parent_path(), ignored);
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return {};
    return cannot_write(folder);
  }
  if (owner_ && ::chown(folder.c_str(), owner_->user, owner_->group) != 0) return cannot_write(folder);
  return {};
}

// The key first: a server that looks in between finds a pair that does not match, and keeps the one it has.
Done Setup::install_certificate() {
  if (auto made = make_folder(planned_.store.parent_path()); !made) return made;
  if (auto made = make_folder(planned_.private_key.parent_path()); !made) return made;
  if (!wants_certificate()) return {};
  const auto certificate = read_text(options_.certificate);
  if (!certificate) return std::unexpected{certificate.error()};
  const auto key = read_secret(options_.key);
  if (!key) return std::unexpected{key.error()};
  if (!replace_file(planned_.private_key, key->view(), {.mode = 0600, .owner = owner_})) {
    return cannot_write(planned_.private_key);
  }
  if (!replace_file(planned_.certificate, view_of(*certificate), {.mode = 0644, .owner = owner_})) {
    return cannot_write(planned_.certificate);
  }
  return {};
}

// By the server's own program, as its own user: what it makes is its own.
Done Setup::make_stores() {
  if (has_files(planned_.store)) return {};
  std::error_code error;
  const Path beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "sambandd";
  std::vector<std::string> program{std::filesystem::exists(beside, error) ? beside.string() : "sambandd", "init",
                                   "--config", file_.string()};
  if (options_.self_signed) program.emplace_back("--self-signed");
  if (run_program(program, owner_) != 0) {
    return refuse("the store was not made: do what the line above says, then run setup again");
  }
  made_store_ = true;
  return {};
}

Done Setup::start_service() {
  const bool has_unit = std::filesystem::exists("/usr/lib/systemd/system/sambandd.socket") ||
                        std::filesystem::exists("/lib/systemd/system/sambandd.socket");
  if (options_.no_start || !has_unit || !std::filesystem::exists("/run/systemd/system")) return {};

  const std::string drop_in = fmt::format(
      "# Written by sambandctl setup from `listen` in {}.\n[Socket]\nListenStream=\n"
      "ListenStream={}\n",
      file_.string(), text_of(planned_.listen));
  const Path drop_in_file = unit_folder / "listen.conf";
  const bool moves = read_text(drop_in_file).value_or("") != drop_in;
  if (moves) {
    std::error_code ignored;
    std::filesystem::create_directories(unit_folder, ignored);
    if (!replace_file(drop_in_file, view_of(drop_in), {.mode = 0644})) return cannot_write(drop_in_file);
  }
  const std::vector<std::string> sockets{"sambandd.socket", "sambandd-metrics.socket"};
  const auto control = [](std::vector<std::string> words, const std::vector<std::string>& units) {
    words.insert(words.begin(), {"systemctl", "--quiet"});
    words.insert(words.end(), units.begin(), units.end());
    return run_program(words) == 0;
  };
  bool done = control({"daemon-reload"}, {});
  if (moves) done = done && control({"stop"}, {"sambandd.service"}) && control({"restart"}, sockets);
  done = done && control({"enable", "--now"}, sockets) && control({"enable"}, {"sambandd.service"}) &&
         control({planned_text_ == text_ ? "start" : "restart"}, {"sambandd.service"});
  if (!done) return refuse("the service did not start: see journalctl -u sambandd -e, mend that, and run setup again");
  started_ = true;
  return {};
}

void Setup::print(bool json) const {
  const auto tls = load_tls(planned_.certificate, planned_.private_key, WatchedClock{}.now());
  const std::string fingerprint = tls ? to_hex(tls->fingerprint.view()) : "";
  if (json) {
    Line{}
        .text("name", planned_.name)
        .text("listen", text_of(planned_.listen))
        .text("configuration", file_.string())
        .text("store", planned_.store.string())
        .flag("store_made", made_store_)
        .flag("started", started_)
        .text("fingerprint", fingerprint)
        .print(true);
    return;
  }
  const std::string told = file_ == Path{Where{}.configuration} ? "" : "--config " + file_.string() + " ";
  std::cout << planned_.name << (started_ ? " is served on " : " is ready to be served on ") << text_of(planned_.listen)
            << "\nconfiguration  " << file_.string() << "\nstore          " << planned_.store.string()
            << (made_store_ ? "" : " (was there already)") << "\nfingerprint    " << fingerprint << '\n';
  if (!started_) std::cout << "start it with: sambandd serve --config " << file_.string() << '\n';
  if (made_store_) {
    std::cout << "then add the first partner: sambandctl " << told
              << "partner add --kind municipality --number 0301 --name Oslo\n";
  }
}

}  // namespace

int set_up(const Where& where, SetupOptions options) {
  Setup setup{where, std::move(options)};
  if (const auto prepared = setup.prepare(); !prepared) return fail(prepared.error());
  if (const auto done = setup.carry_out(); !done) return fail(done.error());
  setup.print(where.json);
  return static_cast<int>(Exit::done);
}

}  // namespace samband::server::edge::ctl

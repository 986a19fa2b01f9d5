// sambandd: the server's program. What it does is in the library beside this file.
#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <thread>

#include "crypto/codec/hex.h"
#include "server/edge/check.h"
#include "server/edge/clock.h"
#include "server/edge/init.h"
#include "server/edge/log.h"
#include "server/edge/net.h"
#include "server/edge/notify.h"
#include "server/edge/restore.h"
#include "server/edge/server.h"
#include "server/edge/usage.h"
#include "server/edge/version.h"

namespace samband::server::edge {
namespace {

constexpr int status_done = 0;
constexpr int status_failed = 1;
constexpr int status_usage = 2;

int fail_to_start(const std::string& line) {
  write_last_line(LogEvent::start_refused, line);
  return status_failed;
}

int fail(const std::string& line) {
  std::cerr << "sambandd: " << line << '\n';
  return status_failed;
}

std::string text_of(const std::string& file, const ConfigurationFault& fault) {
  const std::string line = fault.line == 0 ? "" : " line " + std::to_string(fault.line);
  return file + line + ": " + fault.says;
}

int run_init_in_folder(const std::string& directory, const std::string& name, const std::string& listen) {
  const auto address = parse_socket_address(listen);
  if (!address) {
    std::cerr << "sambandd: --listen: " << address.error() << '\n';
    return status_usage;
  }
  const auto made = initialise(directory, name, *address, WatchedClock{}.now());
  if (!made) return fail(made.error());
  std::cerr << "made " << made->configuration.string() << "\ncertificate SHA-256 fingerprint:\n";
  std::cout << to_hex(made->fingerprint.view()) << '\n';
  return status_done;
}

int run_furnish(const std::string& file, bool self_signed) {
  const auto configuration = read_configuration(file);
  if (!configuration) {
    for (const ConfigurationFault& fault : configuration.error()) fail(text_of(file, fault));
    return status_failed;
  }
  const auto made = furnish(*configuration, self_signed ? SelfSign::yes : SelfSign::no, WatchedClock{}.now());
  if (!made) return fail(made.error());
  std::cerr << "made " << configuration->store.string() << "\ncertificate SHA-256 fingerprint:\n";
  std::cout << to_hex(made->fingerprint.view()) << '\n';
  return status_done;
}

void reload(Server& server, const std::string& file) {
  notify_reloading();
  const auto configuration = read_configuration(file);
  if (!configuration) {
    for (const ConfigurationFault& fault : configuration.error()) {
      log_event(LogEvent::reload_refused, {{"SAMBAND_FILE", file}, {"SAMBAND_LINE", std::to_string(fault.line)}},
                "not reloaded, the old configuration stays: {}", text_of(file, fault));
    }
    return server.reload_refused();
  }
  if (const auto reloaded = server.reload(*configuration); !reloaded) {
    log_event(LogEvent::reload_refused, {{"SAMBAND_FILE", file}}, "not reloaded, the old configuration stays: {}",
              reloaded.error());
    server.reload_refused();
  }
}

// Signals are waited for on a thread of their own, so that one is heard also while the server is starting.
class Signals {
 public:
  Signals(Server& server, std::string file)
      : server_{server}, file_{std::move(file)}, set_{context_, SIGTERM, SIGINT, SIGHUP} {
    wait();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~Signals() {
    context_.stop();
    thread_.join();
  }

 private:
  void wait() {
    set_.async_wait([this](error_code error, int signal) {
      if (error) return;
      if (signal == SIGHUP) {
        reload(server_, file_);
      } else {
        notify_stopping();
        server_.stop();
      }
      wait();
    });
  }

  Server& server_;
  std::string file_;
  net::io_context context_{1};
  net::signal_set set_;
  std::thread thread_;
};

int run_serve(const std::string& file, bool clock_is_right) {
  auto sockets = take_passed_sockets();
  if (!sockets) return fail_to_start(sockets.error());
  const auto configuration = read_configuration(file);
  if (!configuration) {
    for (const ConfigurationFault& fault : configuration.error()) fail_to_start(text_of(file, fault));
    return status_failed;
  }
  auto server = Server::open(*configuration, {std::move(*sockets), clock_is_right});
  if (!server) return fail_to_start(server.error());
  {
    const Signals signals{**server, file};
    std::cout << "ready " << configuration->name << ' ' << edge::text_of((*server)->address()) << std::endl;
    (*server)->run();
  }
  return status_done;
}

int run_check(const std::string& file) {
  const CheckReport report = check(file, WatchedClock{}.now());
  for (const std::string& fault : report.faults) fail(fault);
  if (!report.faults.empty()) return status_failed;
  std::cout << "all is well: " << report.channels << " channels, " << report.entries << " entries\n";
  return status_done;
}

struct InitOptions {
  std::string directory;
  std::string name;
  std::string listen = "0.0.0.0:8443";
  std::string file;
  bool self_signed = false;
  bool print = false;
};

CLI::App* add_init(CLI::App& app, InitOptions& options) {
  CLI::App* init = app.add_subcommand("init", "Make a new server: in an empty folder, or where a configuration says");
  CLI::Option* dir = init->add_option("--dir", options.directory, "Folder for configuration, stores and keys");
  CLI::Option* name = init->add_option("--name", options.name, "Host name that clients connect to")->needs(dir);
  dir->needs(name);
  init->add_option("--listen", options.listen, "ADDRESS:PORT; port 0 takes a free one")
      ->capture_default_str()
      ->needs(dir);
  CLI::Option* file =
      init->add_option("--config", options.file, "A configuration: makes the stores and the key that it names")
          ->excludes(dir);
  init->add_flag("--self-signed", options.self_signed, "Make a certificate too, if there is none")->needs(file);
  init->add_flag("--print-config", options.print, "Print the configuration that the packages install, and no more")
      ->excludes(dir)
      ->excludes(file);
  init->footer("Example: sambandd init --dir /srv/samband --name samband.example.no --listen 0.0.0.0:8443");
  return init;
}

int run_init(const InitOptions& options) {
  if (options.print) {
    std::cout << configuration_text(installed_configuration());
    return status_done;
  }
  if (!options.file.empty()) return run_furnish(options.file, options.self_signed);
  if (!options.directory.empty()) return run_init_in_folder(options.directory, options.name, options.listen);
  std::cerr << "sambandd: init needs --dir and --name, or --config: see sambandd init --help\n";
  return status_usage;
}

int run_restore(const std::string& from, const std::string& backup, const std::string& file) {
  const auto taken = restore_configuration(BackupFolder{from}, backup, file);
  if (!taken) return fail(taken.error());
  if (*taken) std::cerr << "the configuration was put into " << file << '\n';
  const auto configuration = read_configuration(file);
  if (!configuration) {
    for (const ConfigurationFault& fault : configuration.error()) fail(text_of(file, fault));
    return status_failed;
  }
  SystemRandom random;
  const auto restored = restore(BackupFolder{from}, backup, *configuration, WatchedClock{}.now(), random);
  if (!restored) return fail(restored.error());
  for (const std::string& remark : restored->remarks) std::cerr << remark << '\n';
  std::cout << "restored " << backup_name(restored->manifest.at) << ": " << restored->manifest.entries
            << " entries; incarnation " << restored->manifest.incarnation << " -> " << restored->incarnation << '\n';
  return status_done;
}

int run(int argc, char** argv) {
  CLI::App app{"The samband server: carries what it can't read.", "sambandd"};
  app.require_subcommand(1);
  app.set_version_flag("--version", version);
  app.footer("Example: sambandd serve --config /etc/samband/sambandd.toml");

  InitOptions options;
  CLI::App* init = add_init(app, options);
  std::string file;
  CLI::App* serve = app.add_subcommand("serve", "Run in the foreground until SIGTERM");
  serve->add_option("--config", file, "The configuration, sambandd.toml")->required();
  bool clock_is_right = false;
  serve->add_flag("--clock-is-right", clock_is_right,
                  "Start although the store was written at a later time than the clock shows");
  serve->footer("Example: sambandd serve --config /var/lib/samband/sambandd.toml");

  CLI::App* check = app.add_subcommand("check", "Read configuration and stores, report every fault, change nothing");
  check->add_option("--config", file, "The configuration, sambandd.toml")->required();
  check->footer("Example: sambandd check --config /var/lib/samband/sambandd.toml");

  std::string from;
  std::string backup;
  CLI::App* restoring = app.add_subcommand("restore", "Make a server out of a backup, where there is none");
  restoring->add_option("--from", from, "The folder that sambandctl backup was given")->required();
  restoring->add_option("--backup", backup, "TIME of the backup, as its folder is called; else the newest");
  restoring->add_option("--config", file, "The configuration, sambandd.toml")->required();
  restoring->footer("Example: sambandd restore --from /var/backups/samband --config /etc/samband/sambandd.toml");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help or --version
  } catch (const CLI::ParseError& error) {
    std::cerr << "sambandd: " << usage_line(app, error) << '\n';
    return status_usage;
  }
  if (init->parsed()) return run_init(options);
  if (serve->parsed()) return run_serve(file, clock_is_right);
  if (restoring->parsed()) return run_restore(from, backup, file);
  return run_check(file);
}

}  // namespace
}  // namespace samband::server::edge

int main(int argc, char** argv) {
  return samband::server::edge::run(argc, argv);
}

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
#include "server/edge/server.h"
#include "server/edge/version.h"

namespace samband::server::edge {
namespace {

constexpr int status_done = 0;
constexpr int status_failed = 1;
constexpr int status_usage = 2;

int fail(const std::string& line) {
  std::cerr << "sambandd: " << line << '\n';
  return status_failed;
}

int run_init(const std::string& directory, const std::string& name, const std::string& listen) {
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

void print_faults(const std::string& file, const std::vector<ConfigurationFault>& faults) {
  for (const ConfigurationFault& fault : faults) {
    const std::string line = fault.line == 0 ? "" : " line " + std::to_string(fault.line);
    std::cerr << "sambandd: " << file << line << ": " << fault.says << '\n';
  }
}

void reload(Server& server, const std::string& file) {
  const auto configuration = read_configuration(file);
  if (!configuration) {
    for (const ConfigurationFault& fault : configuration.error()) {
      log_error("not reloaded: {} line {}: {}", file, fault.line, fault.says);
    }
    return;
  }
  if (const auto reloaded = server.reload(*configuration); !reloaded) log_error("not reloaded: {}", reloaded.error());
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
        notify_service_manager("STOPPING=1");
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

int run_serve(const std::string& file) {
  const auto configuration = read_configuration(file);
  if (!configuration) {
    print_faults(file, configuration.error());
    return status_failed;
  }
  auto server = Server::open(*configuration);
  if (!server) return fail(server.error());
  {
    const Signals signals{**server, file};
    std::cout << "ready " << configuration->name << ' ' << text_of((*server)->address()) << std::endl;
    notify_service_manager("READY=1");
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

int run(int argc, char** argv) {
  CLI::App app{"The samband server: carries what it can't read.", "sambandd"};
  app.require_subcommand(1);
  app.set_version_flag("--version", version);
  app.footer("Example: sambandd serve --config /etc/samband/sambandd.toml");

  std::string directory;
  std::string name;
  std::string listen = "0.0.0.0:8443";
  CLI::App* init = app.add_subcommand("init", "Make a new server in an empty folder");
  init->add_option("--dir", directory, "Folder for configuration, stores and keys")->required();
  init->add_option("--name", name, "Host name that clients connect to")->required();
  init->add_option("--listen", listen, "ADDRESS:PORT; port 0 takes a free one")->capture_default_str();
  init->footer("Example: sambandd init --dir /var/lib/samband --name samband.example.no --listen 0.0.0.0:8443");

  std::string file;
  CLI::App* serve = app.add_subcommand("serve", "Run in the foreground until SIGTERM");
  serve->add_option("--config", file, "The configuration, sambandd.toml")->required();
  serve->footer("Example: sambandd serve --config /var/lib/samband/sambandd.toml");

  CLI::App* check = app.add_subcommand("check", "Read configuration and stores, report every fault, change nothing");
  check->add_option("--config", file, "The configuration, sambandd.toml")->required();
  check->footer("Example: sambandd check --config /var/lib/samband/sambandd.toml");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help or --version
  } catch (const CLI::ParseError& error) {
    std::cerr << "sambandd: " << error.what() << ": see sambandd --help\n";
    return status_usage;
  }
  if (init->parsed()) return run_init(directory, name, listen);
  if (serve->parsed()) return run_serve(file);
  return run_check(file);
}

}  // namespace
}  // namespace samband::server::edge

int main(int argc, char** argv) {
  return samband::server::edge::run(argc, argv);
}

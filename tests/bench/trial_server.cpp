#include "tests/bench/trial_server.h"

#include <fmt/format.h>
#include <fstream>
#include <map>

#include "tests/bench/must.h"
#include "tests/bench/tls_stream.h"

namespace samband::bench {
namespace {

constexpr std::string_view server_name = "localhost";

// What one machine in the role of many would run into.
const std::map<std::string, std::string> settings{
    {"io_threads", "1"},
    {"requests_per_second", "1000000"},
    {"request_burst", "1000000"},
    {"enrolment_requests_max", "1000"},
    {"connections_per_address_max", "20000"},
    {"unauthenticated_per_address_max", "20000"},
};

}  // namespace

TrialServer::TrialServer(std::filesystem::path programs) : programs_{std::move(programs)} {
  port_ = std::to_string(LoopbackListener{}.port());
  ChildProcess init{{programs_ / "sambandd", "init", "--dir", directory(), "--name", std::string{server_name},
                     "--listen", "127.0.0.1:" + port_},
                    server_core,
                    folder_.path() / "server.log"};
  init.wait();
  adjust_configuration();
}

void TrialServer::adjust_configuration() const {
  std::ifstream in{configuration()};
  std::string text;
  std::size_t adjusted = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string key = line.substr(0, line.find(" ="));
    if (const auto setting = settings.find(key); setting != settings.end()) {
      line = fmt::format("{} = {}", key, setting->second);
      ++adjusted;
    }
    if (line == "listen = \"127.0.0.1:9464\"") line = "listen = \"\"";  // no metrics: the port may be taken
    text += line + '\n';
  }
  must(adjusted == settings.size(), "the server's configuration lacks a setting that must be adjusted");
  std::ofstream out{configuration(), std::ios::trunc};
  out << text;
}

void TrialServer::start() {
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{programs_ / "sambandd", "serve", "--config", configuration()}, server_core,
      folder_.path() / "server.log");
  must(process_->read_line().starts_with("ready "), "the server did not become ready");
}

void TrialServer::stop() {
  process_->stop();
  process_.reset();
}

identity::Invitation TrialServer::add_partner() const {
  ChildProcess added{{programs_ / "sambandctl", "--config", configuration(), "--json", "partner", "add", "--kind",
                      "municipality", "--name", "Drammen", "--number", "3301"},
                     load_core,
                     folder_.path() / "sambandctl.log"};
  const std::string line = added.read_line();
  added.wait();
  const std::size_t begin = line.find(identity::invitation_prefix);
  must(begin != std::string::npos, "sambandctl printed no invitation");
  const std::string text = line.substr(begin, line.find('"', begin) - begin);
  return must(identity::parse_invitation(text), "sambandctl printed an invitation that can't be read");
}

}  // namespace samband::bench

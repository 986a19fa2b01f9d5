// samband, the reference client: what is typed runs on whichever process owns the profile.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "client/core/client.h"
#include "client/edge/command_runner.h"
#include "client/edge/passphrase.h"
#include "client/edge/print.h"
#include "client/edge/profile_folder.h"
#include "client/edge/relay.h"
#include "client/edge/text_form.h"
#include "client/edge/texts.h"

namespace samband::client {
namespace {

namespace asio = boost::asio;

// An owner that is starting or ending does not listen yet, or no more: try for this long.
constexpr auto owner_patience = std::chrono::seconds{15};
constexpr auto owner_poll = std::chrono::milliseconds{30};
constexpr std::size_t input_bytes_max = std::size_t{256} << 10U;

class Terminal final : public Console {
 public:
  void out(std::string_view text) override { write(stdout, text); }
  void err(std::string_view text) override { write(stderr, text); }

 private:
  static void write(std::FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
  }
};

std::string read_standard_input() {
  std::string text(input_bytes_max, '\0');
  const std::size_t size = std::fread(text.data(), 1, text.size(), stdin);
  text.resize(size);
  return text;
}

std::string locale_of_messages() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const char* value = std::getenv(name); value && *value) return value;
  }
  return "";
}

Invocation invocation_of(int count, char** words) {
  Invocation invocation;
  for (int i = 1; i < count; ++i) invocation.arguments.emplace_back(words[i]);
  std::error_code error;
  invocation.folder = std::filesystem::current_path(error).string();
  invocation.language = language_of_locale(locale_of_messages());
  invocation.terminal = ::isatty(STDERR_FILENO) == 1;
  for (const std::string& argument : invocation.arguments) {
    if (argument == "-") invocation.input = read_standard_input();
  }
  return invocation;
}

WallTime clock_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count())};
}

// The profile is ours: run the command, serve those who come meanwhile, and end when all is done.
class OwnedRun {
 public:
  OwnedRun(ProfileFolder& folder, Client client, RandomSource& random, const Parsed& parsed, Console& console)
      : folder_{folder},
        owner_{io_, std::move(client), random, options_of(parsed, console)},
        runner_{io_, owner_, random},
        signals_{io_, SIGINT, SIGTERM} {}

  ExitStatus run(Parsed parsed, const Invocation& invocation, std::shared_ptr<Console> console) {
    endless_ = is_endless(parsed.action);
    listen(ProfileFolder::socket_of(parsed.globals.profile));
    owner_.on_unasked([console, language = language_from(invocation.language)](const Line& line) {
      if (is_remark(line)) console->err(for_people(line, language));
    });
    end_early_ = runner_.run(std::move(parsed), invocation, std::move(console), [this](ExitStatus status) {
      status_ = status;
      if (relay_) relay_->stop_accepting();
      end_if_idle();
    });
    wait_for_signal();
    io_.run();
    return status_.value_or(ExitStatus::refused);
  }

 private:
  static OwnerOptions options_of(const Parsed& parsed, Console& console) {
    OwnerOptions options;
    options.wait = parsed.globals.wait;
    if (const auto* enrol = std::get_if<EnrolOptions>(&parsed.action)) {
      if (enrol->trust_file) options.trust_file = enrol->trust_file->string();
    }
    if (parsed.globals.verbose) {
      options.log = [&console](const std::string& text) { console.err("samband: " + text + "\n"); };
    }
    return options;
  }

  // Without a socket (a path that is too long) the command runs all the same; others have to wait.
  void listen(const std::filesystem::path& socket) {
    auto relay = RelayServer::listen(io_, socket,
                                     [this](const Invocation& invocation, std::shared_ptr<Console> console,
                                            std::function<void(ExitStatus)> finished) {
                                       return serve(invocation, std::move(console), std::move(finished));
                                     });
    if (!relay) return;
    relay_ = std::move(*relay);
    relay_->on_idle([this] { end_if_idle(); });
  }

  // What has no end would keep a command that has one from ending: whoever asks becomes the next owner instead.
  std::function<void()> serve(const Invocation& invocation, std::shared_ptr<Console> console,
                              std::function<void(ExitStatus)> finished) {
    ParseResult result = parse_arguments(invocation, clock_now());
    auto* parsed = std::get_if<Parsed>(&result);
    if (!parsed) return runner_.run(invocation, std::move(console), std::move(finished));
    if (is_endless(parsed->action) && !endless_) {
      asio::post(io_, [finished = std::move(finished)] { finished(ExitStatus::owner_is_leaving); });
      return [] {};
    }
    return runner_.run(std::move(*parsed), invocation, std::move(console), std::move(finished));
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      if (std::exchange(interrupted_, true)) std::_Exit(130);  // a second Ctrl-C does not wait
      end_early_();
      wait_for_signal();
    });
  }

  void end_if_idle() {
    if (!status_ || (relay_ && relay_->running() > 0)) return;
    owner_.stop();
    relay_.reset();
    signals_.cancel();
    io_.stop();
  }

  ProfileFolder& folder_;
  asio::io_context io_;
  Owner owner_;
  CommandRunner runner_;
  asio::signal_set signals_;
  std::unique_ptr<RelayServer> relay_;
  std::function<void()> end_early_;
  std::optional<ExitStatus> status_;
  bool endless_ = false;
  bool interrupted_ = false;
};

ExitStatus fail(Console& console, const std::string& text) {
  console.err("samband: " + text + "\n");
  return ExitStatus::refused;
}

std::expected<ProfileFolder, ProfileError> open_folder(const Parsed& parsed, const AskPassphrase& ask,
                                                       RandomSource& random) {
  const auto* enrol = std::get_if<EnrolOptions>(&parsed.action);
  if (!enrol) return ProfileFolder::open(parsed.globals.profile, ask, random);
  return ProfileFolder::open_or_create(parsed.globals.profile, enrol->no_passphrase, ask, random);
}

ExitStatus run_as_owner(ProfileFolder folder, Parsed parsed, const Invocation& invocation, RandomSource& random,
                        const std::shared_ptr<Console>& console) {
  const Language language = language_from(invocation.language);
  auto client = Client::open(folder.store(), random);
  if (!client) {
    const auto error = client.error() == OpenError::newer_format ? ProfileError::newer_format : ProfileError::damaged;
    return fail(*console, text_of(error, language, parsed.globals.profile.string()));
  }
  ExitStatus status{};
  {
    OwnedRun run{folder, std::move(*client), random, parsed, *console};
    status = run.run(std::move(parsed), invocation, console);
  }
  if (folder.was_created() && status != ExitStatus::done) folder.remove();
  return status;
}

ExitStatus run(const Invocation& invocation, const std::shared_ptr<Console>& console) {
  const Language language = language_from(invocation.language);
  ParseResult result = parse_arguments(invocation, clock_now());
  if (const auto status = answer_without_profile(result, invocation, *console)) return *status;
  auto& parsed = std::get<Parsed>(result);
  const std::string path = parsed.globals.profile.string();
  SystemRandom random;
  const AskPassphrase ask = ask_passphrase(parsed.globals.passphrase_file, language);
  const auto deadline = std::chrono::steady_clock::now() + owner_patience;
  for (;;) {
    auto folder = open_folder(parsed, ask, random);
    if (folder) return run_as_owner(std::move(*folder), std::move(parsed), invocation, random, console);
    if (folder.error() != ProfileError::owned) return fail(*console, text_of(folder.error(), language, path));
    const auto forwarded = forward(ProfileFolder::socket_of(parsed.globals.profile), invocation, *console);
    if (forwarded && *forwarded != ExitStatus::owner_is_leaving) return *forwarded;
    const RelayError why = forwarded ? RelayError::nobody_listens : forwarded.error();
    const bool waiting = why == RelayError::nobody_listens && std::chrono::steady_clock::now() < deadline;
    if (!waiting) return fail(*console, text_of(why, language, path));
    std::this_thread::sleep_for(owner_poll);
  }
}

}  // namespace
}  // namespace samband::client

int main(int count, char** words) {
  using namespace samband::client;
  ::umask(0077);
  ::setenv("TZ", "Europe/Oslo", 0);
  std::signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(run(invocation_of(count, words), std::make_shared<Terminal>()));
}

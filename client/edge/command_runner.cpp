#include "client/edge/command_runner.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>

#include "client/edge/print.h"
#include "client/edge/progress_bar.h"
#include "client/edge/texts.h"
#include "client/edge/watch.h"

namespace samband::client {
namespace {

WallTime clock_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count())};
}

void print_error(Console& console, const std::string& text) {
  console.err("samband: " + text + "\n");
}

}  // namespace

// One invocation under way. Kept alive by the callbacks it has given out.
class CommandRunner::Run : public std::enable_shared_from_this<Run> {
 public:
  Run(boost::asio::io_context& io, Owner& owner, Parsed parsed, const Invocation& invocation,
      std::shared_ptr<Console> console, std::function<void(ExitStatus)> finished)
      : io_{io},
        owner_{owner},
        globals_{std::move(parsed.globals)},
        language_{language_from(invocation.language)},
        terminal_{invocation.terminal},
        console_{std::move(console)},
        finished_{std::move(finished)} {}

  void begin(Action action, RandomSource& random) {
    endless_ = is_endless(action);
    std::visit([&](auto& one) { begin_action(one, random); }, action);
  }

  void end_early() {
    if (watch_) return finish(ExitStatus::done);
    if (ending_ || !operation_) return;
    ending_ = true;
    owner_.cancel(*operation_);
  }

 private:
  void begin_action(Command& command, RandomSource&) {
    OperationListener listener;
    listener.told = [self = shared_from_this()](const Line& line) { self->print(line); };
    listener.finished = [self = shared_from_this()](const Outcome& outcome) { self->ended(outcome); };
    operation_ = owner_.start(std::move(command), std::move(listener));
  }
  void begin_action(EnrolOptions& options, RandomSource& random) {
    Command command{options.command};
    begin_action(command, random);
  }
  void begin_action(WatchOptions& options, RandomSource& random) {
    WatchListener listener;
    listener.told = [this](const Line& line) { print(line); };
    listener.refused = [this](const std::string& text) { print_error(*console_, text); };
    watch_ =
        std::make_unique<Watch>(io_, owner_, random, options.folder, options.channel, language_, std::move(listener));
    if (watch_->begin()) return;
    print_error(*console_, text_of(UsageError{UsageProblem::file_unreadable, options.folder.string()}, language_));
    finish(ExitStatus::refused);
  }

  void print(const Line& line) {
    if (const auto* progress = std::get_if<Progress>(&line)) return show(*progress);
    if (terminal_) console_->err(bar_.clear());
    if (globals_.json) {
      if (const auto text = for_scripts(line)) console_->out(*text);
      return;
    }
    const std::string text = for_people(line, language_);
    is_remark(line) ? console_->err(text) : console_->out(text);
  }

  void show(const Progress& progress) {
    if (!terminal_) return;
    console_->err(bar_.show(progress.done, progress.total, ProgressBar::Clock::now()));
  }

  void ended(const Outcome& outcome) {
    if (terminal_) console_->err(bar_.clear());
    if (!outcome.failure) return finish(ExitStatus::done);
    // Ctrl-C is how `agent` and `read --follow` end: that is no failure.
    if (ending_ && endless_) return finish(ExitStatus::done);
    print_error(*console_,
                outcome.transport ? text_of(*outcome.transport, language_) : text_of(*outcome.failure, language_));
    const bool untrusted = outcome.transport && outcome.transport->error == TransportError::certificate_untrusted;
    finish(untrusted ? ExitStatus::refused : exit_status_of(outcome.failure->fault));
  }

  void finish(ExitStatus status) {
    boost::asio::post(io_, [self = shared_from_this(), status] {
      self->watch_.reset();
      if (const auto finished = std::exchange(self->finished_, nullptr)) finished(status);
    });
  }

  boost::asio::io_context& io_;
  Owner& owner_;
  Globals globals_;
  Language language_;
  bool terminal_;
  std::shared_ptr<Console> console_;
  std::function<void(ExitStatus)> finished_;
  std::optional<OperationId> operation_;
  std::unique_ptr<Watch> watch_;
  ProgressBar bar_;
  bool endless_ = false;
  bool ending_ = false;
};

CommandRunner::CommandRunner(boost::asio::io_context& io, Owner& owner, RandomSource& random)
    : io_{io}, owner_{owner}, random_{random} {}
CommandRunner::~CommandRunner() = default;

std::function<void()> CommandRunner::run(const Invocation& invocation, std::shared_ptr<Console> console,
                                         std::function<void(ExitStatus)> finished) {
  ParseResult parsed = parse_arguments(invocation, clock_now());
  if (const auto status = answer_without_profile(parsed, invocation, *console)) {
    boost::asio::post(io_, [finished = std::move(finished), status = *status] { finished(status); });
    return [] {};
  }
  return run(std::move(std::get<Parsed>(parsed)), invocation, std::move(console), std::move(finished));
}

std::function<void()> CommandRunner::run(Parsed parsed, const Invocation& invocation, std::shared_ptr<Console> console,
                                         std::function<void(ExitStatus)> finished) {
  Action action = std::move(parsed.action);
  const auto run =
      std::make_shared<Run>(io_, owner_, std::move(parsed), invocation, std::move(console), std::move(finished));
  run->begin(std::move(action), random_);
  // While a watch goes on, nothing else holds the run: the way to end it does.
  return [run] { run->end_early(); };
}

std::optional<ExitStatus> answer_without_profile(const ParseResult& parsed, const Invocation& invocation,
                                                 Console& console) {
  if (const auto* help = std::get_if<HelpText>(&parsed)) {
    console.out(help->text);
    return ExitStatus::done;
  }
  if (const auto* error = std::get_if<UsageError>(&parsed)) {
    print_error(console, text_of(*error, language_from(invocation.language)));
    return exit_status_of(error->problem);
  }
  return std::nullopt;
}

}  // namespace samband::client

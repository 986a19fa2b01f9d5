#include "client/edge/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <unistd.h>
#include <utility>

#include "client/edge/guidance_files.h"
#include "client/edge/text_form.h"

namespace samband::client {
namespace {

using std::filesystem::path;

// What stops a command line that CLI11 itself found well formed.
using Built = std::expected<Action, UsageError>;

UsageError usage(UsageProblem problem, std::string detail) {
  return {problem, std::move(detail)};
}

path default_profile() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data) return path{data} / "samband";
  const char* home = std::getenv("HOME");
  return path{home ? home : "."} / ".local/share/samband";
}

// What a device is called when nobody says.
std::string host_name() {
  std::array<char, 65> name{};  // 64 is Linux's longest
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "device";
  return name.data();
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::string item;
  for (const char c : text + ",") {
    if (c != ',') {
      item.push_back(c);
      continue;
    }
    const auto first = item.find_first_not_of(' ');
    if (first != std::string::npos) items.push_back(item.substr(first, item.find_last_not_of(' ') - first + 1));
    item.clear();
  }
  return items;
}

const std::map<std::string, identity::Duties>& duty_names() {
  static const std::map<std::string, identity::Duties> names{
      {"administrator", identity::Duties{identity::Duty::administrator}},
      {"coordinator", identity::Duties{identity::Duty::coordinator}},
      {"publisher", identity::Duties{identity::Duty::publisher}},
      {"acknowledger", identity::Duties{identity::Duty::acknowledger}},
  };
  return names;
}

std::expected<identity::Duties, UsageError> parse_duties(const std::string& text) {
  identity::Duties duties;
  for (const std::string& word : split_list(text)) {
    const auto found = duty_names().find(word);
    if (found == duty_names().end()) return std::unexpected(usage(UsageProblem::bad_duty, word));
    duties = duties.with(found->second);
  }
  return duties;
}

// --who: all-staff, duties, or people; a list of duties' names only means those duties.
Who parse_who(const std::string& text) {
  if (text == "all-staff") return AllStaff{};
  const auto words = split_list(text);
  const bool duties_only = std::ranges::all_of(words, [](const auto& word) { return duty_names().contains(word); });
  if (duties_only && !words.empty()) return *parse_duties(text);
  return NamedStaff{words};
}

// One `samband` command line. CLI11 fills the members; `build_` makes the action once it is well formed.
class CommandLine {
 public:
  CommandLine(const Invocation& invocation, WallTime now) : invocation_{invocation}, now_{now} {
    app_.name("samband");
    app_.option_defaults()->always_capture_default(false);
    app_.footer("Example:\n  samband send \"SSU Vest-Viken\" \"Møtet er flyttet til torsdag.\"");
    app_.add_option("--profile", globals_.profile, "folder of the profile")->type_name("DIR");
    app_.add_flag("--json", globals_.json, "one JSON object a line on standard output");
    app_.add_flag("-v,--verbose", globals_.verbose, "log lines on standard error");
    app_.add_option("--passphrase-file", passphrase_file_, "file whose first line unlocks the profile")
        ->type_name("FILE");
    app_.set_version_flag("--version", "samband " SAMBAND_VERSION)->description("print the version and exit");
    app_.add_option("--wait", wait_seconds_, "seconds to wait for a server that is away (default 10)")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, 86400));
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    add_identity();
    add_channels();
    add_messages();
    add_documents();
    add_guidance();
    add_connection();
  }

  ParseResult parse() {
    std::vector<std::string> words{invocation_.arguments.rbegin(), invocation_.arguments.rend()};
    try {
      app_.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
      return HelpText{app_.help()};
    } catch (const CLI::CallForVersion&) {
      return HelpText{"samband " SAMBAND_VERSION "\n"};
    } catch (const CLI::ParseError& error) {
      return usage(UsageProblem::command_line, error.what());
    }
    globals_.profile = globals_.profile.empty() ? default_profile() : absolute(globals_.profile);
    if (!passphrase_file_.empty()) globals_.passphrase_file = absolute(passphrase_file_);
    globals_.wait = std::chrono::seconds{wait_seconds_};
    Built built = build_ ? build_() : Built{Command{ShowOverview{}}};
    if (!built) return built.error();
    return Parsed{globals_, std::move(*built)};
  }

 private:
  CLI::App* add(CLI::App& to, const char* name, const char* help, const char* example, std::function<Built()> build) {
    CLI::App* command = to.add_subcommand(name, help);
    command->footer(std::string{"Example:\n  "} + example);
    command->callback([this, build = std::move(build)] { build_ = build; });
    return command;
  }

  CLI::App* group(const char* name, const char* help) {
    CLI::App* group = app_.add_subcommand(name, help);
    group->require_subcommand(1);
    return group;
  }

  [[nodiscard]] path absolute(const path& given) const {
    return given.is_absolute() ? given : path{invocation_.folder} / given;
  }

  // A text argument; "-" is what stands on standard input, without its last line feed.
  [[nodiscard]] std::string text_or_input(const std::string& given) const {
    if (given != "-") return given;
    std::string text = invocation_.input;
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }

  static std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional{text};
  }

  [[nodiscard]] std::expected<std::shared_ptr<DocumentSource>, UsageError> source(const std::string& file) const {
    auto opened = open_source(absolute(file));
    if (opened) return std::move(*opened);
    switch (opened.error()) {
      case FileError::missing: return std::unexpected(usage(UsageProblem::no_such_file, file));
      case FileError::not_a_file: return std::unexpected(usage(UsageProblem::not_a_file, file));
      case FileError::unreadable:
      case FileError::unwritable: return std::unexpected(usage(UsageProblem::file_unreadable, file));
    }
    std::abort();  // every enumerator returns above
  }

  void add_identity() {
    auto* enrol =
        add(app_, "enrol", "make this device, from an invitation",
            "samband enrol samband-invite:AQ... --name \"Kari Berg\"", [this]() -> Built {
              EnrolOptions options{
                  {invitation_, name_, device_.empty() ? host_name() : device_}, no_passphrase_, std::nullopt};
              if (!trust_.empty()) options.trust_file = absolute(trust_);
              return options;
            });
    enrol->add_option("INVITATION", invitation_, "samband-invite:...")->required();
    enrol->add_option("--name", name_, "your name")->required();
    enrol->add_option("--device", device_, "what to call this device (default: this computer's name)")
        ->type_name("LABEL");
    enrol->add_option("--trust", trust_, "certificates that the server's must chain to")->type_name("CERT.pem");
    enrol->add_flag("--no-passphrase", no_passphrase_, "keep the key in a file only you can read");

    auto* invite = add(app_, "invite", "invite a colleague, or another device of your own",
                       "samband invite --name \"Ola Haugen\" --duty coordinator", [this] { return build_invite(); });
    invite->add_option("--name", name_, "the person's name")->required();
    invite->add_option("--duty", duty_, "administrator, coordinator, publisher, acknowledger; a list with commas");
    invite->add_option("--uses", uses_, "devices it may make (default 1)")->check(CLI::Range(1, 1000));
    invite->add_option("--expires", expires_, "when it ends (default +7d)")->type_name("TIME");

    add(app_, "whoami", "who you are here", "samband whoami", [] { return Built{Command{WhoAmI{}}}; });
    add(app_, "partners", "the partners and who has enrolled", "samband partners",
        [] { return Built{Command{ListPartners{}}}; });
    auto* devices = add(app_, "devices", "the devices of a partner", "samband devices --partner 3301",
                        [this] { return Built{Command{ListDevices{given(partner_)}}}; });
    devices->add_option("--partner", partner_, "number or name (default: your own)");
    auto* revoke = add(app_, "revoke", "end a device, a staff member's devices, or an invitation",
                       "samband revoke 4f1c9a20 --reason \"lost phone\"",
                       [this] { return Built{Command{Revoke{subject_, reason_}}}; });
    revoke->add_option("SUBJECT", subject_, "identifier or name")->required();
    revoke->add_option("--reason", reason_, "recorded with it");
  }

  Built build_invite() {
    const auto duties = parse_duties(duty_);
    if (!duties) return std::unexpected(duties.error());
    Invite invite{name_, *duties, static_cast<std::uint16_t>(uses_), std::nullopt};
    if (expires_.empty()) return Command{invite};
    invite.expires_at = parse_time(expires_, now_);
    if (!invite.expires_at) return std::unexpected(usage(UsageProblem::bad_time, expires_));
    return Command{invite};
  }

  void add_channels() {
    CLI::App* channel = group("channel", "channels: create, list, join, members, add, remove, leave");
    auto* create = add(*channel, "create", "make a channel",
                       "samband channel create \"SSU Vest-Viken\" --kind discussion --partners 894166762,3301",
                       [this] { return build_channel(); });
    create->add_option("NAME", channel_, "its name")->required();
    create->add_option("--kind", kind_, "discussion or guidance")
        ->check(CLI::IsMember({"discussion", "guidance"}))
        ->required();
    auto* audience = create->add_option_group("audience", "one of")->require_option(1);
    audience->add_option("--partners", partners_, "numbers or names; a list with commas");
    audience->add_option("--community", community_, "a community's name");
    audience->add_flag("--all-partners", all_partners_, "every partner there is");
    create->add_option("--who", who_, "all-staff, duties or people (default coordinator)");
    create->add_option("--history", history_, "shared or from-joining (default)")
        ->check(CLI::IsMember({"shared", "from-joining"}));
    create->add_option("--moderator", moderators_, "partners that moderate too; a list with commas");
    create->add_option("--successor", successor_, "partner that moderates after you");

    add(*channel, "list", "your channels, and those you may join", "samband channel list",
        [] { return Built{Command{ListChannels{}}}; });
    add_named(*channel, "join", "join a channel that you may join", "samband channel join \"SSU Vest-Viken\"",
              [this] { return Built{Command{JoinChannel{channel_}}}; });
    add_named(*channel, "members", "who is in a channel", "samband channel members \"SSU Vest-Viken\"",
              [this] { return Built{Command{ListMembers{channel_}}}; });
    auto* more = add_named(*channel, "add", "add partners", "samband channel add \"SSU Vest-Viken\" 3303 3305", [this] {
      return Built{Command{AddPartners{channel_, names_, parse_who(who_), moderate_}}};
    });
    more->add_option("PARTNER", names_, "numbers or names")->required();
    more->add_option("--who", who_, "all-staff, duties or people (default coordinator)");
    more->add_flag("--moderator", moderate_, "they moderate the channel too");
    auto* less = add_named(*channel, "remove", "remove partners", "samband channel remove \"SSU Vest-Viken\" 3303",
                           [this] { return Built{Command{RemovePartners{channel_, names_}}}; });
    less->add_option("PARTNER", names_, "numbers or names")->required();
    add_named(*channel, "leave", "leave a channel", "samband channel leave \"SSU Vest-Viken\"",
              [this] { return Built{Command{LeaveChannel{channel_}}}; });
  }

  CLI::App* add_named(CLI::App& to, const char* name, const char* help, const char* example,
                      std::function<Built()> build) {
    CLI::App* command = add(to, name, help, example, std::move(build));
    command->add_option("CHANNEL", channel_, "the channel's name")->required();
    return command;
  }

  Built build_channel() {
    CreateChannel create;
    create.name = channel_;
    create.kind = kind_ == "guidance" ? ChannelKind::guidance : ChannelKind::discussion;
    if (!partners_.empty()) create.audience = NamedPartners{split_list(partners_)};
    if (!community_.empty()) create.audience = OfCommunity{community_};
    if (all_partners_) create.audience = AllPartners{};
    create.who = parse_who(who_);
    create.history = history_ == "shared" ? ChannelHistory::shared : ChannelHistory::from_joining;
    create.moderators = split_list(moderators_);
    create.successor = given(successor_);
    return Command{create};
  }

  void add_messages() {
    auto* send = add_named(
        app_, "send", "write to a channel", "samband send \"SSU Vest-Viken\" \"Hei\" --reply-to 17",
        [this] { return Built{Command{SendText{channel_, text_or_input(text_), reply_to_, given(guard_reason_)}}}; });
    send->add_option("TEXT", text_, "the text; - reads standard input")->required();
    send->add_option("--reply-to", reply_to_, "sequence number of the message answered")->type_name("SEQ");
    add_guard_reason(send);

    auto* read = add_named(app_, "read", "read a channel", "samband read \"SSU Vest-Viken\" --since 10 --follow",
                           [this] { return Built{Command{ReadChannel{channel_, since_, follow_}}}; });
    read->add_option("--since", since_, "first sequence number of interest")->type_name("SEQ");
    read->add_flag("--follow", follow_, "go on with what arrives");

    auto* edit = add_named(
        app_, "edit", "change a message of yours", "samband edit \"SSU Vest-Viken\" 17 \"Hei alle\"",
        [this] { return Built{Command{EditText{channel_, seq_, text_or_input(text_), given(guard_reason_)}}}; });
    add_seq(edit);
    edit->add_option("TEXT", text_, "the new text; - reads standard input")->required();
    add_guard_reason(edit);
    auto* erase = add_named(app_, "delete", "take a message back", "samband delete \"SSU Vest-Viken\" 17",
                            [this] { return Built{Command{DeleteMessage{channel_, seq_}}}; });
    add_seq(erase);
    auto* react = add_named(app_, "react", "react to a message", "samband react \"SSU Vest-Viken\" 17 👍",
                            [this] { return Built{Command{React{channel_, seq_, text_}}}; });
    add_seq(react);
    react->add_option("EMOJI", text_, "one emoji")->required();
  }

  void add_seq(CLI::App* command) { command->add_option("SEQ", seq_, "sequence number of the message")->required(); }
  void add_guard_reason(CLI::App* command) {
    command->add_option("--guard-reason", guard_reason_, "why a warning of the guard does not apply; it is sent along");
  }

  void add_documents() {
    CLI::App* doc = group("doc", "documents: put, list, get, log");
    auto* put = add_named(*doc, "put", "share a file, or a new version of it",
                          "samband doc put \"SSU Vest-Viken\" referat.pdf --as referater/mars.pdf",
                          [this] { return build_put(); });
    put->add_option("FILE", file_, "the file")->required();
    put->add_option("--as", document_, "its path in the library (default: the file's name)")->type_name("PATH");
    add_guard_reason(put);
    add_named(*doc, "list", "the documents of a channel", "samband doc list \"SSU Vest-Viken\"",
              [this] { return Built{Command{ListDocuments{channel_}}}; });
    auto* get =
        add_named(*doc, "get", "fetch a document", "samband doc get \"SSU Vest-Viken\" referat.pdf -o /tmp/referat.pdf",
                  [this] { return build_get(); });
    get->add_option("PATH", document_, "its path in the library")->required();
    get->add_option("-o,--output", file_, "where to save it (default: its name, here)")->type_name("FILE");
    get->add_option("--version", version_, "an earlier version; 1 is the first")->check(CLI::PositiveNumber);
    auto* log = add_named(*doc, "log", "the versions of a document", "samband doc log \"SSU Vest-Viken\" referat.pdf",
                          [this] { return Built{Command{ListVersions{channel_, document_}}}; });
    log->add_option("PATH", document_, "its path in the library")->required();
  }

  Built build_put() {
    auto file = source(file_);
    if (!file) return std::unexpected(file.error());
    const std::string as = document_.empty() ? path{file_}.filename().string() : document_;
    return Command{PutDocument{channel_, as, std::move(*file), given(guard_reason_)}};
  }

  Built build_get() {
    const std::string to = file_.empty() ? path{document_}.filename().string() : file_;
    auto sink = create_sink(absolute(to));
    if (!sink) return std::unexpected(usage(UsageProblem::file_unreadable, to));
    return Command{GetDocument{channel_, document_, version_, std::move(*sink)}};
  }

  void add_guidance() {
    CLI::App* guidance = group("guidance", "guidance: publish, watch, list, show");
    auto* publish = add_named(*guidance, "publish", "publish a guidance at once",
                              "samband guidance publish Føringer --title \"Ny rutine\" --file rutine.pdf",
                              [this] { return build_publish(); });
    publish->add_option("--title", title_, "its title")->required();
    publish->add_option("--text", text_, "its text; - reads standard input");
    publish->add_option("--file", files_, "a file; NAME.nb.md and NAME.nn.md are one text in two language forms");
    publish->add_option("--acknowledge-by", acknowledge_by_, "when acknowledgement is due")->type_name("TIME");
    add_guard_reason(publish);
    auto* watch = add(*guidance, "watch", "publish what appears in a folder, exactly once",
                      "samband guidance watch /srv/guidance --channel Føringer",
                      [this] { return Built{WatchOptions{absolute(file_), channel_}}; });
    watch->add_option("DIR", file_, "the folder; a guidance is a subfolder or file renamed into it")->required();
    watch->add_option("--channel", channel_, "the guidance channel")->required();
    add(*guidance, "list", "guidance that reached you", "samband guidance list",
        [] { return Built{Command{ListGuidance{}}}; });
    auto* show = add(*guidance, "show", "read a guidance, or save its texts and files",
                     "samband guidance show 9c1f0a33 --save /tmp/rutine", [this] { return build_show(); });
    show->add_option("ID", subject_, "its identifier, or the first 8 digits")->required();
    show->add_option("--save", file_, "folder for its texts and files")->type_name("DIR");
  }

  Built build_publish() {
    PublishGuidance publish;
    publish.channel = channel_;
    publish.title = title_;
    publish.guard_reason = given(guard_reason_);
    if (!text_.empty()) publish.texts.push_back({"", text_or_input(text_)});
    for (const std::string& file : files_) {
      auto opened = source(file);
      if (!opened) return std::unexpected(opened.error());
      if (!add_guidance_file(publish, path{file}.filename().string(), std::move(*opened))) {
        return std::unexpected(usage(UsageProblem::file_unreadable, file));
      }
    }
    if (!acknowledge_by_.empty()) {
      publish.acknowledge_by = parse_time(acknowledge_by_, now_);
      if (!publish.acknowledge_by) return std::unexpected(usage(UsageProblem::bad_time, acknowledge_by_));
    }
    return Command{std::move(publish)};
  }

  Built build_show() {
    ShowGuidance show{subject_, nullptr};
    if (file_.empty()) return Command{show};
    auto folder = open_folder(absolute(file_));
    if (!folder) return std::unexpected(usage(UsageProblem::file_unreadable, file_));
    show.folder = std::move(*folder);
    return Command{show};
  }

  void add_connection() {
    add(app_, "sync", "fetch and process all that waits", "samband sync", [] { return Built{Command{Sync{}}}; });
    add(app_, "agent", "stay connected: keep groups current, admit devices, tell what happens", "samband agent",
        [] { return Built{Command{Agent{}}}; });
    add(app_, "verify", "check the transparency log and say what was proved", "samband verify",
        [] { return Built{Command{Verify{}}}; });
  }

  const Invocation& invocation_;
  WallTime now_;
  CLI::App app_{"samband: channels, documents and guidance between partners, end-to-end encrypted"};
  Globals globals_;
  std::function<Built()> build_;

  // What options and arguments of the several commands are read into.
  std::string passphrase_file_, invitation_, name_, device_, trust_, duty_, expires_, partner_, subject_, reason_;
  std::string channel_, kind_, partners_, community_, who_ = "coordinator", history_, moderators_, successor_;
  std::string text_, guard_reason_, file_, document_, title_, acknowledge_by_;
  std::vector<std::string> names_, files_;
  int wait_seconds_ = 10;
  unsigned uses_ = 1;
  std::uint64_t seq_ = 0, since_ = 0;
  std::optional<std::uint64_t> reply_to_;
  std::optional<std::uint32_t> version_;
  bool no_passphrase_ = false, all_partners_ = false, follow_ = false, moderate_ = false;
};

std::optional<std::uint64_t> relative_ms(std::string_view text) {
  static const std::map<char, std::uint64_t> units{{'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}};
  constexpr std::size_t digits_max = 6;
  if (text.size() < 3 || text.size() > digits_max + 2 || text.front() != '+') return std::nullopt;
  const auto unit = units.find(text.back());
  if (unit == units.end()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text.substr(1, text.size() - 2)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number * unit->second;
}

}  // namespace

ExitStatus exit_status_of(UsageProblem problem) {
  switch (problem) {
    case UsageProblem::command_line:
    case UsageProblem::not_utf8:
    case UsageProblem::bad_time:
    case UsageProblem::bad_duty: return ExitStatus::wrong_usage;
    case UsageProblem::no_such_file:
    case UsageProblem::not_a_file:
    case UsageProblem::file_unreadable: return ExitStatus::refused;
  }
  std::abort();  // every enumerator returns above
}

bool is_endless(const Action& action) {
  if (std::holds_alternative<WatchOptions>(action)) return true;
  const auto* command = std::get_if<Command>(&action);
  if (!command) return false;
  const auto* read = std::get_if<ReadChannel>(command);
  return std::holds_alternative<Agent>(*command) || (read && read->follow);
}

ParseResult parse_arguments(const Invocation& given, WallTime now) {
  Invocation invocation = given;
  for (std::string& argument : invocation.arguments) {
    auto normal = to_nfc(argument);
    if (!normal) return usage(UsageProblem::not_utf8, "");
    argument = std::move(*normal);
  }
  auto input = to_nfc(invocation.input);
  if (!input) return usage(UsageProblem::not_utf8, "-");
  invocation.input = std::move(*input);
  return CommandLine{invocation, now}.parse();
}

std::optional<WallTime> parse_time(const std::string& text, WallTime now) {
  if (const auto after = relative_ms(text)) return WallTime{now.ms + *after};
  return parse_rfc3339(text);
}

}  // namespace samband::client

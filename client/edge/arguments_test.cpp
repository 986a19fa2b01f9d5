#include "client/edge/arguments.h"

#include <fstream>
#include <gtest/gtest.h>

#include "client/edge/text_form.h"
#include "client/edge/texts.h"

namespace samband::client {
namespace {

constexpr WallTime noon{1'800'000'000'000};

Invocation typed(std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.arguments = std::move(arguments);
  invocation.folder = testing::TempDir();
  invocation.language = "en";
  return invocation;
}

ParseResult parse(std::vector<std::string> arguments) {
  return parse_arguments(typed(std::move(arguments)), noon);
}

template <class T>
T command(std::vector<std::string> arguments) {
  const ParseResult result = parse(std::move(arguments));
  const auto* parsed = std::get_if<Parsed>(&result);
  EXPECT_NE(parsed, nullptr);
  if (!parsed) return {};
  const auto* one = std::get_if<Command>(&parsed->action);
  EXPECT_TRUE(one && std::holds_alternative<T>(*one));
  return one && std::holds_alternative<T>(*one) ? std::get<T>(*one) : T{};
}

ExitStatus status_of(std::vector<std::string> arguments) {
  const ParseResult result = parse(std::move(arguments));
  const auto* error = std::get_if<UsageError>(&result);
  return error ? exit_status_of(error->problem) : ExitStatus::done;
}

TEST(Arguments, WithoutACommandShowWhatNeedsThePerson) {
  std::ignore = command<ShowOverview>({});
}

TEST(Arguments, TellTheVersionAndHelp) {
  const ParseResult version = parse({"--version"});
  ASSERT_TRUE(std::holds_alternative<HelpText>(version));
  EXPECT_TRUE(std::get<HelpText>(version).text.starts_with("samband "));
  EXPECT_TRUE(std::holds_alternative<HelpText>(parse({"channel", "add", "--help"})));
}

TEST(Arguments, ReadTheCommandsAsTheyAreTyped) {
  EXPECT_TRUE(command<AddPartners>({"channel", "add", "SSU", "3303", "--moderator"}).moderate);
  EXPECT_FALSE(command<AddPartners>({"channel", "add", "SSU", "3303"}).moderate);
  const auto send = command<SendText>({"send", "SSU", "Hei", "--reply-to", "17"});
  EXPECT_EQ(send.channel, "SSU");
  EXPECT_EQ(send.reply_to, 17U);
  const auto create = command<CreateChannel>({"channel", "create", "SSU", "--kind", "discussion", "--partners",
                                              "3301, 3303,Vestre Viken HF", "--who", "Kari Berg,Ola Haugen"});
  EXPECT_EQ(std::get<NamedPartners>(create.audience).partners,
            (std::vector<std::string>{"3301", "3303", "Vestre Viken HF"}));
  EXPECT_EQ(std::get<NamedStaff>(create.who).staff, (std::vector<std::string>{"Kari Berg", "Ola Haugen"}));
  EXPECT_EQ(create.history, ChannelHistory::from_joining);
  const auto guidance = command<CreateChannel>({"channel", "create", "F", "--kind", "guidance", "--all-partners"});
  EXPECT_TRUE(std::holds_alternative<AllPartners>(guidance.audience));
  EXPECT_TRUE(std::get<identity::Duties>(guidance.who).has(identity::Duty::coordinator));
  const auto invite =
      command<Invite>({"invite", "--name", "Ola", "--duty", "coordinator,publisher", "--expires", "+2d"});
  EXPECT_TRUE(invite.duties.has(identity::Duty::publisher));
  EXPECT_EQ(invite.expires_at, (WallTime{noon.ms + 2 * 86'400'000}));
}

TEST(Arguments, GlobalOptionsStandBeforeOrAfterTheCommand) {
  for (const auto& words : {std::vector<std::string>{"--json", "whoami"}, {"whoami", "--json"}}) {
    const ParseResult result = parse(words);
    EXPECT_TRUE(std::get<Parsed>(result).globals.json);
  }
}

TEST(Arguments, AreComposedToNfcSoThatANameIsOneName) {
  EXPECT_EQ(command<JoinChannel>({"channel", "join", "A\xCC\x8Asgard"}).channel, "\xC3\x85sgard");
  EXPECT_EQ(status_of({"channel", "join", "\xFF\xFE"}), ExitStatus::wrong_usage);
}

TEST(Arguments, WrongUsageIsStatusTwo) {
  EXPECT_EQ(status_of({"sned", "SSU", "Hei"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"send", "SSU"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"channel"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"channel", "create", "X", "--kind", "chat", "--all-partners"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"channel", "create", "X", "--kind", "guidance"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"invite", "--name", "X", "--duty", "king"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"invite", "--name", "X", "--expires", "tomorrow"}), ExitStatus::wrong_usage);
  EXPECT_EQ(status_of({"send", "SSU", "x", "--reply-to", "last"}), ExitStatus::wrong_usage);
}

TEST(Arguments, AMissingFileIsStatusOneAndNamed) {
  const ParseResult result = parse({"doc", "put", "SSU", "nowhere.pdf"});
  const auto& error = std::get<UsageError>(result);
  EXPECT_EQ(exit_status_of(error.problem), ExitStatus::refused);
  EXPECT_NE(text_of(error, Language::en).find("nowhere.pdf"), std::string::npos);
}

TEST(Arguments, ADashReadsStandardInput) {
  Invocation invocation = typed({"send", "SSU", "-"});
  invocation.input = "fra en fil\n";
  const ParseResult result = parse_arguments(invocation, noon);
  EXPECT_EQ(std::get<SendText>(std::get<Command>(std::get<Parsed>(result).action)).text, "fra en fil");
}

TEST(Arguments, EveryLevelHasHelpWithAnExample) {
  for (const auto& words : {std::vector<std::string>{"--help"},
                            {"send", "--help"},
                            {"channel", "create", "--help"},
                            {"guidance", "watch", "--help"}}) {
    const ParseResult result = parse(words);
    ASSERT_TRUE(std::holds_alternative<HelpText>(result));
    EXPECT_NE(std::get<HelpText>(result).text.find("Example"), std::string::npos);
  }
}

TEST(Times, AreReadAsRfc3339OrRelative) {
  EXPECT_EQ(parse_time("+10m", noon), (WallTime{noon.ms + 600'000}));
  EXPECT_EQ(parse_time("2027-01-15T09:00:00+01:00", noon), (WallTime{1'800'000'000'000}));
  EXPECT_EQ(parse_time("2027-01-15T08:00Z", noon), (WallTime{1'800'000'000'000}));
  for (const char* bad : {"", "+", "+m", "+1y", "-1d", "2027-02-30T00:00Z", "2027-01-15T09:00:00", "2027-01-15",
                          "2027-01-15T24:00Z", "2027-01-15T09:00:00+01:00x", "+9999999d"}) {
    EXPECT_EQ(parse_time(bad, noon), std::nullopt) << bad;
  }
}

TEST(Texts, EveryLanguageOfAFailureIsOneLineThatSaysWhatToDo) {
  for (int fault = 0; fault <= static_cast<int>(Fault::internal); ++fault) {
    for (const Language language : {Language::en, Language::nb, Language::nn}) {
      const std::string text = text_of(Failure{static_cast<Fault>(fault), "line\nbreak", {}, {}}, language);
      EXPECT_EQ(text.find('\n'), std::string::npos);
      EXPECT_NE(text.find(": "), std::string::npos) << text;
      EXPECT_EQ(text.find("{}"), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace samband::client

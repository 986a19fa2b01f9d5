#include "server/edge/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace samband::server::edge {
namespace {

using ::testing::HasSubstr;

Configuration any_configuration() {
  Configuration c;
  c.name = "samband.example.no";
  c.listen = {"127.0.0.1", 8443};
  c.store = "store";
  c.chunks = "chunks";
  c.log_key = "log.key";
  c.certificate = "certificate.pem";
  c.private_key = "certificate.key";
  c.admin_socket = "ctl.sock";
  return c;
}

std::string text_with(const std::string& find, const std::string& put) {
  std::string text = configuration_text(any_configuration());
  const auto at = text.find(find);
  EXPECT_NE(at, std::string::npos) << find;
  return text.replace(at, find.size(), put);
}

std::uint32_t line_of(const std::string& text, const std::string& what) {
  return 1 + static_cast<std::uint32_t>(std::ranges::count(text.substr(0, text.find(what)), '\n'));
}

// The only fault that the text has.
ConfigurationFault fault_in(const std::string& text) {
  const auto parsed = parse_configuration(text, "/etc/samband");
  EXPECT_FALSE(parsed.has_value());
  if (parsed) return {};
  EXPECT_EQ(parsed.error().size(), 1U);
  return parsed.error().front();
}

TEST(Configuration, ReadsBackWhatInitWrites) {
  const auto parsed = parse_configuration(configuration_text(any_configuration()), "/etc/samband");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().front().says;
  EXPECT_EQ(parsed->name, "samband.example.no");
  EXPECT_EQ(parsed->listen, (SocketAddress{"127.0.0.1", 8443}));
  EXPECT_EQ(parsed->store, "/etc/samband/store");
  EXPECT_EQ(parsed->private_key, "/etc/samband/certificate.key");
  EXPECT_EQ(parsed->limits, Limits{});
}

TEST(Configuration, NamesEveryLimitOnceWithADefaultInsideItsBounds) {
  const std::string text = configuration_text(any_configuration());
  std::set<std::string_view> names;
  const auto look = [&](const auto& rows, const auto& defaults) {
    for (const auto& row : rows) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      EXPECT_GE(defaults.*row.field, row.least) << row.name;
      EXPECT_LE(defaults.*row.field, row.most) << row.name;
      EXPECT_THAT(text, HasSubstr("\n" + std::string{row.name} + " = "));
    }
  };
  look(limit_rows(), Limits{});
  look(core_limit_rows(), server::Limits{});
  EXPECT_EQ(sizeof(Limits) / sizeof(std::uint64_t), limit_rows().size());
  EXPECT_EQ(sizeof(server::Limits) / sizeof(std::uint64_t), core_limit_rows().size());
}

TEST(Configuration, NamesTheLineOfAnUnknownSetting) {
  const std::string text = text_with("io_threads = 0", "io_threads = 0\nio_treads = 2");
  const auto fault = fault_in(text);
  EXPECT_EQ(fault.line, line_of(text, "io_treads"));
  EXPECT_THAT(fault.says, HasSubstr("unknown setting io_treads"));
}

TEST(Configuration, NamesTheLineOfAnUnknownLimit) {
  const std::string text = text_with("[limits]\n", "[limits]\nidle_timeout = 5\n");
  const auto fault = fault_in(text);
  EXPECT_EQ(fault.line, line_of(text, "idle_timeout = 5"));
  EXPECT_THAT(fault.says, HasSubstr("unknown setting idle_timeout in [limits]"));
}

TEST(Configuration, NamesTheLineOfAnUnknownLogLevel) {
  const std::string text = text_with("level = \"info\"", "level = \"loud\"");
  const auto fault = fault_in(text);
  EXPECT_EQ(fault.line, line_of(text, "level = \"loud\""));
  EXPECT_THAT(fault.says, HasSubstr("debug, info, warning or error"));
}

TEST(Configuration, HoldsEveryLimitToItsBounds) {
  const auto look = [](const auto& rows, const auto& defaults) {
    for (const auto& row : rows) {
      const std::string line = "\n" + std::string{row.name} + " = ";
      const std::string now = line + std::to_string(defaults.*row.field) + "\n";
      EXPECT_THAT(fault_in(text_with(now, line + std::to_string(row.most + 1) + "\n")).says,
                  HasSubstr(std::string{row.name} + " is "));
      if (row.least > 0) {
        EXPECT_THAT(fault_in(text_with(now, line + std::to_string(row.least - 1) + "\n")).says, HasSubstr("may be"));
      }
    }
  };
  look(limit_rows(), Limits{});
  look(core_limit_rows(), server::Limits{});
}

TEST(Configuration, RefusesValuesOfAnotherType) {
  EXPECT_THAT(fault_in(text_with("io_threads = 0", "io_threads = \"two\"")).says, HasSubstr("whole number"));
  EXPECT_THAT(fault_in(text_with("io_threads = 0", "io_threads = -1")).says, HasSubstr("io_threads is -1"));
  EXPECT_THAT(fault_in(text_with("listen = \"127.0.0.1:8443\"", "listen = 8443")).says, HasSubstr("must be a text"));
  EXPECT_THAT(fault_in(text_with("origins = []", "origins = [1]")).says, HasSubstr("list of texts"));
}

TEST(Configuration, ReportsAllFaultsAtOnce) {
  const auto parsed = parse_configuration("name = \"a b\"\nlisten = \"x\"\n", "/etc/samband");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_GE(parsed.error().size(), 7U);  // name, listen, and every path that is missing
}

TEST(Configuration, SaysWhereItIsNotToml) {
  const auto fault = fault_in("name = \"x\"\nlisten = = 3\n");
  EXPECT_EQ(fault.line, 2U);
  EXPECT_THAT(fault.says, HasSubstr("not TOML"));
  EXPECT_THAT(fault.says, ::testing::Not(HasSubstr("\n")));
}

TEST(Configuration, RefusesBytesThatAreNoText) {
  EXPECT_FALSE(parse_configuration(std::string_view{"\xff\xfe\0a", 4}, "/").has_value());
}

TEST(Configuration, KeepsTheHttpListenerOnLoopback) {
  EXPECT_THAT(fault_in(text_with("127.0.0.1:9464", "0.0.0.0:9464")).says, HasSubstr("loopback"));
  const auto none = parse_configuration(text_with("listen = \"127.0.0.1:9464\"", "listen = \"\""), "/");
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->http_enabled);
}

TEST(Configuration, WantsPingsBeforeTheIdleTimeout) {
  EXPECT_THAT(fault_in(text_with("ping_interval_ms = 30000", "ping_interval_ms = 90000")).says,
              HasSubstr("ping_interval_ms must be less"));
}

TEST(Configuration, SaysInOneLineThatItHasNotBeenSetUp) {
  EXPECT_THAT(fault_in("name = \"\"\nlisten = 3\n").says, HasSubstr("run sambandctl setup"));
  const auto nameless = parse_configuration("listen = \"0.0.0.0:8443\"\n", "/");
  ASSERT_FALSE(nameless.has_value());
  EXPECT_THAT(nameless.error().front().says, HasSubstr("not a host name"));
}

TEST(Configuration, TakesCredentialsForKeysAndForNothingElse) {
  const auto parsed = parse_configuration(text_with("\"log.key\"", "\"credential:log.key\""), "/etc/samband");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().front().says;
  EXPECT_EQ(parsed->log_key, "credential:log.key");
  const std::string climbing = text_with("\"log.key\"", "\"credential:../log.key\"");
  EXPECT_THAT(fault_in(climbing).says, HasSubstr("name of a credential"));
  EXPECT_EQ(fault_in(climbing).line, line_of(climbing, "credential:"));
  const auto store = parse_configuration(text_with("\"store\"", "\"credential:store\""), "/etc/samband");
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(store->store, "/etc/samband/credential:store") << "a folder like any other";
}

TEST(SocketAddress, IsAnAddressAndAPort) {
  EXPECT_EQ(parse_socket_address("[::1]:443"), (SocketAddress{"::1", 443}));
  EXPECT_EQ(text_of(SocketAddress{"::1", 443}), "[::1]:443");
  EXPECT_EQ(parse_socket_address("0.0.0.0:0"), (SocketAddress{"0.0.0.0", 0}));
  for (const char* wrong : {"", ":", "localhost:1", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:1x", "::1:443"}) {
    EXPECT_FALSE(parse_socket_address(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace samband::server::edge

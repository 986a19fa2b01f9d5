#include "server/edge/config_changes.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <string_view>

namespace samband::server::edge {
namespace {

struct Setting {
  std::string name;
  std::function<std::string(const Configuration&)> text;
  std::function<void(Configuration&, const Configuration&)> take;  // none: it needs a restart
};

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + in_quotes(text);
  return "[" + out + "]";
}

// These size what is made once, when the server starts.
bool is_fixed_at_start(std::string_view limit) {
  static constexpr std::array fixed{std::string_view{"commit_queue_max"}, std::string_view{"sync_records_max"},
                                    std::string_view{"sync_bytes_max"}, std::string_view{"dead_peer_timeout_ms"}};
  return std::ranges::count(fixed, limit) > 0;
}

Setting fixed(std::string name, std::function<std::string(const Configuration&)> text) {
  return {std::move(name), std::move(text), nullptr};
}

Setting fixed_path(std::string name, std::filesystem::path Configuration::* path) {
  return fixed(std::move(name), [path](const Configuration& c) { return in_quotes((c.*path).string()); });
}

// `take` makes it change while the server runs.
Setting live(std::string name, std::function<std::string(const Configuration&)> text,
             std::function<void(Configuration&, const Configuration&)> take) {
  return {std::move(name), std::move(text), std::move(take)};
}

Setting live_path(std::string name, std::filesystem::path Configuration::* path) {
  return live(
      std::move(name), [path](const Configuration& c) { return in_quotes((c.*path).string()); },
      [path](Configuration& to, const Configuration& from) { to.*path = from.*path; });
}

void add_limits(std::vector<Setting>& settings) {
  for (const auto& row : limit_rows()) {
    Setting setting = fixed(fmt::format("limits.{}", row.name),
                            [field = row.field](const Configuration& c) { return std::to_string(c.limits.*field); });
    if (!is_fixed_at_start(row.name)) {
      setting.take = [field = row.field](Configuration& to, const Configuration& from) {
        to.limits.*field = from.limits.*field;
      };
    }
    settings.push_back(std::move(setting));
  }
  // The core is a machine that gives the same answers to the same commands: its limits stay while it runs.
  for (const auto& row : core_limit_rows()) {
    settings.push_back(fixed(fmt::format("limits.{}", row.name),
                             [field = row.field](const Configuration& c) { return std::to_string(c.core.*field); }));
  }
}

std::vector<Setting> make_settings() {
  using C = Configuration;
  std::vector<Setting> settings{
      fixed("name", [](const C& c) { return in_quotes(c.name); }),
      fixed("listen", [](const C& c) { return in_quotes(text_of(c.listen)); }),
      fixed_path("store", &C::store),
      fixed_path("chunks", &C::chunks),
      fixed_path("log_key", &C::log_key),
      fixed("io_threads", [](const C& c) { return std::to_string(c.io_threads); }),
      fixed("shards", [](const C& c) { return std::to_string(c.shards); }),
      fixed("origins", [](const C& c) { return list_of(c.origins); }),
      live_path("tls.certificate", &C::certificate),
      live_path("tls.private_key", &C::private_key),
      fixed_path("admin.socket", &C::admin_socket),
      fixed("admin.group", [](const C& c) { return in_quotes(c.admin_group); }),
      fixed("http.listen", [](const C& c) { return in_quotes(c.http_enabled ? text_of(c.http) : ""); }),
      live(
          "log.level", [](const C& c) { return in_quotes(c.log_level); },
          [](C& to, const C& from) { to.log_level = from.log_level; }),
  };
  add_limits(settings);
  return settings;
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

}  // namespace

std::vector<SettingChange> changes_between(const Configuration& in_force, const Configuration& fresh) {
  std::vector<SettingChange> out;
  for (const Setting& setting : settings()) {
    std::string from = setting.text(in_force);
    std::string to = setting.text(fresh);
    if (from != to) out.push_back({setting.name, std::move(from), std::move(to), !setting.take});
  }
  return out;
}

Configuration with_live_settings(const Configuration& in_force, const Configuration& fresh) {
  Configuration out = in_force;
  for (const Setting& setting : settings()) {
    if (setting.take) setting.take(out, fresh);
  }
  return out;
}

}  // namespace samband::server::edge

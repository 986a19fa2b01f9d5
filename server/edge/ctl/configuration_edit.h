// Changes one setting in the text of a configuration and leaves every other line, comments too, as the operator wrote
// it.
#pragma once

#include <string>
#include <string_view>

namespace samband::server::edge::ctl {

// `key` is one of the settings before the first [table]; a key that is not there is added behind them. `value` goes
// between quotes as it is: host names and addresses have nothing to escape.
[[nodiscard]] std::string with_setting(std::string_view toml, std::string_view key, std::string_view value);

}  // namespace samband::server::edge::ctl

// Whether an HTTP request may become a samband session: a WebSocket upgrade that asks for our subprotocol, from a
// program, or from a browser on a page that was allowed.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace samband::server::edge {

enum class UpgradeFault : std::uint8_t {
  none,
  not_an_upgrade,  // plain HTTP, or another version of WebSocket
  subprotocol,     // the client does not offer samband.v1
  origin,          // a browser's page that is not on the list
};

[[nodiscard]] UpgradeFault judge_upgrade(const boost::beast::http::request<boost::beast::http::empty_body>& request,
                                         const std::vector<std::string>& origins);

[[nodiscard]] boost::beast::http::response<boost::beast::http::string_body> refusal_of(UpgradeFault fault);

}  // namespace samband::server::edge

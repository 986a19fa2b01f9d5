#include "server/edge/upgrade.h"

#include <algorithm>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "server/protocol/messages.h"

namespace samband::server::edge {

namespace http = boost::beast::http;

UpgradeFault judge_upgrade(const http::request<http::empty_body>& request, const std::vector<std::string>& origins) {
  if (!boost::beast::websocket::is_upgrade(request)) return UpgradeFault::not_an_upgrade;
  for (const auto& field : request) {
    if (field.name() != http::field::origin) continue;
    const std::string_view origin{field.value().data(), field.value().size()};
    if (std::ranges::none_of(origins, [&](const std::string& allowed) { return allowed == origin; })) {
      return UpgradeFault::origin;
    }
  }
  http::token_list offered{request[http::field::sec_websocket_protocol]};
  return offered.exists(protocol::subprotocol) ? UpgradeFault::none : UpgradeFault::subprotocol;
}

http::response<http::string_body> refusal_of(UpgradeFault fault) {
  const bool forbidden = fault == UpgradeFault::origin;
  const bool plain = fault == UpgradeFault::not_an_upgrade;
  const auto status = forbidden ? http::status::forbidden
                      : plain   ? http::status::upgrade_required
                                : http::status::bad_request;
  http::response<http::string_body> response{status, 11};
  response.set(http::field::server, "sambandd");
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  if (plain) response.set(http::field::upgrade, "websocket");
  response.body() = forbidden ? "This page may not connect here.\n"
                    : plain   ? "This is a samband server: connect with a samband client.\n"
                              : "This server speaks samband.v1.\n";
  response.keep_alive(false);
  response.prepare_payload();
  return response;
}

}  // namespace samband::server::edge

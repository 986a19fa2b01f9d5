// What concerns the server as a whole: audit, maintenance, and checking it while it runs.
#include <iostream>

#include "crypto/codec/hex.h"
#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

constexpr std::size_t hash_digits_shown = 16;

void print(const protocol::AuditItem& item, bool json) {
  Line line;
  const std::string hash = to_hex(item.hash.view());
  line.text("at", json ? rfc3339(item.at) : local_time(item.at)).text("who", item.who).text("what", item.what);
  if (json) {
    if (item.record) line.number("record", *item.record);
    if (item.leaf) line.number("leaf", *item.leaf);
    line.text("hash", hash);
  } else {
    line.text("record", item.record ? "record " + std::to_string(*item.record) : "")
        .text("leaf", item.leaf ? "leaf " + std::to_string(*item.leaf) : "")
        .text("hash", hash.substr(0, hash_digits_shown));
  }
  line.print(json);
}

}  // namespace

int show_audit(const Where& where, const AuditOptions& options) {
  protocol::ListAudit request{.items_max = options.items_max, .since = {}, .partner_number = {}};
  if (!options.since.empty()) {
    const auto since = parse_past_time(options.since, now());
    if (!since) {
      return fail({Exit::usage, "--since " + options.since +
                                    " can't be read: write it like 2027-01-15T09:00:00+01:00, 2027-01-15 or 7d"});
    }
    request.since = *since;
  }
  if (!options.partner.empty()) request.partner_number = options.partner;
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto listed = server->ask_for<protocol::AuditListed>(request);
  if (!listed) return fail(listed.error());
  for (const protocol::AuditItem& item : listed->items) print(item, where.json);
  return static_cast<int>(Exit::done);
}

int verify_audit(const Where& where, const std::string& noted) {
  protocol::VerifyAudit request;
  if (!noted.empty()) {
    const auto bytes = from_hex(noted);
    request.noted = bytes ? Hash::of(*bytes) : std::nullopt;
    if (!request.noted) return fail({Exit::usage, "--noted is not a hash: give all 64 digits that --verify printed"});
  }
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto verified = server->ask_for<protocol::AuditVerified>(request);
  if (!verified) return fail(verified.error());
  const std::string last = verified->records == 0 ? "" : to_hex(verified->last.view());
  if (where.json) {
    Line{}
        .flag("sound", true)
        .number("records", verified->records)
        .number("leaves", verified->leaves)
        .text("last", last)
        .print(true);
  } else if (verified->records == 0) {
    std::cout << "The audit chain is empty: nobody has administered this server yet.\n";
  } else {
    std::cout << "The audit chain holds: " << verified->records << (verified->records == 1 ? " record" : " records")
              << ", over the directory's first " << verified->leaves
              << " leaves; note the hash of the last one elsewhere: " << last << '\n';
  }
  return static_cast<int>(Exit::done);
}

int set_maintenance(const Where& where, bool on, const std::string& reason) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto done = server->ask_for<protocol::AdminDone>(protocol::SetMaintenance{on, reason});
  if (!done) return fail(done.error());
  if (!where.json) std::cerr << "maintenance is " << (on ? "on" : "off") << ": " << printable(done->detail) << '\n';
  return where.json ? show_maintenance(where) : static_cast<int>(Exit::done);
}

int show_maintenance(const Where& where) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto status = server->ask_for<protocol::ServerStatus>(protocol::GetStatus{});
  if (!status) return fail(status.error());
  if (where.json) {
    Line line;
    line.flag("maintenance", status->maintenance);
    if (status->maintenance) {
      line.text("since", rfc3339(status->maintenance_since)).text("reason", status->maintenance_reason);
    }
    line.print(true);
  } else if (status->maintenance) {
    std::cout << "on since " << local_time(status->maintenance_since)
              << (status->maintenance_reason.empty() ? "" : ": ") << printable(status->maintenance_reason) << '\n';
  } else {
    std::cout << "off\n";
  }
  return static_cast<int>(Exit::done);
}

int check_server(const Where& where) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto reply = server->ask(protocol::CheckStore{});
  if (!reply) return fail(reply.error());
  if (const auto* sound = std::get_if<protocol::AdminDone>(&*reply)) {
    if (where.json) {
      Line{}.flag("sound", true).text("checked", sound->detail).print(true);
    } else {
      std::cout << "all is well: " << printable(sound->detail) << '\n';
    }
    return static_cast<int>(Exit::done);
  }
  const auto* refused = std::get_if<protocol::AdminRefused>(&*reply);
  if (refused == nullptr) {
    return fail({Exit::refused, "the server answered something else: use the sambandctl of the server's version"});
  }
  if (refused->rows.empty()) return fail({Exit::refused, refused->reason});
  for (const protocol::RowFault& fault : refused->rows) {
    if (where.json) Line{}.flag("sound", false).text("fault", fault.fault).print(true);
    fail({Exit::refused, fault.fault});
  }
  return static_cast<int>(Exit::refused);
}

}  // namespace samband::server::edge::ctl

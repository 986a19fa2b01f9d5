// `status`: how the server is, for eyes and for scripts.
#include <fmt/format.h>
#include <iostream>

#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/sizes.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

constexpr std::uint64_t day_ms = 24ULL * 60 * 60 * 1000;

std::int64_t certificate_days_left(const protocol::ServerStatus& status) {
  const auto left = static_cast<std::int64_t>(status.certificate_expires_at.ms) - static_cast<std::int64_t>(now().ms);
  return left / static_cast<std::int64_t>(day_ms);
}

void row(std::string_view name, const std::string& says) {
  std::cout << fmt::format("{:<13}{}\n", name, printable(says));
}

std::string writes_of(const protocol::ServerStatus& status) {
  if (status.taking_writes) return "taken";
  if (!status.maintenance) return "REFUSED: the disk is below its reserve";
  return "REFUSED: maintenance since " + local_time(status.maintenance_since) +
         (status.maintenance_reason.empty() ? "" : ": " + status.maintenance_reason);
}

void print_for_people(const protocol::ServerStatus& status) {
  row("server", status.name);
  row("version",
      fmt::format("{}, since {}, incarnation {}", status.version, local_time(status.started_at), status.incarnation));
  row("state", status.not_ready_because.empty() ? "ready" : "NOT READY: " + status.not_ready_because);
  row("writes", writes_of(status));
  row("partners",
      fmt::format("{} of {} enrolled; devices: {}", status.partners_enrolled, status.partners, status.devices));
  row("connections", fmt::format("{}, {} of them not logged in", status.connections, status.connections_waiting));
  row("last minute",
      fmt::format("{} requests, {} deliveries", status.requests_per_minute, status.deliveries_per_minute));
  row("channels", fmt::format("{}; entries: {}", status.channels, status.entries));
  row("directory", fmt::format("{} leaves; audit records: {}", status.directory_size, status.audit_records));
  row("stores", fmt::format("{} messages and directory, {} documents", size_text(status.main_store_bytes),
                            size_text(status.chunk_store_bytes)));
  row("disk",
      fmt::format("{} free; reserve: {}", size_text(status.disk_free_bytes), size_text(status.disk_reserve_bytes)));
  row("last backup", status.last_backup_at.ms == 0 ? "never" : local_time(status.last_backup_at));
  row("certificate",
      fmt::format("{} days left, until {}", certificate_days_left(status), local_date(status.certificate_expires_at)));
}

// Names are stable: scripts rely on them.
void print_for_scripts(const protocol::ServerStatus& status) {
  Line line;
  line.text("name", status.name)
      .text("version", status.version)
      .text("started_at", rfc3339(status.started_at))
      .number("incarnation", status.incarnation)
      .flag("ready", status.not_ready_because.empty())
      .text("not_ready_because", status.not_ready_because)
      .flag("taking_writes", status.taking_writes)
      .flag("maintenance", status.maintenance)
      .text("maintenance_reason", status.maintenance_reason)
      .text("maintenance_since", status.maintenance ? rfc3339(status.maintenance_since) : "")
      .number("partners", status.partners)
      .number("partners_enrolled", status.partners_enrolled)
      .number("devices", status.devices)
      .number("channels", status.channels)
      .number("entries", status.entries)
      .number("directory_size", status.directory_size)
      .number("audit_records", status.audit_records)
      .number("connections", status.connections)
      .number("connections_waiting", status.connections_waiting)
      .number("requests_per_minute", status.requests_per_minute)
      .number("deliveries_per_minute", status.deliveries_per_minute)
      .number("main_store_bytes", status.main_store_bytes)
      .number("chunk_store_bytes", status.chunk_store_bytes)
      .number("disk_free_bytes", status.disk_free_bytes)
      .number("disk_reserve_bytes", status.disk_reserve_bytes)
      .text("last_backup_at", status.last_backup_at.ms == 0 ? "" : rfc3339(status.last_backup_at))
      .text("certificate_expires_at", rfc3339(status.certificate_expires_at));
  line.print(true);
}

void print(const protocol::PartnersListed& listed, bool json) {
  for (const protocol::PartnerListed& partner : listed.partners) {
    Line line;
    line.text("number", partner.number).text("name", partner.name).number("devices", partner.devices);
    if (json) {
      line.flag("enrolled", partner.enrolled)
          .number("document_bytes", partner.document_bytes)
          .number("document_bytes_max", partner.document_bytes_max)
          .flag("own_quota", partner.has_own_quota);
    } else {
      line.text("documents", documents_of(partner) + (partner.has_own_quota ? " (own quota)" : ""))
          .text("state", partner.enrolled ? "enrolled" : "not enrolled yet");
    }
    line.print(json);
  }
}

}  // namespace

int show_status(const Where& where, bool with_partners) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto status = server->ask_for<protocol::ServerStatus>(protocol::GetStatus{});
  if (!status) return fail(status.error());
  if (where.json) {
    print_for_scripts(*status);
  } else {
    print_for_people(*status);
  }
  if (!with_partners) return static_cast<int>(Exit::done);
  const auto listed = server->ask_for<protocol::PartnersListed>(protocol::ListPartners{});
  if (!listed) return fail(listed.error());
  print(*listed, where.json);
  return static_cast<int>(Exit::done);
}

}  // namespace samband::server::edge::ctl

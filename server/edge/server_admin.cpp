// What the admin socket asks of a server beside its core: checks, and checkpoints for backups.
#include "server/core/audit_chain.h"
#include "server/edge/check.h"
#include "server/edge/log.h"
#include "server/edge/server_parts.h"
#include "server/edge/version.h"

namespace samband::server::edge {
namespace {

protocol::AdminReply reply_of(const CheckReport& report) {
  if (report.faults.empty()) {
    return protocol::AdminDone{fmt::format("{} channels, {} entries", report.channels, report.entries)};
  }
  protocol::AdminRefused refused{fmt::format("the store has {} faults", report.faults.size()), {}};
  for (const std::string& fault : report.faults) {
    refused.rows.push_back({static_cast<std::uint32_t>(refused.rows.size()), fault});
  }
  return refused;
}

}  // namespace

AdminSocket::Outlets Server::Parts::admin_outlets() {
  return {.submit = [this](Ticket ticket, protocol::AdminRequest request,
                           Operator who) { core->submit(AdminCommand{ticket, std::move(request), std::move(who)}); },
          .identity =
              [this] {
                return protocol::ServerIdentity{.name = configuration.name,
                                                .port = listeners.front()->address().port,
                                                .spki_pin = settings->tls.key_pin,
                                                .log_key = copy_of(log_key->public_key().view())};
              },
          .complete = [this](protocol::ServerStatus& status) { complete(status); },
          .check_store = [this](const AdminSocket::Outlets::Tell& tell) { check_store(tell); },
          .verify_audit = [this](const protocol::VerifyAudit& request,
                                 AdminSocket::Outlets::Tell tell) { verify_audit(request, std::move(tell)); },
          .hold_checkpoint = [this](AdminSocket::Outlets::Tell tell) { hold_checkpoint(std::move(tell)); },
          .let_checkpoint_go =
              [this](bool finished, const Operator& who, AdminSocket::Outlets::Tell tell) {
                let_checkpoint_go(finished, who, std::move(tell));
              }};
}

void Server::Parts::check_store(const AdminSocket::Outlets::Tell& tell) {
  net::post(readers, [this, tell] {
    CheckReport report;
    for (const storage::Store* store : {stores.main.get(), stores.chunks.get()}) {
      if (const auto sound = store->verify(); !sound) {
        report.faults.push_back(fmt::format("the {} store could not be read back ({}): restore it from a backup",
                                            store == stores.main.get() ? "main" : "chunk",
                                            storage::name_of(sound.error())));
      }
    }
    check_chains(*stores.main, report);
    if (auto fault = audit_chain_fault(*stores.main)) report.faults.push_back(std::move(*fault));
    net::post(control, [tell, report = std::move(report)] { tell(reply_of(report)); });
  });
}

void Server::Parts::verify_audit(const protocol::VerifyAudit& request, AdminSocket::Outlets::Tell tell) {
  net::post(readers, [this, noted = request.noted, tell = std::move(tell)]() mutable {
    auto verified = server::verify_audit(*stores.main, noted);
    net::post(control, [tell = std::move(tell), verified = std::move(verified)] {
      if (verified) {
        tell(*verified);
      } else {
        tell(protocol::AdminRefused{verified.error(), {}});
      }
    });
  });
}

void Server::Parts::hold_checkpoint(AdminSocket::Outlets::Tell tell) {
  checkpoint_at = clock.now();
  net::post(readers, [this, at = checkpoint_at, tell = std::move(tell)]() mutable {
    protocol::AdminReply reply;
    if (auto held = checkpoint->hold(*commit); held) {
      reply = protocol::CheckpointHeld{.main = held->main.string(),
                                       .chunks = held->chunks.string(),
                                       .at = at,
                                       .name = configuration.name,
                                       .version = version};
    } else {
      reply = protocol::AdminRefused{std::move(held.error()), {}};
    }
    net::post(control, [tell = std::move(tell), reply = std::move(reply)]() mutable { tell(std::move(reply)); });
  });
}

void Server::Parts::let_checkpoint_go(bool finished, const Operator& who, AdminSocket::Outlets::Tell tell) {
  net::post(readers, [this, finished, who, at = checkpoint_at, tell = std::move(tell)]() mutable {
    checkpoint->let_go();
    if (finished) checkpoint->backup_finished(at);
    net::post(control, [this, finished, who, at, tell = std::move(tell)] {
      if (finished) {
        metrics.backup_finished(at);
        core->submit(RecordAct{.who = who, .act = storage::AuditAct::backup, .what = "backup finished"});
        log_event(LogEvent::backup_finished, "backup: finished");
      } else {
        log_event(LogEvent::backup_given_up, "backup: given up before it was complete");
      }
      tell(protocol::AdminDone{});
    });
  });
}

}  // namespace samband::server::edge

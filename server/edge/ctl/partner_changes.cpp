// What changes about a partner that is there: its name, its number, its quota, and whether it is there at all.
#include <algorithm>
#include <iostream>
#include <unistd.h>

#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/sizes.h"

namespace samband::server::edge::ctl {
namespace {

// Says what the server refused, and what to do when it did not say that itself.
int refused(const Failure& failure) {
  const bool has_advice = failure.exit != Exit::refused || failure.says.find(": ") != std::string::npos;
  return fail(has_advice ? failure : Failure{failure.exit, failure.says + ": look at sambandctl partner list"});
}

int change(ServerClient& server, const Where& where, const protocol::AdminRequest& request,
           const protocol::PartnerListed& partner, std::string_view what) {
  const auto done = server.ask_for<protocol::AdminDone>(request);
  if (!done) return refused(done.error());
  if (where.json) {
    Line{}.text("number", partner.number).text("done", what).print(true);
  } else {
    std::cerr << printable(partner.name) << ' ' << printable(what) << '\n';
  }
  return static_cast<int>(Exit::done);
}

}  // namespace

std::expected<protocol::PartnerListed, Failure> partner_of(ServerClient& server, const std::string& number) {
  auto listed = server.ask_for<protocol::PartnersListed>(protocol::ListPartners{});
  if (!listed) return std::unexpected{listed.error()};
  const auto found = std::ranges::find(listed->partners, number, &protocol::PartnerListed::number);
  if (found == listed->partners.end()) {
    return std::unexpected{
        Failure{Exit::refused, "there is no partner with the number " + number + ": look at sambandctl partner list"}};
  }
  return std::move(*found);
}

std::expected<void, Failure> confirm(const std::string& what, bool yes) {
  if (yes) return {};
  if (::isatty(STDIN_FILENO) == 0) {
    return std::unexpected{Failure{Exit::usage, printable(what) + ", and can't be undone: add --yes if you mean it"}};
  }
  std::cerr << printable(what) << ", and can't be undone. Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "yes") return {};
  return std::unexpected{Failure{Exit::refused, "nothing was changed: you did not type yes"}};
}

int rename_partner(const Where& where, const std::string& number, const std::string& name) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto partner = partner_of(*server, number);
  if (!partner) return fail(partner.error());
  return change(*server, where, protocol::RenamePartner{partner->id, name}, *partner, "is now called " + name);
}

int renumber_partner(const Where& where, const std::string& number, const std::string& new_number) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto partner = partner_of(*server, number);
  if (!partner) return fail(partner.error());
  return change(*server, where, protocol::RenumberPartner{partner->id, new_number}, *partner,
                "now has the number " + new_number);
}

int merge_partners(const Where& where, const std::string& from, const std::string& into, bool yes) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto gone = partner_of(*server, from);
  if (!gone) return fail(gone.error());
  const auto stays = partner_of(*server, into);
  if (!stays) return fail(stays.error());
  const auto meant = confirm(gone->name + " will be merged into " + stays->name, yes);
  if (!meant) return fail(meant.error());
  return change(*server, where, protocol::MergePartners{gone->id, stays->id}, *gone, "is merged into " + stays->name);
}

int remove_partner(const Where& where, const std::string& number, bool yes) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto partner = partner_of(*server, number);
  if (!partner) return fail(partner.error());
  const auto meant = confirm(
      partner->name + " and its " + std::to_string(partner->devices) + " devices will be removed for good", yes);
  if (!meant) return fail(meant.error());
  return change(*server, where, protocol::RemovePartner{partner->id}, *partner, "is removed");
}

int set_quota(const Where& where, const std::string& number, const std::string& documents, bool as_configured) {
  if (documents.empty() && !as_configured) return show_quota(where, number);
  const auto bytes = parse_size(documents);
  if (!as_configured && !bytes) {
    return fail({Exit::usage, "--documents " + documents + " can't be read: write it like 50GiB or 500MiB"});
  }
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto partner = partner_of(*server, number);
  if (!partner) return fail(partner.error());
  protocol::SetPartnerQuota request{.partner = partner->id, .document_bytes_max = bytes};
  if (as_configured) request.document_bytes_max.reset();
  const auto done = server->ask_for<protocol::AdminDone>(request);
  if (!done) return refused(done.error());
  return show_quota(where, number);
}

int show_quota(const Where& where, const std::string& number) {
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto partner = partner_of(*server, number);
  if (!partner) return fail(partner.error());
  if (where.json) {
    Line{}
        .text("number", partner->number)
        .number("document_bytes", partner->document_bytes)
        .number("document_bytes_max", partner->document_bytes_max)
        .flag("own_quota", partner->has_own_quota)
        .print(true);
  } else {
    std::cout << printable(partner->name) << ": " << documents_of(*partner)
              << (partner->has_own_quota ? ", by its own quota\n" : ", as configured\n");
  }
  return static_cast<int>(Exit::done);
}

std::string documents_of(const protocol::PartnerListed& partner) {
  return size_text(partner.document_bytes) + " of " + size_text(partner.document_bytes_max);
}

}  // namespace samband::server::edge::ctl

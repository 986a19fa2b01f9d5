// `partner add`, `partner import` and `partner reinvite`: the tokens are made here, and the server only ever gets their
// hashes.
#include <fstream>
#include <iostream>
#include <sstream>

#include "crypto/identity/invitation.h"
#include "crypto/identity/name.h"
#include "crypto/suite/random.h"
#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/letters.h"
#include "server/edge/ctl/partner_file.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

// A partner about to be added, with the secret of its invitation.
struct Candidate {
  protocol::NewPartner partner;
  SecretBytes token;
};

Candidate candidate_of(PartnerRow row, WallTime expires_at) {
  SystemRandom random;
  Candidate out;
  out.token = random.secret(identity::invitation_seed_bytes);
  out.partner = {.id = random.id<PartnerId>(),
                 .kind = row.kind,
                 .number = std::move(row.number),
                 .name = std::move(row.name),
                 .community = std::move(row.community),
                 .language_form = row.language_form,
                 .token = identity::operator_token_hash(out.token.view()),
                 .expires_at = expires_at};
  return out;
}

std::expected<std::string, Failure> invitation_of(const Candidate& candidate, const protocol::ServerIdentity& server) {
  const auto log_key = Ed25519PublicKey::of(server.log_key);
  if (!log_key) return std::unexpected{Failure{Exit::refused, "the server named no log key: look at its log"}};
  identity::Invitation invitation;
  invitation.kind = identity::InvitationKind::from_operator;
  invitation.seed = candidate.token.duplicate();
  invitation.partner = candidate.partner.id;
  invitation.server_name = server.name;
  invitation.server_port = server.port;
  invitation.server_key_pin = server.spki_pin;
  invitation.log_key = *log_key;
  return identity::invitation_text(invitation);
}

// What the server found: a line for each row of a file, or the one fault of a single partner.
Failure refusal_of(const protocol::AdminRefused& refused, const std::vector<std::uint32_t>& lines) {
  if (lines.empty() && !refused.rows.empty()) {
    return {Exit::refused, refused.rows.front().fault + ": look at sambandctl partner list"};
  }
  for (const protocol::RowFault& fault : refused.rows) {
    if (fault.row < lines.size())
      fail({Exit::refused, "line " + std::to_string(lines[fault.row]) + ": " + fault.fault});
  }
  return {Exit::refused, refused.reason + ": correct what is named, and try again"};
}

// Adds all or none; `lines` are those of the file, for faults that only the server finds.
std::expected<std::vector<Letter>, Failure> add(ServerClient& server, std::vector<Candidate> candidates,
                                                const std::vector<std::uint32_t>& lines) {
  const auto identity = server.ask_for<protocol::ServerIdentity>(protocol::GetServerIdentity{});
  if (!identity) return std::unexpected{identity.error()};
  protocol::AddPartners request;
  for (const Candidate& candidate : candidates) request.partners.push_back(candidate.partner);
  auto reply = server.ask(request);
  if (!reply) return std::unexpected{reply.error()};
  if (const auto* refused = std::get_if<protocol::AdminRefused>(&*reply)) {
    return std::unexpected{refusal_of(*refused, lines)};
  }
  const auto* added = std::get_if<protocol::PartnersListed>(&*reply);
  if (!added || added->partners.size() != candidates.size()) {
    return std::unexpected{
        Failure{Exit::refused, "the server answered something else: use the sambandctl of the server's version"}};
  }
  std::vector<Letter> letters;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto text = invitation_of(candidates[i], *identity);
    if (!text) return std::unexpected{text.error()};
    const protocol::PartnerListed& partner = added->partners[i];
    letters.push_back({.number = partner.number,
                       .name = partner.name,
                       .community = partner.community,
                       .language_form = partner.language_form,
                       .invitation = std::move(*text),
                       .expires_at = candidates[i].partner.expires_at,
                       .server_name = identity->name});
  }
  return letters;
}

void print(const std::vector<Letter>& letters, bool json) {
  for (const Letter& letter : letters) {
    Line line;
    line.text("number", letter.number);
    if (json) line.text("name", letter.name).text("expires_at", rfc3339(letter.expires_at));
    line.text("invitation", letter.invitation).print(json);
  }
}

std::expected<PartnerRow, Failure> row_of(const NewPartnerOptions& options) {
  const auto wrong = [](std::string says) { return std::unexpected{Failure{Exit::usage, std::move(says)}}; };
  const auto kind = identity::parse_partner_kind(options.kind);
  if (!kind) {
    return wrong("unknown --kind " + options.kind +
                 ": use municipality, hospital_trust, national_authority, regional_authority or representative");
  }
  const auto form = identity::parse_language_form(options.language_form);
  if (!form) return wrong("unknown --language-form " + options.language_form + ": use nb, nn or neutral");
  const auto name = to_nfc(options.name);
  const auto community = to_nfc(options.community);
  if (!name || !identity::is_valid_name(*name)) return wrong("--name can't be used: give 1 to 200 bytes of plain text");
  if (!community || (!community->empty() && !identity::is_valid_name(*community))) {
    return wrong("--community can't be used: give up to 200 bytes of plain text");
  }
  const bool given = !options.number.empty() || *kind != identity::PartnerKind::representative;
  if (const auto fault = number_fault(options.number, *kind); given && !fault.empty()) {
    return std::unexpected{Failure{Exit::refused, fault}};
  }
  return PartnerRow{0, *community, *kind, options.number, *name, *form};
}

std::expected<WallTime, Failure> expiry_of(const std::string& text) {
  const auto at = parse_relative_time(text, now());
  if (!at)
    return std::unexpected{Failure{Exit::usage, "--expires " + text + " can't be read: write it like +30d or +12h"}};
  return *at;
}

std::optional<std::string> read_file(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

int add_partner(const Where& where, const NewPartnerOptions& options) {
  auto row = row_of(options);
  if (!row) return fail(row.error());
  const auto expires = expiry_of(options.expires);
  if (!expires) return fail(expires.error());
  auto server = connect(where);
  if (!server) return fail(server.error());

  std::vector<Candidate> candidates;
  candidates.push_back(candidate_of(std::move(*row), *expires));
  const auto letters = add(*server, std::move(candidates), {});
  if (!letters) return fail(letters.error());
  if (where.json) {
    print(*letters, true);
  } else {
    const Letter& letter = letters->front();
    std::cerr << printable(letter.name) << " is partner " << letter.number
              << "; the invitation for its first administrator works once, until " << local_time(letter.expires_at)
              << ":\n";
    std::cout << letter.invitation << '\n';
  }
  return static_cast<int>(Exit::done);
}

int import_partners(const Where& where, const std::filesystem::path& file, const std::string& letters,
                    const std::string& expires) {
  const auto expires_at = expiry_of(expires);
  if (!expires_at) return fail(expires_at.error());
  const auto text = read_file(file);
  if (!text) return fail({Exit::refused, file.string() + ": the file can't be read: check its name"});
  auto rows = parse_partner_file(*text);
  if (!rows) {
    for (const LineFault& fault : rows.error()) {
      fail({Exit::refused, file.string() + " line " + std::to_string(fault.line) + ": " + fault.says});
    }
    return static_cast<int>(Exit::refused);
  }
  if (rows->size() > protocol::admin_partners_max) {
    return fail({Exit::refused,
                 file.string() + " has more than " + std::to_string(protocol::admin_partners_max) + " rows: split it"});
  }
  auto server = connect(where);
  if (!server) return fail(server.error());
  std::vector<Candidate> candidates;
  std::vector<std::uint32_t> lines;
  for (PartnerRow& row : *rows) {
    lines.push_back(row.line);
    candidates.push_back(candidate_of(std::move(row), *expires_at));
  }
  const auto added = add(*server, std::move(candidates), lines);
  if (!added) return fail(added.error());
  // First the codes, which exist nowhere else; letters can be made again from them.
  print(*added, where.json);
  if (letters.empty()) return static_cast<int>(Exit::done);
  if (const auto written = write_letters(letters, *added); !written) return fail({Exit::refused, written.error()});
  std::cerr << added->size() << " letters in " << letters << '\n';
  return static_cast<int>(Exit::done);
}

int reinvite_partner(const Where& where, const std::string& number, const std::string& expires, bool yes) {
  const auto expires_at = expiry_of(expires);
  if (!expires_at) return fail(expires_at.error());
  auto server = connect(where);
  if (!server) return fail(server.error());
  const auto partner = partner_of(*server, number);
  if (!partner) return fail(partner.error());
  if (partner->enrolled) {
    const auto meant = confirm(partner->name + " will be invited to replace its key, and everybody will see it", yes);
    if (!meant) return fail(meant.error());
  }
  Candidate candidate = candidate_of(
      {0, partner->community, partner->kind, partner->number, partner->name, partner->language_form}, *expires_at);
  candidate.partner.id = partner->id;
  const auto identity = server->ask_for<protocol::ServerIdentity>(protocol::GetServerIdentity{});
  if (!identity) return fail(identity.error());
  const auto text = invitation_of(candidate, *identity);
  if (!text) return fail(text.error());
  const auto done = server->ask_for<protocol::AdminDone>(
      protocol::ReinvitePartner{partner->id, candidate.partner.token, *expires_at});
  if (!done) return fail(done.error());
  if (where.json) {
    Line{}
        .text("number", partner->number)
        .text("name", partner->name)
        .text("expires_at", rfc3339(*expires_at))
        .text("invitation", *text)
        .print(true);
  } else {
    std::cerr << "the invitation of " << printable(partner->name) << " works once, until " << local_time(*expires_at)
              << ":\n";
    std::cout << *text << '\n';
  }
  return static_cast<int>(Exit::done);
}

}  // namespace samband::server::edge::ctl

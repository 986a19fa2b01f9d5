#include <algorithm>
#include <fmt/format.h>

#include "client/edge/print.h"
#include "client/edge/text_form.h"
#include "crypto/codec/hex.h"

namespace samband::client {
namespace {

constexpr std::size_t short_id_digits = 8;

// The least that names a thing in a command, of identifiers that are random.
template <class Id>
std::string short_id(const Id& id) {
  return to_hex(id.view()).substr(0, short_id_digits);
}

// What other people wrote, without the control characters that would move a terminal's cursor.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (!control || c == '\n' || c == '\t') out.push_back(c);
  }
  return out;
}

// Later lines of a text stand under its first.
std::string indented(std::string_view text, std::size_t by) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out.append(by, ' ');
  }
  return out;
}

std::string duties_of(identity::Duties duties, Language language) {
  const std::pair<identity::Duty, Phrase> all[] = {
      {identity::Duty::administrator, {"administrator", "administrator", "administrator"}},
      {identity::Duty::coordinator, {"coordinator", "koordinator", "koordinator"}},
      {identity::Duty::publisher, {"publisher", "publiserer", "publiserer"}},
      {identity::Duty::acknowledger, {"acknowledger", "bekrefter", "stadfestar"}}};
  std::string out;
  for (const auto& [duty, name] : all) {
    if (duties.has(duty)) out += (out.empty() ? "" : ", ") + std::string{name.in(language)};
  }
  return out;
}

Phrase phrase_of(Membership membership) {
  switch (membership) {
    case Membership::member: return {"member", "medlem", "medlem"};
    case Membership::may_join: return {"you may join", "du kan bli med", "du kan bli med"};
    case Membership::left: return {"left", "forlatt", "forlaten"};
    case Membership::removed: return {"removed", "fjernet", "fjerna"};
  }
  std::abort();  // every enumerator returns above
}

struct People {
  Language language;

  [[nodiscard]] std::string_view say(const Phrase& phrase) const { return phrase.in(language); }

  std::string operator()(const Enrolled& line) const {
    std::string out =
        fmt::format("{} {} ({})\n{}: {}\n", say({"enrolled at", "innmeldt hos", "innmeld hos"}),
                    shown(line.partner_name), line.partner_number,
                    say({"partner key, to compare by telephone", "partnernøkkel, å sammenligne på telefon",
                         "partnarnøkkel, å samanlikne på telefon"}),
                    line.fingerprint);
    if (line.recovery_sheet) out += recovery(*line.recovery_sheet);
    return out;
  }
  [[nodiscard]] std::string recovery(const std::string& key) const {
    return fmt::format(
        "\n{}\n\n  {}\n\n",
        say({"RECOVERY SHEET. Print or write down this key and lock it away; it is not shown again.",
             "GJENOPPRETTINGSARK. Skriv ut eller noter nøkkelen og lås den inn; den vises ikke igjen.",
             "GJENOPPRETTINGSARK. Skriv ut eller noter nøkkelen og lås han inn; han blir ikkje vist igjen."}),
        key);
  }
  std::string operator()(const InvitationMade& line) const {
    return fmt::format("{}\n{} {}\n", line.text, say({"valid until", "gyldig til", "gyldig til"}),
                       to_rfc3339(line.expires_at));
  }
  std::string operator()(const SelfLine& line) const {
    std::string out =
        fmt::format("{}, {} ({})\n{} {} ({})\n{}\n{}: {}\n{}: {}\n", shown(line.staff_name), shown(line.partner_name),
                    line.partner_number, say({"device", "enhet", "eining"}), shown(line.device_label),
                    short_id(line.device), duties_of(line.duties, language), say({"server", "server", "tenar"}),
                    line.server_name, say({"partner key", "partnernøkkel", "partnarnøkkel"}), line.fingerprint);
    if (line.has_administrator_key) {
      out += fmt::format("{}\n", say({"this device signs your partner's invitations and revocations",
                                      "denne enheten signerer partnerens invitasjoner og tilbaketrekkinger",
                                      "denne eininga signerer invitasjonane og tilbaketrekkingane til partnaren"}));
    }
    if (line.revoked) out += fmt::format("{}\n", say({"REVOKED", "TRUKKET TILBAKE", "TREKT TILBAKE"}));
    return out;
  }
  std::string operator()(const PartnerLine& line) const {
    return fmt::format(
        "{:<9}  {:<28}  {}{}{}\n", line.number, shown(line.name),
        line.enrolled ? line.fingerprint : say({"not enrolled yet", "ikke innmeldt ennå", "ikkje innmeld enno"}),
        line.community.empty() ? "" : "  ", shown(line.community));
  }
  std::string operator()(const DeviceLine& line) const {
    return fmt::format("{}  {}, {}  {}  {}{}{}\n", short_id(line.device), shown(line.staff_name), shown(line.label),
                       duties_of(line.duties, language), to_rfc3339(line.since),
                       line.is_this_device ? say({"  (this one)", "  (denne)", "  (denne)"}) : "",
                       line.revoked ? say({"  revoked", "  trukket tilbake", "  trekt tilbake"}) : "");
  }
  std::string operator()(const RevokedLine& line) const {
    return fmt::format("{}: {}\n", say({"revoked", "trukket tilbake", "trekt tilbake"}), shown(line.asked));
  }
  std::string operator()(const ChannelLine& line) const {
    std::string out = fmt::format("{}  ({}", shown(line.name), say(phrase_of(line.membership)));
    if (line.kind == ChannelKind::guidance) out += say({", guidance", ", føringer", ", føringar"});
    if (line.unread > 0) out += fmt::format(", {} {}", line.unread, say({"unread", "uleste", "ulesne"}));
    if (line.server_behind > 0) {
      out += fmt::format(", {} {}",
                         say({"restored server is behind by", "gjenopprettet server ligger etter med",
                              "gjenoppretta tenar ligg etter med"}),
                         line.server_behind);
    } else if (line.server_parted) {
      out += say({", restored server tells another history", ", gjenopprettet server har en annen historie",
                  ", gjenoppretta tenar har ei anna historie"});
    }
    out += ")\n";
    if (line.only_one_moderator) {
      out += say({"  one partner alone moderates it: `samband channel add CHANNEL PARTNER --moderator` adds another\n",
                  "  bare én partner modererer den: `samband channel add KANAL PARTNER --moderator` gir en til\n",
                  "  berre éin partner modererer han: `samband channel add KANAL PARTNAR --moderator` gir ein til\n"});
    }
    return out;
  }
  std::string operator()(const ChannelMade& line) const {
    return fmt::format("{}: {}\n", say({"created", "opprettet", "oppretta"}), shown(line.name));
  }
  std::string operator()(const MemberLine& line) const {
    return fmt::format(
        "{:<28}  {:<24}  {}  {}{}\n", shown(line.partner_name), shown(line.from), short_id(line.device), line.role,
        line.fingerprint_known ? ""
                               : say({"  (partner key not compared)", "  (partnernøkkel ikke sammenlignet)",
                                      "  (partnarnøkkel ikkje samanlikna)"}));
  }
  std::string operator()(const Placed& line) const { return fmt::format("{}\n", line.seq); }
  std::string operator()(const MessageLine& line) const {
    std::string head =
        fmt::format("{:>4}  {}  {} ({})", line.seq, to_rfc3339(line.at), shown(line.from), shown(line.partner_name));
    if (line.reply_to) head += fmt::format("  {} {}", say({"to", "til", "til"}), *line.reply_to);
    if (line.edited) head += say({"  edited", "  redigert", "  redigert"});
    const std::string_view gone = say({"(deleted)", "(slettet)", "(sletta)"});
    const std::string text = line.deleted ? std::string{gone} : shown(line.text);
    std::string out = head + "\n";
    if (!text.empty()) out += "      " + indented(text, 6) + "\n";
    for (const Reaction& reaction : line.reactions) {
      out += fmt::format("      {} {}\n", shown(reaction.emoji), shown(reaction.from));
    }
    if (line.document) {
      out += fmt::format("      {}: {}\n", say({"document", "dokument", "dokument"}), shown(*line.document));
    }
    return out;
  }
  std::string operator()(const DocumentLine& line) const {
    return fmt::format("{}  v{}  {} B  {}  {} ({}){}\n", shown(line.path), line.version, line.bytes,
                       to_rfc3339(line.at), shown(line.from), shown(line.partner_name),
                       line.conflicting ? say({"  made beside another version", "  laget ved siden av en annen versjon",
                                               "  laga ved sida av ein annan versjon"})
                                        : "");
  }
  std::string operator()(const GuidanceLine& line) const {
    std::string out = fmt::format("{}  {}  {}\n          {} ({})\n", short_id(line.id), to_rfc3339(line.at),
                                  shown(line.title), shown(line.from), shown(line.partner_name));
    if (line.acknowledge_by) {
      out += fmt::format("          {} {}\n", say({"acknowledge by", "bekreft innen", "stadfest innan"}),
                         to_rfc3339(*line.acknowledge_by));
    }
    return out;
  }
  std::string operator()(const GuidancePublished& line) const { return to_hex(line.guidance.id.view()) + "\n"; }
  std::string operator()(const GuidanceTextLine& line) const {
    return (line.text.language.empty() ? "" : "[" + line.text.language + "]\n") + shown(line.text.text) + "\n";
  }
  std::string operator()(const GuidanceFileLine& line) const {
    return fmt::format("{}  {} B  {}\n", shown(line.name), line.bytes, to_hex(line.sha256.view()));
  }
  std::string operator()(const NothingWaits&) const {
    return fmt::format("{}\n", say({"nothing waits for you", "ingenting venter på deg", "ingenting ventar på deg"}));
  }
  std::string operator()(const VerifiedLine& line) const {
    return fmt::format(
        "{} {}, {} {}\n{}: {}\n{}\n", line.leaves_followed,
        say({"entries of the directory were checked, one by one", "oppføringer i katalogen er sjekket, én for én",
             "oppføringar i katalogen er sjekka, éi for éi"}),
        say({"signed by the server at", "signert av serveren", "signert av tenaren"}), to_rfc3339(line.head_at),
        say({"root", "rot", "rot"}), to_hex(line.root.view()),
        line.own_device_found ? say({"this device is in it", "enheten er med", "eininga er med"})
                              : say({"this device is NOT in it", "enheten er IKKE med", "eininga er IKKJE med"}));
  }
  std::string operator()(const MessageArrived& line) const {
    return fmt::format("{} {}: {}\n", say({"new in", "nytt i", "nytt i"}), shown(line.channel_name), line.seq);
  }
  std::string operator()(const JoinedChannel& line) const {
    return fmt::format("{} {}\n", say({"you are in", "du er med i", "du er med i"}), shown(line.channel_name));
  }
  std::string operator()(const LeftChannel& line) const {
    return fmt::format("{}: {}\n", shown(line.channel_name), say(phrase_of(line.membership)));
  }
  std::string operator()(const MayJoinChannel& line) const {
    return fmt::format("{}: samband channel join \"{}\"\n", say({"you may join", "du kan bli med", "du kan bli med"}),
                       shown(line.channel_name));
  }
  std::string operator()(const NewDeviceOfYours& line) const {
    return fmt::format("{}: {} ({}), {}. {}\n",
                       say({"you have a new device", "du har en ny enhet", "du har ei ny eining"}), shown(line.label),
                       short_id(line.device), to_rfc3339(line.at),
                       say({"If it is not yours, revoke it.", "Trekk den tilbake hvis den ikke er din.",
                            "Trekk ho tilbake om ho ikkje er di."}));
  }
  std::string operator()(const PartnerKeyChanged& line) const {
    return fmt::format(
        "{} {}: {}\n", shown(line.partner_name),
        say({"HAS A NEW PARTNER KEY; compare it by telephone", "HAR NY PARTNERNØKKEL; sammenlign den på telefon",
             "HAR NY PARTNARNØKKEL; samanlikn han på telefon"}),
        line.fingerprint);
  }
  std::string operator()(const WarningLine& line) const { return text_of(line, language) + "\n"; }
  std::string operator()(const Progress&) const { return ""; }
};

}  // namespace

std::string for_people(const Line& line, Language language) {
  return std::visit(People{language}, line);
}

bool is_remark(const Line& line) {
  return std::holds_alternative<WarningLine>(line) || std::holds_alternative<NewDeviceOfYours>(line) ||
         std::holds_alternative<PartnerKeyChanged>(line);
}

}  // namespace samband::client

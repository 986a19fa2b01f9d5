#include "client/edge/texts.h"

#include <cstdlib>

namespace samband::client {
namespace {

// A row stays on one line however long: it is a table.
// clang-format off
Phrase phrase_of(Fault fault) {
  switch (fault) {
    case Fault::not_enrolled: return {"this profile has no device: run `samband enrol INVITATION --name NAME` first", "profilen har ingen enhet: kjør `samband enrol INVITASJON --name NAVN` først", "profilen har inga eining: køyr `samband enrol INVITASJON --name NAMN` først"};
    case Fault::already_enrolled: return {"this profile has a device already: choose another folder with --profile", "profilen har en enhet fra før: velg en annen mappe med --profile", "profilen har ei eining frå før: vel ei anna mappe med --profile"};
    case Fault::profile_copied: return {"the server knows requests that this profile does not remember: it is a copy or an old backup; enrol a new device and revoke this one", "serveren kjenner forespørsler som profilen ikke husker: den er en kopi eller en gammel sikkerhetskopi; meld inn en ny enhet og trekk denne tilbake", "tenaren kjenner førespurnader som profilen ikkje hugsar: han er ein kopi eller ein gammal tryggingskopi; meld inn ei ny eining og trekk denne tilbake"};
    case Fault::cancelled: return {"stopped before it was done: run the command again", "stoppet før det var ferdig: kjør kommandoen på nytt", "stogga før det var ferdig: køyr kommandoen på nytt"};
    case Fault::server_away: return {"the server can't be reached: check the network and try again", "serveren svarer ikke: sjekk nettet og prøv igjen", "tenaren svarar ikkje: sjekk nettet og prøv igjen"};
    case Fault::server_refused: return {"the server refused ({}): if it happens again, ask the operator", "serveren avviste det ({}): hvis det skjer igjen, spør driftsansvarlig", "tenaren avviste det ({}): om det skjer igjen, spør driftsansvarleg"};
    case Fault::server_full: return {"the server takes nothing new until its disk has room: tell the operator", "serveren tar ikke imot noe nytt før disken har plass: si fra til driftsansvarlig", "tenaren tek ikkje imot noko nytt før disken har plass: sei frå til driftsansvarleg"};
    case Fault::server_maintenance: return {"the server takes nothing new while its operator works on it ({}): try again later; what is written goes out by itself then", "serveren tar ikke imot noe nytt mens driften arbeider på den ({}): prøv igjen senere; det som er skrevet, sendes da av seg selv", "tenaren tek ikkje imot noko nytt medan drifta arbeider på han ({}): prøv igjen seinare; det som er skrive, blir då sendt av seg sjølv"};
    case Fault::partner_limit: return {"your organisation has reached a limit of the server ({}): tell the operator", "organisasjonen din har nådd en grense på serveren ({}): si fra til driftsansvarlig", "organisasjonen din har nådd ei grense på tenaren ({}): sei frå til driftsansvarleg"};
    case Fault::server_incompatible: return {"the server speaks another version of the protocol: update samband", "serveren bruker en annen versjon av protokollen: oppdater samband", "tenaren brukar ein annan versjon av protokollen: oppdater samband"};
    case Fault::server_contradicts_log: return {"the server's directory is not the one its signed log describes: do not trust this server, and tell your administrator", "serverens katalog stemmer ikke med den signerte loggen: stol ikke på serveren, og si fra til administratoren din", "katalogen til tenaren stemmer ikkje med den signerte loggen: ikkje stol på tenaren, og sei frå til administratoren din"};
    case Fault::too_many_requests: return {"too many requests in a short time: wait a minute and try again", "for mange forespørsler på kort tid: vent et minutt og prøv igjen", "for mange førespurnader på kort tid: vent eit minutt og prøv igjen"};
    case Fault::not_an_invitation: return {"that is not an invitation: it begins with samband-invite:", "det er ikke en invitasjon: den begynner med samband-invite:", "det er ikkje ein invitasjon: han byrjar med samband-invite:"};
    case Fault::invitation_mistyped: return {"the invitation is mistyped or cut short: copy all of it again", "invitasjonen er skrevet feil eller avkortet: kopier hele på nytt", "invitasjonen er skriven feil eller avkorta: kopier heile på nytt"};
    case Fault::invitation_wrong_version: return {"the invitation is of a newer kind: update samband", "invitasjonen er av en nyere type: oppdater samband", "invitasjonen er av ein nyare type: oppdater samband"};
    case Fault::invitation_unknown: return {"the server does not know this invitation: ask for a new one", "serveren kjenner ikke invitasjonen: be om en ny", "tenaren kjenner ikkje invitasjonen: be om ein ny"};
    case Fault::invitation_expired: return {"the invitation has expired: ask for a new one", "invitasjonen er utløpt: be om en ny", "invitasjonen har gått ut: be om ein ny"};
    case Fault::invitation_used_up: return {"the invitation has been used: ask for a new one, and tell your administrator if it was not you", "invitasjonen er brukt: be om en ny, og si fra til administratoren hvis det ikke var deg", "invitasjonen er brukt: be om ein ny, og sei frå til administratoren om det ikkje var deg"};
    case Fault::invitation_revoked: return {"the invitation was revoked: ask for a new one", "invitasjonen er trukket tilbake: be om en ny", "invitasjonen er trekt tilbake: be om ein ny"};
    case Fault::invitation_forged: return {"the server's answer does not match the invitation: do not enrol, and tell whoever invited you", "svaret fra serveren stemmer ikke med invitasjonen: ikke meld deg inn, og si fra til den som inviterte deg", "svaret frå tenaren stemmer ikkje med invitasjonen: ikkje meld deg inn, og sei frå til den som inviterte deg"};
    case Fault::wrong_server: return {"another server answers than the one in the invitation ({}): check the address with the operator", "en annen server svarer enn den i invitasjonen ({}): sjekk adressen med driftsansvarlig", "ein annan tenar svarar enn den i invitasjonen ({}): sjekk adressa med driftsansvarleg"};
    case Fault::device_revoked: return {"this device was revoked: ask your administrator for an invitation to a new one", "enheten er trukket tilbake: be administratoren om en invitasjon til en ny", "eininga er trekt tilbake: be administratoren om ein invitasjon til ei ny"};
    case Fault::name_invalid: return {"the name can't be used ({}): 1 to 200 bytes of text without control characters", "navnet kan ikke brukes ({}): 1 til 200 byte tekst uten styretegn", "namnet kan ikkje brukast ({}): 1 til 200 byte tekst utan styreteikn"};
    case Fault::no_such_partner: return {"no partner answers to {}: see `samband partners`", "ingen part heter {}: se `samband partners`", "ingen part heiter {}: sjå `samband partners`"};
    case Fault::no_such_community: return {"no community is called {}: see `samband partners`", "ingen helsefellesskap heter {}: se `samband partners`", "ingen helsefellesskap heiter {}: sjå `samband partners`"};
    case Fault::no_such_staff: return {"nobody enrolled is called {}: see `samband devices --partner NUMBER`", "ingen innmeldt heter {}: se `samband devices --partner NUMMER`", "ingen innmeld heiter {}: sjå `samband devices --partner NUMMER`"};
    case Fault::no_such_device: return {"no device answers to {}: see `samband devices`", "ingen enhet svarer til {}: se `samband devices`", "inga eining svarar til {}: sjå `samband devices`"};
    case Fault::no_such_channel: return {"there is no channel {} that you can see: see `samband channel list`", "det finnes ingen kanal {} som du kan se: se `samband channel list`", "det finst ingen kanal {} som du kan sjå: sjå `samband channel list`"};
    case Fault::no_such_message: return {"there is no message {} in that channel: see `samband read CHANNEL`", "det finnes ingen melding {} i kanalen: se `samband read KANAL`", "det finst inga melding {} i kanalen: sjå `samband read KANAL`"};
    case Fault::no_such_document: return {"there is no document {} in that channel: see `samband doc list CHANNEL`", "det finnes ikke noe dokument {} i kanalen: se `samband doc list KANAL`", "det finst ikkje noko dokument {} i kanalen: sjå `samband doc list KANAL`"};
    case Fault::no_such_version: return {"the document has no version {}: see `samband doc log CHANNEL PATH`", "dokumentet har ingen versjon {}: se `samband doc log KANAL STI`", "dokumentet har ingen versjon {}: sjå `samband doc log KANAL STI`"};
    case Fault::no_such_guidance: return {"there is no guidance {}: see `samband guidance list`", "det finnes ingen føring {}: se `samband guidance list`", "det finst inga føring {}: sjå `samband guidance list`"};
    case Fault::ambiguous: return {"several answer to {}: name one of these", "flere svarer til {}: velg en av disse", "fleire svarar til {}: vel ein av desse"};
    case Fault::name_taken: return {"the name {} is taken: choose another", "navnet {} er i bruk: velg et annet", "namnet {} er i bruk: vel eit anna"};
    case Fault::no_administrator_key: return {"this device has no administrator key: your partner's first device signs invitations and revocations", "denne enheten har ingen administratornøkkel: partnerens første enhet signerer invitasjoner og tilbaketrekkinger", "denne eininga har ingen administratornøkkel: den første eininga til partnaren signerer invitasjonar og tilbaketrekkingar"};
    case Fault::not_permitted: return {"you may not do that here ({}): ask a moderator or your administrator", "du har ikke lov til det her ({}): spør en moderator eller administratoren din", "du har ikkje lov til det her ({}): spør ein moderator eller administratoren din"};
    case Fault::server_behind: return {"the restored server lacks what this device holds of the channel {}: nothing is sent there until the operator has brought the server forward; what you have can be read", "den gjenopprettede serveren mangler noe av det denne enheten har fra kanalen {}: ingenting sendes dit før driftsansvarlig har brakt serveren à jour; det du har, kan leses", "den gjenoppretta tenaren manglar noko av det denne eininga har frå kanalen {}: ingenting blir sendt dit før driftsansvarleg har brakt tenaren à jour; det du har, kan lesast"};
    case Fault::not_a_member: return {"you are not in that channel: run `samband channel join NAME` first", "du er ikke med i kanalen: kjør `samband channel join NAVN` først", "du er ikkje med i kanalen: køyr `samband channel join NAMN` først"};
    case Fault::partner_without_key: return {"{} has not enrolled anybody yet: ask the operator to send them their invitation", "{} har ikke meldt inn noen ennå: be driftsansvarlig sende invitasjonen", "{} har ikkje meldt inn nokon enno: be driftsansvarleg sende invitasjonen"};
    case Fault::last_moderator: return {"the channel would have no moderator: let another partner moderate first, with `samband channel add CHANNEL PARTNER --moderator`", "kanalen ville stå uten moderator: la en annen partner moderere først, med `samband channel add KANAL PARTNER --moderator`", "kanalen ville stå utan moderator: lat ein annan partner moderere først, med `samband channel add KANAL PARTNAR --moderator`"};
    case Fault::history_not_shared: return {"this version can't show later joiners what was said before: leave out --history shared, and tell them yourself", "denne versjonen kan ikke vise nye medlemmer det som ble sagt før: utelat --history shared, og fortell dem det selv", "denne versjonen kan ikkje vise nye medlemmer det som vart sagt før: utelat --history shared, og fortel dei det sjølv"};
    case Fault::stopped_by_guard: return {"stopped: this looks like a national identity number; nothing was sent. Take it out, or give --guard-reason if it is not", "stoppet: dette ligner et fødselsnummer; ingenting ble sendt. Fjern det, eller oppgi --guard-reason hvis det ikke er det", "stogga: dette liknar eit fødselsnummer; ingenting vart sendt. Fjern det, eller oppgje --guard-reason om det ikkje er det"};
    case Fault::too_large: return {"too large ({}): share it as a document, or divide it", "for stort ({}): del det som dokument, eller del det opp", "for stort ({}): del det som dokument, eller del det opp"};
    case Fault::not_text: return {"that is not text: share it with `samband doc put`", "det er ikke tekst: del det med `samband doc put`", "det er ikkje tekst: del det med `samband doc put`"};
    case Fault::empty: return {"there is nothing to send: give a text", "det er ingenting å sende: skriv en tekst", "det er ingenting å sende: skriv ein tekst"};
    case Fault::unreadable: return {"the file can't be read ({}): check it and its permissions", "filen kan ikke leses ({}): sjekk den og rettighetene", "fila kan ikkje lesast ({}): sjekk ho og rettane"};
    case Fault::unwritable: return {"the file can't be written ({}): check the folder and the room on the disk", "filen kan ikke skrives ({}): sjekk mappen og plassen på disken", "fila kan ikkje skrivast ({}): sjekk mappa og plassen på disken"};
    case Fault::source_changed: return {"the file changed while it was read: run the command again", "filen ble endret mens den ble lest: kjør kommandoen på nytt", "fila vart endra medan ho vart lesen: køyr kommandoen på nytt"};
    case Fault::damaged: return {"what the server gave does not verify ({}): nothing was saved; tell the operator", "det serveren ga, lar seg ikke bekrefte ({}): ingenting ble lagret; si fra til driftsansvarlig", "det tenaren gav, lèt seg ikkje stadfeste ({}): ingenting vart lagra; sei frå til driftsansvarleg"};
    case Fault::not_delivered_yet: return {"the document is still on its way ({}): try again in a moment", "dokumentet er fortsatt på vei ({}): prøv igjen om litt", "dokumentet er framleis på veg ({}): prøv igjen om litt"};
    case Fault::store_failed: return {"the profile can't be written: check the room on the disk, then run the command again", "profilen kan ikke skrives: sjekk plassen på disken, og kjør kommandoen på nytt", "profilen kan ikkje skrivast: sjekk plassen på disken, og køyr kommandoen på nytt"};
    case Fault::internal: return {"it could not be done ({}): run `samband sync` and try again", "det lot seg ikke gjøre ({}): kjør `samband sync` og prøv igjen", "det lét seg ikkje gjere ({}): køyr `samband sync` og prøv igjen"};
  }
  std::abort();  // every enumerator returns above
}

Phrase phrase_of(TransportError error) {
  switch (error) {
    case TransportError::unreachable: return {"the server can't be reached ({}): check the network, and that the server runs", "serveren svarer ikke ({}): sjekk nettet, og at serveren kjører", "tenaren svarar ikkje ({}): sjekk nettet, og at tenaren køyrer"};
    case TransportError::certificate_untrusted: return {"the server's certificate is not trusted ({}): it is not the key your invitation names; ask the operator, and do not go on", "serverens sertifikat er ikke til å stole på ({}): det er ikke nøkkelen i invitasjonen; spør driftsansvarlig, og gå ikke videre", "sertifikatet til tenaren er ikkje til å stole på ({}): det er ikkje nøkkelen i invitasjonen; spør driftsansvarleg, og gå ikkje vidare"};
    case TransportError::not_samband: return {"what answers there is not a samband server ({}): check the address", "det som svarer der, er ingen samband-server ({}): sjekk adressen", "det som svarar der, er ingen samband-tenar ({}): sjekk adressa"};
    case TransportError::closed: return {"the connection ended ({}): try again", "forbindelsen ble brutt ({}): prøv igjen", "sambandet vart brote ({}): prøv igjen"};
  }
  std::abort();  // every enumerator returns above
}

Phrase phrase_of(UsageProblem problem) {
  switch (problem) {
    case UsageProblem::command_line: return {"{}: see `samband --help`", "{}: se `samband --help`", "{}: sjå `samband --help`"};
    case UsageProblem::not_utf8: return {"the text is not UTF-8: convert it first", "teksten er ikke UTF-8: konverter den først", "teksten er ikkje UTF-8: konverter han først"};
    case UsageProblem::bad_time: return {"{} is not a time: write 2027-01-15T09:00:00+01:00, +10m or +7d", "{} er ikke et tidspunkt: skriv 2027-01-15T09:00:00+01:00, +10m eller +7d", "{} er ikkje eit tidspunkt: skriv 2027-01-15T09:00:00+01:00, +10m eller +7d"};
    case UsageProblem::bad_duty: return {"{} is not a duty: choose administrator, coordinator, publisher or acknowledger", "{} er ingen oppgave: velg administrator, coordinator, publisher eller acknowledger", "{} er inga oppgåve: vel administrator, coordinator, publisher eller acknowledger"};
    case UsageProblem::no_such_file: return {"there is no file {}: check the path", "det finnes ingen fil {}: sjekk stien", "det finst inga fil {}: sjekk stien"};
    case UsageProblem::not_a_file: return {"{} is not a file: name one", "{} er ikke en fil: oppgi en", "{} er ikkje ei fil: oppgje ei"};
    case UsageProblem::file_unreadable: return {"{} can't be used: check it and its permissions", "{} kan ikke brukes: sjekk den og rettighetene", "{} kan ikkje brukast: sjekk ho og rettane"};
  }
  std::abort();  // every enumerator returns above
}

Phrase phrase_of(ProfileError error) {
  switch (error) {
    case ProfileError::absent: return {"there is no profile in {}: run `samband enrol INVITATION --name NAME` first", "det er ingen profil i {}: kjør `samband enrol INVITASJON --name NAVN` først", "det er ingen profil i {}: køyr `samband enrol INVITASJON --name NAMN` først"};
    case ProfileError::owned: return {"another samband has the profile {} and does not answer: end it, or try again", "en annen samband bruker profilen {} og svarer ikke: avslutt den, eller prøv igjen", "ein annan samband brukar profilen {} og svarar ikkje: avslutt han, eller prøv igjen"};
    case ProfileError::no_passphrase: return {"the profile {} needs its passphrase: give --passphrase-file, or run it on a terminal", "profilen {} trenger passordfrasen: oppgi --passphrase-file, eller kjør på en terminal", "profilen {} treng passordfrasen: oppgje --passphrase-file, eller køyr på ein terminal"};
    case ProfileError::passphrases_differ: return {"the two passphrases differ: nothing was made; try again", "de to passordfrasene er ulike: ingenting ble laget; prøv igjen", "dei to passordfrasane er ulike: ingenting vart laga; prøv igjen"};
    case ProfileError::wrong_passphrase: return {"the passphrase does not open the profile {}: try again; a lost one can't be recovered, enrol a new device then", "passordfrasen åpner ikke profilen {}: prøv igjen; en tapt frase kan ikke gjenskapes, meld da inn en ny enhet", "passordfrasen opnar ikkje profilen {}: prøv igjen; ein tapt frase kan ikkje gjenskapast, meld då inn ei ny eining"};
    case ProfileError::newer_format: return {"the profile {} was written by a newer samband: update this one", "profilen {} er skrevet av en nyere samband: oppdater denne", "profilen {} er skriven av ein nyare samband: oppdater denne"};
    case ProfileError::damaged: return {"the profile {} is damaged: restore it from a backup of yours, or enrol a new device and revoke this one", "profilen {} er skadet: gjenopprett den fra egen sikkerhetskopi, eller meld inn en ny enhet og trekk denne tilbake", "profilen {} er skadd: gjenopprett han frå eigen tryggingskopi, eller meld inn ei ny eining og trekk denne tilbake"};
    case ProfileError::unusable: return {"the profile {} can't be used: check the folder, its owner and the room on the disk", "profilen {} kan ikke brukes: sjekk mappen, eieren og plassen på disken", "profilen {} kan ikkje brukast: sjekk mappa, eigaren og plassen på disken"};
  }
  std::abort();  // every enumerator returns above
}

Phrase phrase_of(RelayError error) {
  if (error != RelayError::lost) return phrase_of(ProfileError::owned);
  return {"the samband that has the profile {} ended in the middle: look with `samband sync` and `read` what took effect before trying again", "den samband som brukte profilen {}, ble avbrutt underveis: se med `samband sync` og `read` hva som ble gjort, før du prøver igjen", "den samband som brukte profilen {}, vart avbroten undervegs: sjå med `samband sync` og `read` kva som vart gjort, før du prøver igjen"};
}

Phrase phrase_of(Warning warning) {
  switch (warning) {
    case Warning::entry_from_the_future: return {"the server's clock is ahead by more than 5 minutes; what it sent waits {}", "klokken på serveren går over 5 minutter for fort; det den sendte, venter {}", "klokka på tenaren går over 5 minutt for fort; det han sende, ventar {}"};
    case Warning::entry_refused: return {"something in the channel breaks the rules and was set aside {}", "noe i kanalen bryter reglene og er lagt til side {}", "noko i kanalen bryt reglane og er lagt til side {}"};
    case Warning::commit_not_processed: return {"a change of the channel's members could not be read; joining it anew {}", "en endring i kanalens medlemmer lot seg ikke lese; går inn på nytt {}", "ei endring i medlemmene i kanalen lét seg ikkje lese; går inn på nytt {}"};
    case Warning::tree_head_old: return {"the directory's signed head is over 15 minutes old: news may be held back {}", "katalogens signerte hode er over 15 minutter gammelt: nyheter kan være holdt tilbake {}", "det signerte hovudet til katalogen er over 15 minutt gammalt: nytt kan vere halde tilbake {}"};
    case Warning::server_contradicts_log: return {"the server shows two directories that do not belong together: do not trust it {}", "serveren viser to kataloger som ikke hører sammen: stol ikke på den {}", "tenaren viser to katalogar som ikkje høyrer saman: ikkje stol på han {}"};
    case Warning::history_differs: return {"another member has seen another history of this channel: do not trust the server {}", "et annet medlem har sett en annen historie i kanalen: stol ikke på serveren {}", "ein annan medlem har sett ei anna historie i kanalen: ikkje stol på tenaren {}"};
    case Warning::server_restored: return {"the server was restored from a backup; some channels may be behind {}", "serveren er gjenopprettet fra sikkerhetskopi; noen kanaler kan ligge etter {}", "tenaren er gjenoppretta frå tryggingskopi; nokre kanalar kan liggje etter {}"};
    case Warning::profile_copied: return {"this profile seems to be a copy or an old backup {}", "profilen ser ut til å være en kopi eller en gammel sikkerhetskopi {}", "profilen ser ut til å vere ein kopi eller ein gammal tryggingskopi {}"};
    case Warning::fingerprint_not_compared: return {"the partner key of {} was taken from the directory: compare fingerprints with them by telephone", "partnernøkkelen til {} er hentet fra katalogen: sammenlign fingeravtrykk på telefon", "partnarnøkkelen til {} er henta frå katalogen: samanlikn fingeravtrykk på telefon"};
    case Warning::channel_behind: return {"the restored server lacks the newest of this channel; this device keeps it and sends nothing there for now {}", "den gjenopprettede serveren mangler det nyeste i kanalen; enheten beholder det og sender ingenting dit foreløpig {}", "den gjenoppretta tenaren manglar det nyaste i kanalen; eininga held på det og sender ingenting dit førebels {}"};
    case Warning::channel_parted: return {"the restored server has other messages than this device in the channel; this device keeps its own and sends nothing there for now {}", "den gjenopprettede serveren har andre meldinger enn denne enheten i kanalen; enheten beholder sine og sender ingenting dit foreløpig {}", "den gjenoppretta tenaren har andre meldingar enn denne eininga i kanalen; eininga held på sine og sender ingenting dit førebels {}"};
    case Warning::directory_behind: return {"the restored server's directory lacks entries that this device knows; it keeps them and believes nothing that contradicts them {}", "katalogen på den gjenopprettede serveren mangler oppføringer som denne enheten kjenner; den beholder dem og tror ikke på noe som strider mot dem {}", "katalogen på den gjenoppretta tenaren manglar oppføringar som denne eininga kjenner; ho held på dei og trur ikkje på noko som strir mot dei {}"};
  }
  std::abort();  // every enumerator returns above
}
// clang-format on

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

// One line, whatever a server or a command-line parser put into it.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

Language language_from(std::string_view code) {
  if (code == "nb") return Language::nb;
  return code == "nn" ? Language::nn : Language::en;
}

std::string_view Phrase::in(Language language) const {
  switch (language) {
    case Language::en: return en;
    case Language::nb: return nb;
    case Language::nn: return nn;
  }
  std::abort();  // every enumerator returns above
}

std::string Phrase::with(Language language, std::string_view about) const {
  std::string text{in(language)};
  const std::size_t at = text.find("{}");
  if (at == std::string::npos) return text;
  // "refused ({}): ..." with nothing to say leaves no empty brackets behind.
  if (about.empty() && at > 1 && text.compare(at - 2, 5, " ({})") == 0) return text.erase(at - 2, 5);
  text.replace(at, 2, about);
  return one_line(std::move(text));
}

std::string text_of(const Failure& failure, Language language) {
  std::string text = phrase_of(failure.fault).with(language, failure.detail);
  if (!failure.choices.empty()) text += ": " + joined(failure.choices);
  for (const GuardFinding& finding : failure.findings) text += " [" + finding.excerpt + "]";
  return one_line(std::move(text));
}

std::string text_of(const TransportFailure& failure, Language language) {
  return phrase_of(failure.error).with(language, failure.detail);
}

std::string text_of(const UsageError& error, Language language) {
  return phrase_of(error.problem).with(language, error.detail);
}

std::string text_of(ProfileError error, Language language, std::string_view path) {
  return phrase_of(error).with(language, path);
}

std::string text_of(RelayError error, Language language, std::string_view path) {
  return phrase_of(error).with(language, path);
}

std::string text_of(const WarningLine& warning, Language language) {
  std::string about = warning.channel_name;
  if (!warning.detail.empty()) about += about.empty() ? warning.detail : ": " + warning.detail;
  const bool in_sentence = warning.warning == Warning::fingerprint_not_compared;
  return phrase_of(warning.warning).with(language, in_sentence || about.empty() ? about : "(" + about + ")");
}

ExitStatus exit_status_of(Fault fault) {
  switch (fault) {
    case Fault::server_away: return ExitStatus::unreachable;
    case Fault::not_permitted:
    case Fault::no_administrator_key:
    case Fault::not_a_member:
    case Fault::device_revoked: return ExitStatus::not_permitted;
    case Fault::stopped_by_guard: return ExitStatus::guarded;
    default: return ExitStatus::refused;
  }
}

}  // namespace samband::client

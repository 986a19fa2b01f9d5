#include "server/edge/ctl/letters.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/edge/ctl/csv.h"
#include "server/edge/ctl/qr.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

// The words of a letter; {} stands for the place of a value.
struct Words {
  std::string_view language;
  std::string_view title;
  std::string_view greeting;  // name
  std::string_view what;      // server
  std::string_view how;
  std::string_view install;
  std::string_view enrol;
  std::string_view sheet;
  std::string_view compare;
  std::string_view code;
  std::string_view expires;  // date
  std::string_view secret;
};

constexpr Words bokmaal{
    .language = "nb",
    .title = "Invitasjon til samband",
    .greeting = "Til {}",
    .what = "Dere er lagt til som partner i samband på {}. Koden nedenfor er til den første administratoren hos dere.",
    .how = "Slik gjør dere",
    .install = "Installer samband på maskinen til administratoren.",
    .enrol = "Kjør kommandoen under, eller les av QR-koden. Skriv navnet til administratoren der det står NAVN.",
    .sheet = "Skriv ut gjenopprettingsarket som kommer frem, og lås det inn. Det vises bare én gang.",
    .compare = "Ring driften av samband på et nummer dere kjenner fra før, og les opp fingeravtrykket.",
    .code = "Kode",
    .expires = "Koden kan brukes én gang, senest {}.",
    .secret = "Den som har koden, kan melde seg inn for dere: oppbevar brevet deretter, og makuler det etter bruk.",
};

constexpr Words nynorsk{
    .language = "nn",
    .title = "Invitasjon til samband",
    .greeting = "Til {}",
    .what = "De er lagde til som partnar i samband på {}. Koden nedanfor er til den første administratoren hos dykk.",
    .how = "Slik gjer de",
    .install = "Installer samband på maskina til administratoren.",
    .enrol = "Køyr kommandoen under, eller les av QR-koden. Skriv namnet til administratoren der det står NAMN.",
    .sheet = "Skriv ut gjenopprettingsarket som kjem fram, og lås det inn. Det blir berre vist éin gong.",
    .compare = "Ring drifta av samband på eit nummer de kjenner frå før, og les opp fingeravtrykket.",
    .code = "Kode",
    .expires = "Koden kan brukast éin gong, seinast {}.",
    .secret = "Den som har koden, kan melde seg inn for dykk: ta vare på brevet deretter, og makuler det etter bruk.",
};

constexpr std::string_view style =
    "@page{margin:25mm}body{font:12pt/1.5 serif;max-width:170mm;margin:auto}h1{font-size:18pt}"
    "code{font:9pt/1.4 monospace;overflow-wrap:anywhere}figure{width:60mm;margin:8mm 0}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

bool write_new_file(const std::filesystem::path& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  std::size_t written = 0;
  while (written < content.size()) {
    const auto part = ::write(file, content.data() + written, content.size() - written);
    if (part <= 0) break;
    written += static_cast<std::size_t>(part);
  }
  return ::close(file) == 0 && written == content.size();
}

std::string merge_file(const std::vector<Letter>& letters) {
  // With a byte order mark and semicolons, as Norwegian spreadsheets and word processors read it by themselves.
  std::string out = "\xEF\xBB\xBFnumber;name;community;language_form;invitation;expires_at\r\n";
  for (const Letter& letter : letters) {
    out += fmt::format("{};{};{};{};{};{}\r\n", csv_field(letter.number), csv_field(letter.name),
                       csv_field(letter.community), identity::name_of(letter.language_form), letter.invitation,
                       local_date(letter.expires_at));
  }
  return out;
}

}  // namespace

std::string letter_page(const Letter& letter) {
  const bool nn = letter.language_form == identity::LanguageForm::nn;
  const Words& words = nn ? nynorsk : bokmaal;
  const std::string command = fmt::format("samband enrol {} --name \"{}\"", letter.invitation, nn ? "NAMN" : "NAVN");
  const std::string greeting = fmt::format(fmt::runtime(words.greeting), letter.name);
  const std::string what = fmt::format(fmt::runtime(words.what), letter.server_name);
  const std::string expires = fmt::format(fmt::runtime(words.expires), local_date(letter.expires_at));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title><style>{}</style></head>\n"
      "<body>\n<h1>{}</h1>\n<p>{} "
      "({})</p>\n<p>{}</p>\n<h2>{}</h2>\n<ol><li>{}</li><li>{}</li><li>{}</li><li>{}</li></ol>\n"
      "<p><code>{}</code></p>\n<h2>{}</h2>\n<figure>{}</figure>\n<p><code>{}</code></p>\n<p>{} "
      "{}</p>\n</body>\n</html>\n",
      words.language, escaped(fmt::format("{}: {}", words.title, letter.name)), style, escaped(words.title),
      escaped(greeting), escaped(letter.number), escaped(what), words.how, words.install, words.enrol, words.sheet,
      words.compare, escaped(command), words.code, qr_svg(letter.invitation).value_or(""), escaped(letter.invitation),
      escaped(expires), words.secret);
}

std::expected<void, std::string> write_letters(const std::filesystem::path& directory,
                                               const std::vector<Letter>& letters) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const auto failed = [](const std::filesystem::path& file) {
    return std::unexpected{file.string() +
                           " can't be written: choose a new folder with room, and print the codes above"};
  };
  for (const Letter& letter : letters) {
    const auto file = directory / (letter.number + ".html");
    if (!write_new_file(file, letter_page(letter))) return failed(file);
  }
  if (!write_new_file(directory / "letters.csv", merge_file(letters))) return failed(directory / "letters.csv");
  return {};
}

}  // namespace samband::server::edge::ctl

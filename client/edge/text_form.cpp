#include "client/edge/text_form.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <utf8proc.h>

namespace samband::client {
namespace {

// Takes a text apart from the front; the first mismatch fails all that follows.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}

  int number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) failed_ = true;
    for (std::size_t i = 0; i < digits && !failed_; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') failed_ = true;
      value = value * 10 + (rest_[i] - '0');
    }
    if (!failed_) rest_.remove_prefix(digits);
    return failed_ ? 0 : value;
  }
  bool take(char wanted) {
    if (failed_ || rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) { failed_ = !take(wanted) || failed_; }
  void skip_digits() {
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') rest_.remove_prefix(1);
  }
  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

// Minutes east of UTC: Z, +hh:mm or -hh:mm.
int read_offset(Scanner& in) {
  if (in.take('Z')) return 0;
  const bool west = in.take('-');
  if (!west) in.expect('+');
  const int hours = in.number(2);
  in.expect(':');
  const int minutes = hours * 60 + in.number(2);
  return west ? -minutes : minutes;
}

}  // namespace

std::optional<std::string> to_nfc(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                             static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return std::nullopt;
  std::string out{reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
  std::free(mapped);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc allocates with malloc
  return out;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Scanner in{text};
  const year year{in.number(4)};
  in.expect('-');
  const month month{static_cast<unsigned>(in.number(2))};
  in.expect('-');
  const day day{static_cast<unsigned>(in.number(2))};
  in.expect('T');
  const int hour = in.number(2);
  in.expect(':');
  const int minute = in.number(2);
  int second = 0;
  if (in.take(':')) {
    second = in.number(2);
    if (in.take('.')) in.skip_digits();
  }
  const int offset = read_offset(in);
  const year_month_day date{year, month, day};
  if (!in.finished() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto time = sys_days{date} + hours{hour} + minutes{minute - offset} + seconds{second};
  const auto since = duration_cast<milliseconds>(time.time_since_epoch()).count();
  if (since < 0) return std::nullopt;
  return WallTime{static_cast<std::uint64_t>(since)};
}

std::string to_rfc3339(WallTime time) {
  const auto seconds = static_cast<std::time_t>(time.ms / 1000);
  std::tm parts{};
  if (!localtime_r(&seconds, &parts)) return "";
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &parts);
  std::string out{text.data(), size};
  if (out.size() > 2) out.insert(out.size() - 2, ":");  // +0100 to +01:00
  return out;
}

std::string language_of_locale(std::string_view locale) {
  if (locale.starts_with("nn")) return "nn";
  if (locale.starts_with("nb") || locale.starts_with("no")) return "nb";
  return "en";
}

}  // namespace samband::client

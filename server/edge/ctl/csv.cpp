#include "server/edge/ctl/csv.h"

#include <algorithm>
#include <optional>

namespace samband::server::edge::ctl {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

char separator_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  return std::ranges::count(first, ';') > std::ranges::count(first, ',') ? ';' : ',';
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text}, separator_{separator_of(text)} {}

  std::expected<std::vector<CsvRow>, LineFault> rows() {
    std::vector<CsvRow> out;
    while (at_ < text_.size()) {
      CsvRow row{line_, {}};
      if (auto fault = read_row(row)) return std::unexpected{std::move(*fault)};
      const bool empty = row.fields.size() == 1 && row.fields.front().empty();
      if (!empty) out.push_back(std::move(row));
      if (out.size() > csv_rows_max) return std::unexpected{LineFault{line_, "too many rows: split the file"}};
    }
    return out;
  }

 private:
  std::optional<LineFault> read_row(CsvRow& row) {
    for (;;) {
      std::string field;
      if (auto fault = peek() == '"' ? read_quoted(field) : read_plain(field)) return fault;
      row.fields.push_back(std::move(field));
      if (peek() == separator_) {
        ++at_;
        continue;
      }
      end_line();
      return std::nullopt;
    }
  }

  std::optional<LineFault> read_plain(std::string& field) {
    const std::size_t end = std::min(text_.find_first_of(std::string{separator_} + "\r\n", at_), text_.size());
    field = text_.substr(at_, end - at_);
    at_ = end;
    if (field.find('"') == std::string::npos) return std::nullopt;
    return LineFault{line_, "a quote stands in the middle of a field: quote the whole field, and double the quote"};
  }

  std::optional<LineFault> read_quoted(std::string& field) {
    const std::uint32_t began = line_;
    for (++at_;; ++at_) {
      if (at_ == text_.size()) return LineFault{began, "a quoted field has no end: add the closing quote"};
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        field += text_[at_];
        continue;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += '"';
        ++at_;
        continue;
      }
      break;
    }
    ++at_;
    const int next = peek();
    if (next == separator_ || next == '\r' || next == '\n' || next == -1) return std::nullopt;
    return LineFault{line_, "something follows a closing quote: quote the whole field, and double quotes inside"};
  }

  void end_line() {
    if (peek() == '\r') ++at_;
    if (peek() == '\n') ++at_;
    ++line_;
  }

  [[nodiscard]] int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

std::expected<std::vector<CsvRow>, LineFault> parse_csv(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return Scanner{text}.rows();
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(";,\"\r\n") == std::string_view::npos) return std::string{text};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace samband::server::edge::ctl

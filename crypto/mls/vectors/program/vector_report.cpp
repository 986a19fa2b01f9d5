// Tests only.
#include "crypto/mls/vectors/program/vector_report.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "crypto/mls/vectors/procedures/procedures.h"

namespace samband::vectors {
namespace {

struct InputFile {
  std::string name;
  std::string text;
};

std::optional<std::string> read_file(const std::string& name) {
  std::error_code problem;
  if (std::filesystem::is_directory(name, problem)) return std::nullopt;  // it opens, and reads as empty
  std::ifstream in{name, std::ios::binary};
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return std::nullopt;
  return text;
}

std::optional<Finding> judge_as(const Procedure* procedure, const Json& test_case) {
  if (procedure == nullptr) procedure = procedure_of_case(test_case);
  if (procedure == nullptr) return Finding{"", "is of no kind that this program knows"};
  return judge(*procedure, test_case);
}

std::string describe_suite(const Json& test_case) {
  const bool has_suite = test_case.is_object() && test_case.contains("cipher_suite");
  return has_suite ? ", suite " + test_case.at("cipher_suite").dump() : "";
}

Tally fail_file(const std::string& name, const char* why, std::ostream& out) {
  out << name << ": " << why << '\n';
  return {.passed = 0, .failed = 1};
}

}  // namespace

Tally report_file(const std::string& name, std::string_view text, std::ostream& out) {
  const Json cases = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (cases.is_discarded()) return fail_file(name, "is not JSON", out);
  if (!cases.is_array()) return fail_file(name, "is no list of cases", out);
  if (cases.empty()) return fail_file(name, "holds no case", out);

  const Procedure* procedure = procedure_of_file(std::filesystem::path{name}.filename().string());
  Tally tally;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto finding = judge_as(procedure, cases[i]);
    ++(finding ? tally.failed : tally.passed);
    if (!finding) continue;
    out << name << ": case " << i << describe_suite(cases[i]) << ": "
        << (finding->field.empty() ? "it" : finding->field) << ' ' << finding->what << '\n';
  }
  out << name << ": " << tally.passed << " of " << cases.size() << '\n';
  return tally;
}

ExitStatus run(std::span<const std::string> names, std::ostream& out, std::ostream& error) {
  if (names.empty()) {
    error << "usage: mls-vectors FILE...\nChecks files of official MLS test vectors (RFC 9420).\n";
    return ExitStatus::not_run;
  }
  std::vector<InputFile> files;
  for (const std::string& name : names) {
    auto text = read_file(name);
    if (!text) {
      error << "mls-vectors: can't read " << name << '\n';
      return ExitStatus::not_run;
    }
    files.push_back({name, std::move(*text)});
  }
  Tally all;
  for (const InputFile& file : files) {
    const Tally tally = report_file(file.name, file.text, out);
    all.passed += tally.passed;
    all.failed += tally.failed;
    out.flush();
  }
  out << all.passed << " passed, " << all.failed << " failed\n";
  return all.failed == 0 ? ExitStatus::all_passed : ExitStatus::some_failed;
}

}  // namespace samband::vectors

// One value of a test vector, and where in its case it stands: what a procedure reads and compares with.
// Tests only: what is missing, of another kind or different is thrown as a Disagreement that names its place.
// Fields are not read inside the braces of an aggregate: where one throws, GCC 12 destroys those before it twice.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/bytes/bytes.h"

namespace samband::vectors {

using Json = nlohmann::json;

struct Disagreement : std::runtime_error {
  Disagreement(std::string where, const std::string& what) : std::runtime_error{what}, field{std::move(where)} {}
  std::string field;  // JSON pointer within the case; empty for the case as a whole
};

class Field {
 public:
  // `reads` takes note of what is looked at, and outlives the field and all below it.
  Field(const Json& value, std::set<const Json*>& reads, std::string path = {})
      : value_{&value}, reads_{&reads}, path_{std::move(path)} {
    reads_->insert(value_);
  }

  // A member of an object, an item of an array.
  [[nodiscard]] Field operator[](const std::string& key) const;
  [[nodiscard]] Field operator[](std::size_t index) const;
  // Items of an array.
  [[nodiscard]] std::size_t size() const;

  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] Bytes bytes() const;  // of a hex string
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint64_t number(std::uint64_t max) const;
  [[nodiscard]] std::uint32_t u32() const { return static_cast<std::uint32_t>(number(0xffffffff)); }

  // Fails unless the field holds exactly this: as hex, as a number, or null for nullopt.
  void expect(BytesView derived) const;
  void expect(std::optional<std::uint32_t> derived) const;
  void require(bool holds, const std::string& otherwise) const {
    if (!holds) fail(otherwise);
  }
  [[noreturn]] void fail(const std::string& what) const { throw Disagreement{path_, what}; }

 private:
  const Json* value_;
  std::set<const Json*>* reads_;
  std::string path_;
};

// The value of `result`, or a failure of `field`.
template <class Result>
[[nodiscard]] auto value_of(Result&& result, const Field& field, const std::string& otherwise) {
  if (!result) field.fail(otherwise);
  return *std::forward<Result>(result);
}

}  // namespace samband::vectors

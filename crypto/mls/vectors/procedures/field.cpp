// Reading and comparing. Tests only.
#include "crypto/mls/vectors/procedures/field.h"

#include "crypto/codec/hex.h"

namespace samband::vectors {

Field Field::operator[](const std::string& key) const {
  if (!value_->is_object()) fail("is not an object");
  const auto member = value_->find(key);
  if (member == value_->end()) throw Disagreement{path_ + "/" + key, "is missing"};
  return {*member, *reads_, path_ + "/" + key};
}

Field Field::operator[](std::size_t index) const {
  if (index >= size()) throw Disagreement{path_ + "/" + std::to_string(index), "is missing"};
  return {(*value_)[index], *reads_, path_ + "/" + std::to_string(index)};
}

std::size_t Field::size() const {
  if (!value_->is_array()) fail("is not an array");
  return value_->size();
}

Bytes Field::bytes() const {
  const auto decoded = from_hex(text());
  if (!decoded) fail("is not hex");
  return *decoded;
}

std::string Field::text() const {
  if (!value_->is_string()) fail("is not a string");
  return value_->get<std::string>();
}

std::uint64_t Field::number(std::uint64_t max) const {
  const bool fits = value_->is_number_unsigned() && value_->get<std::uint64_t>() <= max;
  if (!fits) fail("is not a number from 0 to " + std::to_string(max));
  return value_->get<std::uint64_t>();
}

void Field::expect(BytesView derived) const {
  if (!equal(bytes(), derived)) fail("differs");
}

void Field::expect(std::optional<std::uint32_t> derived) const {
  if (is_null() != !derived) fail(derived ? "is null" : "is not null");
  if (derived && number(0xffffffff) != *derived) fail("differs");
}

}  // namespace samband::vectors

// Documents in memory, for this folder's tests.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "client/core/streams.h"

namespace samband::client {

class MemorySource final : public DocumentSource {
 public:
  explicit MemorySource(Bytes bytes) : bytes_{std::move(bytes)} {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] std::expected<Bytes, StreamError> read(std::uint64_t offset, std::size_t size) override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::unexpected(StreamError::unreadable);
    return copy_of(BytesView{bytes_}.subspan(offset, size));
  }

 private:
  Bytes bytes_;
};

class MemorySink final : public DocumentSink {
 public:
  explicit MemorySink(std::map<std::string, Bytes>& kept, std::string name) : kept_{kept}, name_{std::move(name)} {}
  [[nodiscard]] std::expected<void, StreamError> write(BytesView bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  [[nodiscard]] std::expected<void, StreamError> finish() override {
    kept_[name_] = std::move(bytes_);
    return {};
  }

 private:
  std::map<std::string, Bytes>& kept_;
  std::string name_;
  Bytes bytes_;
};

class MemoryFolder final : public DocumentFolder {
 public:
  explicit MemoryFolder(std::map<std::string, Bytes>& kept) : kept_{kept} {}
  [[nodiscard]] std::unique_ptr<DocumentSink> create(std::string_view name) override {
    return std::make_unique<MemorySink>(kept_, std::string{name});
  }

 private:
  std::map<std::string, Bytes>& kept_;
};

}  // namespace samband::client

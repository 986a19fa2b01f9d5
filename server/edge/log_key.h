// The key of the directory's transparency log, kept in a file that only the server may read: 64 hex digits.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "server/core/log_signer.h"

namespace samband::server::edge {

class LogKey final : public LogSigner {
 public:
  explicit LogKey(SecretBytes seed);  // 32 bytes

  [[nodiscard]] transparency::LogPublicKey public_key() const override { return public_key_; }
  [[nodiscard]] transparency::SignedTreeHead sign(const transparency::TreeHead& head) override;

 private:
  SecretBytes seed_;
  transparency::LogPublicKey public_key_;
};

// The error is one line: what happened, and what to do.
[[nodiscard]] std::expected<std::unique_ptr<LogKey>, std::string> read_log_key(const std::filesystem::path& file);
// The content of such a file.
[[nodiscard]] SecretBytes log_key_file(BytesView seed);

}  // namespace samband::server::edge

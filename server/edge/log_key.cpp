#include "server/edge/log_key.h"

#include <bit>
#include <fstream>
#include <sodium.h>

#include "crypto/bytes/check.h"
#include "crypto/suite/signing.h"
#include "server/edge/credentials.h"
#include "server/edge/tls.h"

namespace samband::server::edge {
namespace {

constexpr std::size_t seed_bytes = 32;

}  // namespace

LogKey::LogKey(SecretBytes seed) : seed_{std::move(seed)} {
  const auto public_key = transparency::LogPublicKey::of(ed25519_key_pair(seed_.view()).public_key);
  SAMBAND_CHECK(public_key.has_value());
  public_key_ = *public_key;
}

transparency::SignedTreeHead LogKey::sign(const transparency::TreeHead& head) {
  return transparency::sign(head, seed_.view());
}

std::expected<std::unique_ptr<LogKey>, std::string> read_log_key(const std::filesystem::path& file) {
  if (auto fault = secret_file_fault(file); !fault.empty()) return std::unexpected{"the log key " + fault};
  SecretBytes text{2 * seed_bytes};
  std::ifstream in{*resolved(file), std::ios::binary};
  in.rdbuf()->pubsetbuf(nullptr, 0);  // no copy of the key in a buffer of the library
  for (std::uint8_t& digit : text.writable()) digit = static_cast<std::uint8_t>(in.get());

  SecretBytes seed{seed_bytes};
  std::size_t decoded = 0;
  const std::string_view digits = text_of(text.view());
  if (!in ||
      sodium_hex2bin(seed.writable().data(), seed.size(), digits.data(), digits.size(), nullptr, &decoded, nullptr) !=
          0 ||
      decoded != seed_bytes) {
    return std::unexpected{"the log key " + file.string() + " is not 64 hex digits: restore it from its backup"};
  }
  return std::make_unique<LogKey>(std::move(seed));
}

SecretBytes log_key_file(BytesView seed) {
  SecretBytes text{2 * seed.size() + 1};  // sodium writes a terminator in the last place
  sodium_bin2hex(std::bit_cast<char*>(text.writable().data()), text.size(), seed.data(), seed.size());
  text.writable().back() = '\n';
  return text;
}

}  // namespace samband::server::edge

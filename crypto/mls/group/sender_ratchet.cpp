#include "crypto/mls/group/sender_ratchet.h"

#include <limits>

#include "crypto/bytes/check.h"

namespace samband::mls {
namespace {

// Kept unused, so that `next_` always has a value after the newest generation.
constexpr std::uint32_t last_generation = std::numeric_limits<std::uint32_t>::max();

}  // namespace

SenderRatchet::SenderRatchet(CipherSuite suite, SecretBytes root, std::uint32_t skip_max)
    : suite_{suite}, next_secret_{std::move(root)}, skip_max_{skip_max} {}

MessageKey SenderRatchet::key_of(BytesView secret, Generation generation) const {
  return {
      .key = suite_.derive_tree_secret(secret, "key", generation.value, suite_.aead_key_bytes()),
      .nonce = suite_.derive_tree_secret(secret, "nonce", generation.value, suite_.aead_nonce_bytes()),
  };
}

SecretBytes SenderRatchet::secret_after(BytesView secret, Generation generation) const {
  return suite_.derive_tree_secret(secret, "secret", generation.value, suite_.hash_bytes());
}

std::expected<MessageKey, RatchetError> SenderRatchet::derive(Generation generation) const {
  if (generation < next_) {
    const auto held = held_.find(generation);
    if (held == held_.end()) return std::unexpected(RatchetError::consumed);
    return MessageKey{held->second.key.duplicate(), held->second.nonce.duplicate()};
  }
  if (generation.value == last_generation) return std::unexpected(RatchetError::exhausted);
  if (generation.value - next_.value > skip_max_) return std::unexpected(RatchetError::too_far_ahead);
  SecretBytes secret = next_secret_.duplicate();
  for (Generation at = next_; at < generation; ++at.value) secret = secret_after(secret.view(), at);
  return key_of(secret.view(), generation);
}

void SenderRatchet::consume(Generation generation) {
  if (generation < next_) {
    SAMBAND_CHECK(held_.erase(generation) == 1);
    return;
  }
  SAMBAND_CHECK(generation.value - next_.value <= skip_max_ && generation.value != last_generation);
  for (; next_ <= generation; ++next_.value) {
    if (next_ < generation) held_.emplace(next_, key_of(next_secret_.view(), next_));
    next_secret_ = secret_after(next_secret_.view(), next_);
  }
  while (held_.size() > skip_max_) held_.erase(held_.begin());
}

void SenderRatchet::write(Writer& out) const {
  out.u32(next_.value);
  out.fixed(next_secret_.view());
  out.u32(static_cast<std::uint32_t>(held_.size()));
  for (const auto& [generation, message_key] : held_) {
    out.u32(generation.value);
    out.fixed(message_key.key.view());
    out.fixed(message_key.nonce.view());
  }
}

std::size_t SenderRatchet::encoded_bytes() const {
  const std::size_t held_bytes = sizeof(std::uint32_t) + suite_.aead_key_bytes() + suite_.aead_nonce_bytes();
  return 2 * sizeof(std::uint32_t) + suite_.hash_bytes() + held_.size() * held_bytes;
}

SenderRatchet SenderRatchet::read(Reader& in, CipherSuite suite, std::uint32_t skip_max) {
  const Generation next{in.u32()};
  SenderRatchet ratchet{suite, SecretBytes{in.fixed(suite.hash_bytes())}, skip_max};
  ratchet.next_ = next;
  const std::uint32_t held_count = in.u32();
  if (held_count > skip_max) in.fail(ParseError::malformed);
  for (std::uint32_t i = 0; i < held_count && !in.failed(); ++i) {
    const Generation generation{in.u32()};
    if (generation >= next) in.fail(ParseError::malformed);
    MessageKey message_key{SecretBytes{in.fixed(suite.aead_key_bytes())},
                           SecretBytes{in.fixed(suite.aead_nonce_bytes())}};
    if (!ratchet.held_.emplace(generation, std::move(message_key)).second) in.fail(ParseError::malformed);
  }
  return ratchet;
}

}  // namespace samband::mls

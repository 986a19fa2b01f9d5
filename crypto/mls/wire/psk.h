// Names of pre-shared keys.
// Source: RFC 9420 §8.4.
#pragma once

#include <variant>

#include "crypto/mls/wire/codec.h"

namespace samband::mls {

struct ExternalPSK {
  Bytes psk_id;
  bool operator==(const ExternalPSK&) const = default;
};
struct ResumptionPSK {
  ResumptionPSKUsage usage{};
  Bytes psk_group_id;
  Epoch psk_epoch;
  bool operator==(const ResumptionPSK&) const = default;
};

struct PreSharedKeyID {
  std::variant<ExternalPSK, ResumptionPSK> psk;
  Bytes psk_nonce;  // KDF.Nh bytes
  bool operator==(const PreSharedKeyID&) const = default;
};
[[nodiscard]] PSKType psktype(const PreSharedKeyID& id);
// Whether it says that a group continues another: a resumption PSK of usage reinit or branch (§11.2, §11.3).
[[nodiscard]] bool is_continuation(const PreSharedKeyID& id);
[[nodiscard]] PreSharedKeyID read_pre_shared_key_id(Reader& in);
[[nodiscard]] std::expected<PreSharedKeyID, ParseError> parse_pre_shared_key_id(BytesView wire);
void write(Writer& out, const PreSharedKeyID& id);

// The context in which one of `count` PSKs enters the key schedule.
struct PSKLabel {
  PreSharedKeyID id;
  std::uint16_t index = 0;
  std::uint16_t count = 0;
};
void write(Writer& out, const PSKLabel& label);

}  // namespace samband::mls

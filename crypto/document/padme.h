// Lengths that say little: Padmé rounds a length up so that O(log log M) bits of it remain visible, at a cost of
// at most 12 % (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
// PETS 2019, §4). Pure computation.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/bytes/bytes.h"

namespace samband {

// The length to pad `size` bytes to: never less, and never above the next power of two.
[[nodiscard]] std::uint64_t padme_length(std::uint64_t size);

// Content, one octet 0x80, then zeros up to the Padmé length of both. For what is sealed whole: messages,
// archived content.
[[nodiscard]] Bytes pad(BytesView content);

// The content within, as a view into `padded`; nullopt unless `pad` gives exactly these bytes for it.
[[nodiscard]] std::optional<BytesView> unpad(BytesView padded);

}  // namespace samband

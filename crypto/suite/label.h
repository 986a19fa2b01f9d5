// The one shape behind every labelled structure of RFC 9420 §5: a label vector, then a content vector.
// SignContent (§5.1.2), EncryptContext (§5.1.3) and RefHashInput (§5.2) differ in their labels only.
// Internal to this folder.
#pragma once

#include <string_view>

#include "crypto/codec/writer.h"

namespace samband {

inline constexpr std::string_view mls_prefix = "MLS 1.0 ";
inline constexpr std::string_view samband_prefix = "samband ";

// opaque label<V> with a prefix in front of the label.
void write_label(Writer& out, std::string_view prefix, std::string_view label);
[[nodiscard]] Bytes labelled(std::string_view prefix, std::string_view label, BytesView content);

}  // namespace samband

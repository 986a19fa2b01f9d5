// Bytes as text: lower-case hex, and base64url without padding (RFC 4648 §5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes/bytes.h"

namespace samband {

[[nodiscard]] std::string to_hex(BytesView bytes);
// nullopt for an odd length or any other character; upper case is read too.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

[[nodiscard]] std::string to_base64url(BytesView bytes);
// nullopt unless the text is exactly what `to_base64url` gives for some bytes.
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace samband

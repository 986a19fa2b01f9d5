// What an MLS message says in clear and under its signature: the authenticated_data of samband's Commits and
// application messages (RFC 9420 §6). The server reads it to count references and to judge removals.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/identity/ids.h"

namespace samband::protocol {

inline constexpr std::size_t authenticated_blobs_max = 64;
inline constexpr std::size_t authenticated_citations_max = 512;

struct AuthenticatedData {
  // uint8 version = 1
  std::vector<BlobId> blobs;                  // documents and archives the message refers to
  std::optional<Hash> archive;                // the archived content's blob, by hash of its sealed bytes
  std::vector<std::uint64_t> revocations;     // indices of directory leaves that justify a Remove; increasing
  std::vector<std::uint64_t> leave_requests;  // seq of entries that justify a Remove; increasing
  std::optional<GuidanceId> guidance;         // the publication the message belongs to
  bool operator==(const AuthenticatedData&) const = default;
};

// malformed: repeated or unordered citations, another version.
[[nodiscard]] std::expected<AuthenticatedData, ParseError> parse_authenticated_data(BytesView wire);
[[nodiscard]] Bytes encode(const AuthenticatedData& data);

}  // namespace samband::protocol

// The same information to everybody: a guidance is announced in the transparency log by the hash of its
// manifest, then sent into its channel. The manifest holds the hashes of every text and file: two readers with one
// manifest hash hold the same words.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "client/core/channel.h"
#include "client/core/commands.h"
#include "client/core/content/content.h"
#include "client/core/effects.h"
#include "client/core/parts.h"
#include "server/protocol/authenticated_data.h"
#include "storage/model/entry.h"

namespace samband::client {

inline constexpr std::size_t guidance_texts_max = 8;
inline constexpr std::size_t guidance_files_max = 32;
inline constexpr std::size_t guidance_language_bytes_max = 35;  // RFC 5646 §4.4.1

struct GuidanceManifest {
  static constexpr std::uint8_t version = 1;

  struct Text {
    std::string language;
    Hash sha256;
    bool operator==(const Text&) const = default;
  };
  struct File {
    std::string name;
    std::uint64_t bytes = 0;
    Hash sha256;
    bool operator==(const File&) const = default;
  };

  GuidanceId guidance;
  ChannelId channel;
  Hash salt;  // random: the published hash does not give short texts away
  std::string title;
  std::optional<WallTime> acknowledge_by;
  std::vector<Text> texts;
  std::vector<File> files;
  bool operator==(const GuidanceManifest&) const = default;
};

[[nodiscard]] Bytes encode(const GuidanceManifest& manifest);
[[nodiscard]] std::expected<GuidanceManifest, ParseError> parse_guidance_manifest(BytesView wire);
[[nodiscard]] Hash manifest_hash(BytesView encoded);

[[nodiscard]] Task<Outcome> publish_guidance(Parts& parts, OperationId operation, PublishGuidance command);
[[nodiscard]] Outcome list_guidance(Parts& parts, OperationId operation);
// Those whose time to acknowledge has not passed.
[[nodiscard]] std::size_t list_guidance_due(Parts& parts, OperationId operation);
[[nodiscard]] Task<Outcome> show_guidance(Parts& parts, OperationId operation, ShowGuidance command);

// Judges the guidance that a message says it is, against its own parts and the directory, and lists it. True: it is
// none, or a sound one.
[[nodiscard]] bool receive_guidance(Parts& parts, const Channel& channel, const storage::Entry& entry,
                                    const protocol::AuthenticatedData& data, const Content& content);

}  // namespace samband::client

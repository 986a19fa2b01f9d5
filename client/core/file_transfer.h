// Sealed files on their way to and from the server, chunk by chunk, several in flight. An upload that was
// interrupted goes on where it stopped, under the same key as long as the file has not changed: the hash of each
// chunk is in the profile before the chunk leaves. A file that changed starts over under a new key.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/core/content/content.h"
#include "client/core/effects.h"
#include "client/core/parts.h"
#include "client/core/streams.h"
#include "crypto/document/file_encryptor.h"

namespace samband::client {

inline constexpr std::size_t chunks_in_flight_max = 16;

// What its author kept of a file that was uploaded.
struct UploadedFile {
  SecretBytes file_key;
  SealedFile sealed;
  Hash sha256;  // of the plaintext
};

// Reads, guards, seals and uploads, then has the server seal the blob. `upload_name`: under which an interrupted
// upload of this channel is found again. Errors: those of the source, stopped_by_guard, too_large, and the server's.
using Uploaded = std::expected<UploadedFile, Failure>;
[[nodiscard]] Task<Uploaded> upload_file(Parts& parts, OperationId operation, ChannelId channel,
                                         std::string upload_name, std::shared_ptr<DocumentSource> source,
                                         std::optional<std::string> guard_reason);
// The message that names the file has its place, or was given up.
void forget_upload(Parts& parts, const ChannelId& channel, const std::string& upload_name);

// What a message says of a file to those who may read it.
struct FileReference {
  std::string name;
  std::uint64_t bytes = 0;
  Hash sha256;
  SecretBytes file_key;
  SealedFile sealed;
};
[[nodiscard]] ExternalPart part_of(const UploadedFile& file, std::string name);
// nullopt when the part is not of that form.
[[nodiscard]] std::optional<FileReference> reference_of(const ExternalPart& part);

// Fetches, opens and writes; the sink is finished only when all of the file is sound. Errors: damaged,
// not_delivered_yet, unwritable.
[[nodiscard]] Task<Outcome> download_file(Parts& parts, OperationId operation, ChannelId channel,
                                          std::shared_ptr<const FileReference> file,
                                          std::shared_ptr<DocumentSink> sink);

}  // namespace samband::client

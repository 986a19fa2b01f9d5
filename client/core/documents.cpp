#include "client/core/documents.h"

#include <algorithm>
#include <map>

#include "client/core/channels.h"
#include "client/core/file_transfer.h"
#include "client/core/message_record.h"
#include "client/core/messages.h"
#include "client/core/names.h"
#include "client/core/outbox.h"
#include "client/core/places.h"
#include "crypto/document/document_record.h"
#include "storage/model/permission.h"

namespace samband::client {

namespace {

struct Version {
  std::uint64_t seq = 0;
  WallTime at;
  DeviceId sender;
  DocumentRecord record;
  std::shared_ptr<const FileReference> file;
};

const ExternalPart* file_part_of(const Content& content) {
  return std::get_if<ExternalPart>(&content.body.body);
}

std::optional<Version> version_at(Parts& parts, const ChannelId& channel, std::uint64_t seq) {
  const auto kept = parts.profile.get(places::content(channel, seq));
  if (!kept) return std::nullopt;
  const auto message = parse_message_record(kept->view());
  const auto content = message ? parse_content(message->content) : std::unexpected(ContentError::malformed);
  if (!content) return std::nullopt;
  const auto signed_record = content->extension_bytes(extension_document);
  const ExternalPart* part = file_part_of(*content);
  const auto record = signed_record ? parse_document_record(*signed_record) : std::unexpected(ParseError::truncated);
  if (!record || part == nullptr) return std::nullopt;
  auto file = reference_of(*part);
  if (!file) return std::nullopt;
  return Version{message->seq, message->at, message->sender, record->record,
                 std::make_shared<const FileReference>(std::move(*file))};
}

// In the order of the channel.
std::vector<Version> versions_of(Parts& parts, const ChannelId& channel) {
  std::vector<std::uint64_t> seqs;
  parts.profile.scan(places::documents(channel), [&](BytesView order, BytesView) {
    Reader key{order};
    seqs.push_back(key.u64());
    return true;
  });
  std::vector<Version> found;
  for (const std::uint64_t seq : seqs) {
    if (auto version = version_at(parts, channel, seq)) found.push_back(std::move(*version));
  }
  return found;
}

std::vector<Version> versions_of_path(Parts& parts, const ChannelId& channel, const std::string& path) {
  std::vector<Version> found = versions_of(parts, channel);
  std::erase_if(found, [&](const Version& version) { return version.file->name != path; });
  return found;
}

DocumentLine line_of(const Parts& parts, const Version& version, bool conflicting) {
  const identity::Directory& directory = parts.directory.directory();
  const identity::DeviceRecord* author = directory.device(version.sender);
  DocumentLine line{.path = version.file->name,
                    .version = version.record.version,
                    .bytes = version.file->bytes,
                    .sha256 = version.file->sha256,
                    .at = version.at,
                    .from = {},
                    .partner = {},
                    .partner_name = {},
                    .seq = version.seq,
                    .conflicting = conflicting};
  if (author != nullptr) {
    line.from = author->certificate.staff_name;
    line.partner = author->certificate.partner;
    line.partner_name = directory.partner(line.partner)->profile().name;
  }
  return line;
}

bool has_sibling(const std::vector<Version>& versions, const Version& version) {
  return std::ranges::count_if(versions, [&](const Version& other) {
           return other.record.document == version.record.document && other.record.parent == version.record.parent;
         }) > 1;
}

// The record of the next version: a new lineage for a path that is new here.
DocumentRecord next_record(Parts& parts, const ChannelId& channel, const std::string& path, const SealedFile& file) {
  const std::vector<Version> before = versions_of_path(parts, channel, path);
  DocumentRecord record;
  record.channel = channel;
  record.author = parts.own->device().device;
  record.file = file;
  if (before.empty()) {
    record.document = parts.random.id<DocumentId>();
    return record;
  }
  record.document = before.back().record.document;
  record.version = before.back().record.version + 1;
  record.parent = hash_of(before.back().record);
  return record;
}

}  // namespace

Task<Outcome> put_document(Parts& parts, OperationId operation, PutDocument command) {
  const auto found = parts.channels.find_open(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const ChannelId id = (*found)->id();
  const identity::Directory& directory = parts.directory.directory();
  if (!storage::may((*found)->record.policy, directory, parts.own->device().device, directory.size(),
                    storage::Action::write)) {
    co_return failure(Fault::not_permitted, command.channel);
  }
  if (command.path.empty() || command.path.size() > file_name_bytes_max) co_return failure(Fault::name_invalid);
  auto uploading = upload_file(parts, operation, id, command.path, command.source, command.guard_reason);
  const Uploaded file = co_await uploading;
  if (!file) co_return std::unexpected(file.error());

  const UnverifiedDocumentRecord record =
      sign(next_record(parts, id, command.path, file->sealed), parts.own->signature_key.private_key.view());
  Content content;
  content.salt = parts.random.id<MessageSalt>();
  content.body.disposition = Disposition::attachment;
  content.body.body = part_of(*file, command.path);
  content.set_extension_bytes(extension_document, encode(record));
  if (command.guard_reason && !command.guard_reason->empty()) {
    content.set_extension_text(extension_guard_reason, *command.guard_reason);
  }
  forget_upload(parts, id, command.path);
  const std::vector<BlobId> blobs{file->sealed.header.blob};
  auto posting = post(parts, operation, id, std::move(content), blobs, std::nullopt);
  co_return co_await posting;
}

Task<Outcome> get_document(Parts& parts, OperationId operation, GetDocument command) {
  const auto found = parts.channels.find_joined(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const ChannelId id = (*found)->id();
  std::vector<Version> versions = versions_of_path(parts, id, command.path);
  if (versions.empty()) co_return failure(Fault::no_such_document, command.path);
  if (command.version) {
    std::erase_if(versions, [&](const Version& version) { return version.record.version != *command.version; });
    if (versions.empty()) co_return failure(Fault::no_such_version, std::to_string(*command.version));
  }
  const Version newest = versions.back();
  auto downloading = download_file(parts, operation, id, newest.file, command.sink);
  const Outcome done = co_await downloading;
  if (done) parts.turn.tell(operation, line_of(parts, newest, false));
  co_return done;
}

Outcome list_documents(Parts& parts, OperationId operation, const ListDocuments& command) {
  const auto found = parts.channels.find_by_name(command.channel);
  if (!found) return std::unexpected(found.error());
  const std::vector<Version> versions = versions_of(parts, (*found)->id());
  std::map<std::string, const Version*> newest;
  for (const Version& version : versions) newest[version.file->name] = &version;
  for (const auto& [path, version] : newest) {
    parts.turn.tell(operation, line_of(parts, *version, has_sibling(versions, *version)));
  }
  return {};
}

Outcome list_versions(Parts& parts, OperationId operation, const ListVersions& command) {
  const auto found = parts.channels.find_by_name(command.channel);
  if (!found) return std::unexpected(found.error());
  const std::vector<Version> versions = versions_of_path(parts, (*found)->id(), command.path);
  if (versions.empty()) return failure(Fault::no_such_document, command.path);
  for (const Version& version : versions) {
    parts.turn.tell(operation, line_of(parts, version, has_sibling(versions, version)));
  }
  return {};
}

bool receive_document(Parts& parts, const Channel& channel, const storage::Entry& entry,
                      const protocol::AuthenticatedData& data, const Content& content) {
  const auto signed_record = content.extension_bytes(extension_document);
  if (!signed_record) return true;
  const ExternalPart* part = file_part_of(content);
  const auto file = part != nullptr ? reference_of(*part) : std::nullopt;
  const auto unverified = parse_document_record(*signed_record);
  const identity::DeviceRecord* author = parts.directory.directory().device(entry.sender);
  if (!file || !unverified || author == nullptr) return false;
  const auto record = verify(*unverified, channel.id(), entry.sender, author->certificate.signature_key.view());
  const bool sound = record && record->file.header == file->sealed.header &&
                     record->file.commitment == file->sealed.commitment && record->file.root == file->sealed.root &&
                     std::ranges::find(data.blobs, file->sealed.header.blob) != data.blobs.end();
  if (!sound) return false;
  parts.profile.put(places::document(channel.id(), entry.seq), BytesView{});
  return true;
}

}  // namespace samband::client

#include "client/core/guidance.h"

#include <algorithm>

#include "client/core/channels.h"
#include "client/core/file_transfer.h"
#include "client/core/guarding.h"
#include "client/core/message_record.h"
#include "client/core/messages.h"
#include "client/core/names.h"
#include "client/core/outbox.h"
#include "client/core/places.h"
#include "client/core/reading.h"
#include "crypto/codec/hex.h"
#include "crypto/identity/name.h"
#include "crypto/suite/signing.h"
#include "storage/model/permission.h"

namespace samband::client {

namespace {

constexpr std::string_view markdown = "text/markdown;charset=utf-8";

// A message's parts, whether it has one or several.
std::vector<NestedPart> parts_of(const Content& content) {
  if (const auto* several = std::get_if<MultiPart>(&content.body.body)) return several->parts;
  return {content.body};
}

struct Held {
  std::uint64_t seq = 0;
  WallTime at;
  DeviceId sender;
  Bytes encoded_manifest;
  GuidanceManifest manifest;
  std::vector<NestedPart> parts;
};

std::optional<Held> held_at(Parts& parts, const ChannelId& channel, std::uint64_t seq) {
  const auto kept = parts.profile.get(places::content(channel, seq));
  if (!kept) return std::nullopt;
  const auto message = parse_message_record(kept->view());
  const auto content = message ? parse_content(message->content) : std::unexpected(ContentError::malformed);
  if (!content) return std::nullopt;
  const auto encoded = content->extension_bytes(extension_guidance);
  const auto manifest = encoded ? parse_guidance_manifest(*encoded) : std::unexpected(ParseError::truncated);
  if (!manifest) return std::nullopt;
  return Held{message->seq, message->at, message->sender, *encoded, *manifest, parts_of(*content)};
}

std::vector<Held> all_held(Parts& parts) {
  std::vector<std::pair<ChannelId, std::uint64_t>> found;
  parts.profile.scan(places::guidances(), [&](BytesView, BytesView value) {
    Reader in{value};
    const auto channel = in.id<ChannelId>();
    const std::uint64_t seq = in.u64();
    if (!in.finish()) found.emplace_back(channel, seq);
    return true;
  });
  std::vector<Held> list;
  for (const auto& [channel, seq] : found) {
    if (auto held = held_at(parts, channel, seq)) list.push_back(std::move(*held));
  }
  std::ranges::sort(list, [](const Held& a, const Held& b) { return a.at < b.at; });
  return list;
}

GuidanceLine line_of(Parts& parts, const Held& held) {
  const identity::Directory& directory = parts.directory.directory();
  GuidanceLine line;
  line.id = held.manifest.guidance;
  line.channel = held.manifest.channel;
  if (const Channel* channel = parts.channels.find(line.channel)) line.channel_name = channel->record.policy.name;
  line.title = held.manifest.title;
  line.at = held.at;
  line.state = "released";
  line.sha256 = manifest_hash(held.encoded_manifest);
  line.acknowledge_by = held.manifest.acknowledge_by;
  if (const identity::DeviceRecord* author = directory.device(held.sender)) {
    line.from = author->certificate.staff_name;
    line.partner = author->certificate.partner;
    line.partner_name = directory.partner(line.partner)->profile().name;
  }
  return line;
}

Outcome check_command(const PublishGuidance& command, WallTime now) {
  if (!identity::is_valid_name(command.title)) return failure(Fault::name_invalid);
  if (command.texts.empty() && command.files.empty()) return failure(Fault::empty);
  if (command.texts.size() > guidance_texts_max || command.files.size() > guidance_files_max) {
    return failure(Fault::too_large);
  }
  for (const GuidanceText& text : command.texts) {
    if (text.language.size() > guidance_language_bytes_max) return failure(Fault::name_invalid, text.language);
    if (const Outcome passed = pass_guard(text.text, command.guard_reason, now); !passed) return passed;
  }
  for (const GuidanceFile& file : command.files) {
    if (file.name.empty() || file.name.size() > file_name_bytes_max) return failure(Fault::name_invalid, file.name);
  }
  return pass_guard(command.title, command.guard_reason, now);
}

NestedPart text_part(const GuidanceText& text) {
  return {.disposition = Disposition::render,
          .language = text.language,
          .body = SinglePart{std::string{markdown}, copy_of(view_of(text.text))}};
}

// The message and its manifest grow together, so that neither has what the other lacks.
struct Draft {
  GuidanceManifest manifest;
  MultiPart body;
  std::vector<BlobId> blobs;
};

// Unknown to others, and the same when one guidance is published again after a crash.
Hash salt_of(const Parts& parts, const GuidanceId& guidance) {
  Writer secret;
  secret.fixed(guidance.view());
  secret.fixed(parts.own->signature_key.private_key.view());
  const SecretBytes content = secret.take_secret();
  return hash_statement("guidance salt", content.view());
}

Draft begin_draft(Parts& parts, const ChannelId& channel, const PublishGuidance& command) {
  Draft draft;
  draft.manifest.guidance = command.id ? *command.id : parts.random.id<GuidanceId>();
  draft.manifest.channel = channel;
  draft.manifest.salt = salt_of(parts, draft.manifest.guidance);
  draft.manifest.title = command.title;
  draft.manifest.acknowledge_by = command.acknowledge_by;
  for (const GuidanceText& text : command.texts) {
    draft.manifest.texts.push_back({text.language, sha256(view_of(text.text))});
    draft.body.parts.push_back(text_part(text));
  }
  return draft;
}

void add_file(Draft& draft, const std::string& name, const UploadedFile& file) {
  draft.manifest.files.push_back({name, file.sealed.header.size, file.sha256});
  draft.body.parts.push_back({.disposition = Disposition::attachment, .language = {}, .body = part_of(file, name)});
  draft.blobs.push_back(file.sealed.header.blob);
}

Content content_of(Parts& parts, Draft& draft, BytesView encoded_manifest,
                   const std::optional<std::string>& guard_reason) {
  Content content;
  content.salt = parts.random.id<MessageSalt>();
  if (draft.body.parts.size() == 1) {
    content.body = std::move(draft.body.parts.front());
  } else {
    content.body.body = std::move(draft.body);
  }
  content.set_extension_bytes(extension_guidance, encoded_manifest);
  record_guard_reason(content, guard_reason);
  return content;
}

// Every text and file of the message is in the manifest at its place, and nothing else.
bool agrees(const GuidanceManifest& manifest, const std::vector<NestedPart>& parts,
            const protocol::AuthenticatedData& data) {
  std::size_t texts = 0;
  std::size_t files = 0;
  for (const NestedPart& part : parts) {
    if (const auto* text = std::get_if<SinglePart>(&part.body)) {
      if (texts == manifest.texts.size()) return false;
      const GuidanceManifest::Text& said = manifest.texts[texts++];
      if (said.language != part.language || said.sha256 != sha256(text->content)) return false;
    } else if (const auto* external = std::get_if<ExternalPart>(&part.body)) {
      const auto file = reference_of(*external);
      if (!file || files == manifest.files.size()) return false;
      const GuidanceManifest::File& said = manifest.files[files++];
      const bool same = said.name == file->name && said.bytes == file->bytes && said.sha256 == file->sha256 &&
                        std::ranges::find(data.blobs, file->sealed.header.blob) != data.blobs.end();
      if (!same) return false;
    } else {
      return false;
    }
  }
  return texts == manifest.texts.size() && files == manifest.files.size();
}

std::expected<Held, Failure> find_guidance(Parts& parts, std::string_view id) {
  std::vector<Held> found;
  for (Held& held : all_held(parts)) {
    if (id.size() >= id_prefix_digits_min && to_hex(held.manifest.guidance.view()).starts_with(id)) {
      found.push_back(std::move(held));
    }
  }
  if (found.empty()) return failure(Fault::no_such_guidance, std::string{id});
  if (found.size() == 1) return std::move(found.front());
  Failure several{.fault = Fault::ambiguous, .detail = std::string{id}, .choices = {}, .findings = {}};
  for (const Held& held : found) several.choices.push_back(to_hex(held.manifest.guidance.view()));
  return std::unexpected(std::move(several));
}

Outcome save_text(DocumentFolder& folder, const GuidanceText& text) {
  const std::string name = text.language.empty() ? "text.md" : "text." + text.language + ".md";
  const auto sink = folder.create(name);
  if (sink == nullptr || !sink->write(view_of(text.text)) || !sink->finish()) return failure(Fault::unwritable, name);
  return {};
}

// The leaf in the log comes first, then the entry that names it: a leaf without an entry is harmless, and found
// again when the same guidance is published once more.
Task<Outcome> announce(Parts& parts, ChannelId channel, GuidanceId guidance, Hash hash) {
  const Later<bool> current = parts.directory.until_current();
  co_await current;
  if (const identity::GuidanceRecord* leaf = parts.directory.directory().guidance(guidance)) {
    if (leaf->guidance.channel == channel && leaf->guidance.notice_hash == hash) co_return Outcome{};
    co_return failure(Fault::name_taken, to_hex(guidance.view()));
  }
  const auto answer = parts.session.submit(protocol::AnnounceGuidance{channel, guidance, hash});
  const protocol::ReplyBody reply = co_await answer;
  const auto* leaf = std::get_if<protocol::LeafPlaced>(&reply);
  if (leaf == nullptr) co_return std::unexpected(failure_of(reply));
  const Later<bool> followed = parts.directory.reached(leaf->index + 1);
  co_await followed;
  co_return Outcome{};
}

Outcome tell_published(Parts& parts, OperationId operation, const GuidanceId& guidance) {
  const auto held = find_guidance(parts, to_hex(guidance.view()));
  if (!held) return std::unexpected(held.error());
  parts.turn.tell(operation, GuidancePublished{line_of(parts, *held)});
  return {};
}

// What an earlier try under the same id has come to; nullopt when it has to be published still.
Task<std::optional<Outcome>> finish_earlier(Parts& parts, OperationId operation, GuidanceId guidance) {
  if (const auto waiting = parts.outbox.find(guidance)) {
    const Later<Outbox::Placing> placed = parts.outbox.until_placed(*waiting);
    const Outbox::Placing placing = co_await placed;
    if (!placing) co_return Outcome{std::unexpected(placing.error())};
  }
  if (!parts.profile.get(places::guidance(guidance))) co_return std::nullopt;
  co_return tell_published(parts, operation, guidance);
}

}  // namespace

Task<Outcome> publish_guidance(Parts& parts, OperationId operation, PublishGuidance command) {
  const auto found = parts.channels.find_open(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const storage::ChannelPolicy& policy = (*found)->record.policy;
  const ChannelId id = (*found)->id();
  const identity::Directory& directory = parts.directory.directory();
  const bool permitted =
      policy.kind == storage::ChannelKind::guidance &&
      storage::may(policy, directory, parts.own->device().device, directory.size(), storage::Action::write).has_value();
  if (!permitted) co_return failure(Fault::not_permitted, command.channel);
  const Outcome checked = check_command(command, parts.turn.now());
  if (!checked) co_return checked;

  if (command.id) {
    auto finishing = finish_earlier(parts, operation, *command.id);
    const std::optional<Outcome> earlier = co_await finishing;
    if (earlier) co_return *earlier;
  }

  Draft draft = begin_draft(parts, id, command);
  for (const GuidanceFile& file : command.files) {
    auto uploading = upload_file(parts, operation, id, file.name, file.source, command.guard_reason);
    const Uploaded uploaded = co_await uploading;
    if (!uploaded) co_return std::unexpected(uploaded.error());
    add_file(draft, file.name, *uploaded);
  }
  const Bytes encoded = encode(draft.manifest);
  if (encoded.size() > extension_bytes_max - 8) co_return failure(Fault::too_large);
  const GuidanceId guidance = draft.manifest.guidance;

  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  auto announcing = announce(parts, id, guidance, manifest_hash(encoded));
  const Outcome announced = co_await announcing;
  if (!announced) co_return announced;

  for (const GuidanceFile& file : command.files) forget_upload(parts, id, file.name);
  Content content = content_of(parts, draft, encoded, command.guard_reason);
  auto posting = post(parts, operation, id, std::move(content), draft.blobs, guidance);
  const Outcome posted = co_await posting;
  if (!posted) co_return posted;
  co_return tell_published(parts, operation, guidance);
}

Outcome list_guidance(Parts& parts, OperationId operation) {
  for (const Held& held : all_held(parts)) parts.turn.tell(operation, line_of(parts, held));
  return {};
}

std::size_t list_guidance_due(Parts& parts, OperationId operation) {
  std::size_t due = 0;
  for (const Held& held : all_held(parts)) {
    const auto& deadline = held.manifest.acknowledge_by;
    if (!deadline || *deadline <= parts.turn.now()) continue;
    parts.turn.tell(operation, line_of(parts, held));
    ++due;
  }
  return due;
}

Task<Outcome> show_guidance(Parts& parts, OperationId operation, ShowGuidance command) {
  const auto held = find_guidance(parts, command.id);
  if (!held) co_return std::unexpected(held.error());
  const GuidanceId id = held->manifest.guidance;
  parts.turn.tell(operation, line_of(parts, *held));
  for (const NestedPart& part : held->parts) {
    if (const auto* single = std::get_if<SinglePart>(&part.body)) {
      const GuidanceText text{part.language, std::string{text_of(single->content)}};
      parts.turn.tell(operation, GuidanceTextLine{id, text});
      if (command.folder == nullptr) continue;
      const Outcome saved = save_text(*command.folder, text);
      if (!saved) co_return saved;
    } else if (const auto* external = std::get_if<ExternalPart>(&part.body)) {
      auto reference = reference_of(*external);
      if (!reference) co_return failure(Fault::damaged);
      const auto file = std::make_shared<const FileReference>(std::move(*reference));
      parts.turn.tell(operation, GuidanceFileLine{id, file->name, file->bytes, file->sha256});
      if (command.folder == nullptr) continue;
      const std::shared_ptr<DocumentSink> sink = command.folder->create(file->name);
      if (sink == nullptr) co_return failure(Fault::unwritable, file->name);
      auto downloading = download_file(parts, operation, held->manifest.channel, file, sink);
      const Outcome saved = co_await downloading;
      if (!saved) co_return saved;
    }
  }
  mark_message_read(parts, held->manifest.channel, held->seq);
  co_return Outcome{};
}

bool receive_guidance(Parts& parts, const Channel& channel, const storage::Entry& entry,
                      const protocol::AuthenticatedData& data, const Content& content) {
  const auto encoded = content.extension_bytes(extension_guidance);
  if (!encoded) return !data.guidance;
  const auto manifest = parse_guidance_manifest(*encoded);
  if (!manifest || channel.record.policy.kind != storage::ChannelKind::guidance) return false;
  const identity::GuidanceRecord* leaf = parts.directory.directory().guidance(manifest->guidance);
  const bool announced = leaf != nullptr && leaf->place < entry.directory_size &&
                         leaf->guidance.channel == channel.id() &&
                         leaf->guidance.notice_hash == manifest_hash(*encoded);
  if (!announced || manifest->channel != channel.id() || data.guidance != manifest->guidance ||
      !agrees(*manifest, parts_of(content), data)) {
    return false;
  }
  if (parts.profile.get(places::guidance(manifest->guidance))) return false;  // one publication, one entry
  Writer index;
  index.fixed(channel.id().view());
  index.u64(entry.seq);
  parts.profile.put(places::guidance(manifest->guidance), index.view());
  return true;
}

}  // namespace samband::client

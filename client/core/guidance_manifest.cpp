#include "client/core/guidance.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/name.h"
#include "crypto/suite/signing.h"

namespace samband::client {

Bytes encode(const GuidanceManifest& manifest) {
  Writer out;
  out.u8(GuidanceManifest::version);
  out.fixed(manifest.guidance.view());
  out.fixed(manifest.channel.view());
  out.fixed(manifest.salt.view());
  out.bytes(view_of(manifest.title));
  out.presence(manifest.acknowledge_by.has_value());
  if (manifest.acknowledge_by) out.u64(manifest.acknowledge_by->ms);
  out.vector([&](Writer& list) {
    for (const GuidanceManifest::Text& text : manifest.texts) {
      list.bytes(view_of(text.language));
      list.fixed(text.sha256.view());
    }
  });
  out.vector([&](Writer& list) {
    for (const GuidanceManifest::File& file : manifest.files) {
      list.bytes(view_of(file.name));
      list.u64(file.bytes);
      list.fixed(file.sha256.view());
    }
  });
  return out.take();
}

std::expected<GuidanceManifest, ParseError> parse_guidance_manifest(BytesView wire) {
  Reader in{wire};
  if (in.u8() != GuidanceManifest::version) in.fail(ParseError::unknown_value);
  GuidanceManifest manifest;
  manifest.guidance = in.id<GuidanceId>();
  manifest.channel = in.id<ChannelId>();
  manifest.salt = in.id<Hash>();
  manifest.title = identity::read_name(in);
  if (in.presence()) manifest.acknowledge_by = WallTime{in.u64()};
  Reader texts = in.vector(extension_bytes_max);
  while (!texts.at_end()) {
    GuidanceManifest::Text text;
    text.language = std::string{text_of(texts.bytes(guidance_language_bytes_max))};
    text.sha256 = texts.id<Hash>();
    manifest.texts.push_back(std::move(text));
  }
  in.join(texts);
  Reader files = in.vector(extension_bytes_max);
  while (!files.at_end()) {
    GuidanceManifest::File file;
    file.name = std::string{text_of(files.bytes(file_name_bytes_max))};
    file.bytes = files.u64();
    file.sha256 = files.id<Hash>();
    manifest.files.push_back(std::move(file));
  }
  in.join(files);
  if (manifest.texts.size() > guidance_texts_max || manifest.files.size() > guidance_files_max) {
    in.fail(ParseError::too_long);
  }
  if (auto error = in.finish()) return std::unexpected(*error);
  return manifest;
}

Hash manifest_hash(BytesView encoded) {
  return hash_statement("guidance manifest", encoded);
}

}  // namespace samband::client

#include "client/edge/guidance_files.h"

#include <algorithm>
#include <vector>

#include "client/edge/files.h"
#include "client/edge/text_form.h"

namespace samband::client {
namespace {

// The first line that starts with "# ".
std::optional<std::string> heading_of(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("# ") && line.size() > 2) return std::string{line.substr(2)};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

std::expected<std::vector<std::filesystem::path>, GuidanceFolderError> files_of(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return std::vector{path};
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry{path, error}, end; !error && entry != end; entry.increment(error)) {
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && entry->is_regular_file(error)) files.push_back(entry->path());
  }
  if (error) return std::unexpected(GuidanceFolderError::unreadable);
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::optional<std::string> text_language_of(std::string_view file_name) {
  for (const std::string_view ending : {".md", ".txt"}) {
    if (!file_name.ends_with(ending)) continue;
    file_name.remove_suffix(ending.size());
    for (const std::string_view language : {"nb", "nn", "en"}) {
      if (file_name.ends_with(language) && file_name.size() > 3 && file_name[file_name.size() - 3] == '.') {
        return std::string{language};
      }
    }
    return ending == ".md" ? std::optional<std::string>{""} : std::nullopt;
  }
  return std::nullopt;
}

bool add_guidance_file(PublishGuidance& publish, const std::string& name, std::shared_ptr<DocumentSource> source) {
  const auto language = text_language_of(name);
  if (!language) {
    publish.files.push_back({name, std::move(source)});
    return true;
  }
  if (source->size() > guidance_text_bytes_max) return false;
  const auto content = source->read(0, static_cast<std::size_t>(source->size()));
  if (!content) return false;
  const auto text = to_nfc(text_of(*content));
  if (!text) return false;
  if (publish.title.empty()) publish.title = heading_of(*text).value_or("");
  publish.texts.push_back({*language, *text});
  return true;
}

std::expected<PublishGuidance, GuidanceFolderError> read_guidance(const std::filesystem::path& path,
                                                                  const std::string& channel) {
  const auto files = files_of(path);
  if (!files) return std::unexpected(files.error());
  if (files->empty()) return std::unexpected(GuidanceFolderError::empty);
  PublishGuidance publish;
  publish.channel = channel;
  for (const auto& file : *files) {
    auto source = open_source(file);
    const auto name = to_nfc(file.filename().string());
    if (!source || !name || !add_guidance_file(publish, *name, std::move(*source))) {
      return std::unexpected(GuidanceFolderError::unreadable);
    }
  }
  if (publish.title.empty()) publish.title = to_nfc(path.stem().string()).value_or("");
  return publish;
}

}  // namespace samband::client

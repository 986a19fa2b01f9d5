#include <algorithm>

#include "client/core/content/content.h"

namespace samband::client {
namespace {

constexpr const char* plain_text = "text/plain;charset=utf-8";
constexpr const char* markdown = "text/markdown;variant=GFM-MIMI";

NestedPart text_part(Disposition disposition, std::string_view media_type, std::string_view text,
                     std::string_view language) {
  return {disposition, std::string{language}, SinglePart{std::string{media_type}, copy_of(view_of(text))}};
}

std::optional<std::string> text_of_part(const NestedPart& part, const std::vector<std::string>& languages);

// The part in the earliest of the reader's languages; without one, the first that has text.
std::optional<std::string> text_of_choice(const MultiPart& multi, const std::vector<std::string>& languages) {
  for (const std::string& language : languages) {
    const auto found = std::ranges::find(multi.parts, language, &NestedPart::language);
    if (found == multi.parts.end()) continue;
    if (auto text = text_of_part(*found, languages)) return text;
  }
  for (const NestedPart& part : multi.parts) {
    if (auto text = text_of_part(part, languages)) return text;
  }
  return std::nullopt;
}

std::optional<std::string> text_of_part(const NestedPart& part, const std::vector<std::string>& languages) {
  if (const auto* single = std::get_if<SinglePart>(&part.body)) {
    if (!single->content_type.starts_with("text/")) return std::nullopt;
    return std::string{text_of(single->content)};
  }
  if (const auto* multi = std::get_if<MultiPart>(&part.body)) {
    if (multi->semantics == PartSemantics::choose_one) return text_of_choice(*multi, languages);
    for (const NestedPart& inner : multi->parts) {
      if (auto text = text_of_part(inner, languages)) return text;
    }
  }
  return std::nullopt;
}

}  // namespace

Content text_message(const MessageSalt& salt, std::string_view text, std::string_view language) {
  Content content;
  content.salt = salt;
  content.body = text_part(Disposition::render, markdown, text, language);
  return content;
}

Content reply(const MessageSalt& salt, const MessageId& to, std::string_view text, std::string_view language) {
  Content content = text_message(salt, text, language);
  content.in_reply_to = to;
  return content;
}

Content edit(const MessageSalt& salt, const MessageId& original, std::string_view text, std::string_view language) {
  Content content = text_message(salt, text, language);
  content.replaces = original;
  return content;
}

Content deletion(const MessageSalt& salt, const MessageId& original) {
  Content content;
  content.salt = salt;
  content.replaces = original;
  return content;
}

Content reaction(const MessageSalt& salt, const MessageId& to, std::string_view emoji) {
  Content content;
  content.salt = salt;
  content.in_reply_to = to;
  content.body = text_part(Disposition::reaction, plain_text, emoji, "");
  return content;
}

std::optional<std::string> text_of_content(const Content& content, const std::vector<std::string>& languages) {
  return text_of_part(content.body, languages);
}

}  // namespace samband::client

// What a message says: whatever parses is written again as it was, and so are the extensions that samband reads.
#include "client/core/content/content.h"
#include "crypto/codec/fuzzing.h"

namespace {

using namespace samband;
using namespace samband::client;

// What is read out of an extension and put back leaves the content as it was.
void check_extensions(const Content& content) {
  Content same = content;
  for (const std::int64_t name : {extension_tree_head, extension_document, extension_guidance}) {
    if (const auto value = content.extension_bytes(name)) same.set_extension_bytes(name, *value);
  }
  if (const auto reason = content.extension_text(extension_guard_reason)) {
    same.set_extension_text(extension_guard_reason, *reason);
  }
  if (const auto head = channel_head_of(content)) set_channel_head(same, *head);
  fuzzing::expect(encode(same) == encode(content));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, parse_content);
  if (const auto content = parse_content(wire)) {
    check_extensions(*content);
    (void)text_of_content(*content, {"nb", "nn", "en"});
  }
  return 0;
}

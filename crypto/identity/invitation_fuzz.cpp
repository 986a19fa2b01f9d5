// An invitation's text; and, so that the fuzzer gets past the checksum, the content that it is computed over.
#include "crypto/codec/fuzzing.h"
#include "crypto/codec/hex.h"
#include "crypto/identity/invitation.h"
#include "crypto/suite/signing.h"

namespace {

using namespace samband;
using fuzzing::expect;

// People may type a code in more than one way; it is printed in one.
void check_typed(std::string_view code) {
  const auto parsed = identity::parse_invitation(code);
  if (!parsed) return;
  const std::string printed = identity::invitation_text(*parsed);
  const auto again = identity::parse_invitation(printed);
  expect(again.has_value() && identity::invitation_text(*again) == printed);
}

void check_content(BytesView content) {
  const Hash hash = sha256(content);
  const std::string code =
      std::string{identity::invitation_prefix} + to_base64url(concat({content, hash.view().first(4)}));
  if (const auto parsed = identity::parse_invitation(code)) expect(identity::invitation_text(*parsed) == code);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_typed(text_of({data, size}));
  check_content({data, size});
  return 0;
}

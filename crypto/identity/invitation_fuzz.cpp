// An invitation's text; and, so that the fuzzer gets past the checksum, the content that it is computed over.
#include <cstdlib>

#include "crypto/codec/hex.h"
#include "crypto/identity/invitation.h"
#include "crypto/suite/signing.h"

namespace {

using namespace samband;

void check(const std::string& code) {
  const auto parsed = identity::parse_invitation(code);
  if (!parsed) return;
  const std::string again = identity::invitation_text(*parsed);
  const auto reparsed = identity::parse_invitation(again);
  if (!reparsed || identity::invitation_text(*reparsed) != again) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(std::string{text_of({data, size})});
  const Bytes content = copy_of({data, size});
  const Hash hash = sha256(content);
  const std::string code =
      std::string{identity::invitation_prefix} + to_base64url(concat({content, hash.view().first(4)}));
  check(code);
  if (const auto parsed = identity::parse_invitation(code)) {
    if (identity::invitation_text(*parsed) != code) std::abort();
  }
  return 0;
}

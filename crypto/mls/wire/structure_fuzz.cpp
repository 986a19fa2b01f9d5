// Every other structure: the first byte chooses one; it is parsed, encoded and compared.
#include <cstdlib>

#include "crypto/mls/wire/message.h"
#include "crypto/mls/wire/node.h"

namespace samband::mls {
namespace {

template <class T>
void check(std::expected<T, ParseError> (*parse)(BytesView), BytesView wire) {
  const auto value = parse(wire);
  if (value && !equal(encode(*value), wire)) std::abort();
}

void check_content(BytesView wire, ContentType type) {
  const auto content = parse_private_message_content(wire, type);
  if (content && !equal(encode(*content), wire)) std::abort();
}

void check_chosen(unsigned choice, BytesView wire) {
  switch (choice) {
    case 0: return check(parse_leaf_node, wire);
    case 1: return check(parse_key_package, wire);
    case 2: return check(parse_proposal, wire);
    case 3: return check(parse_commit, wire);
    case 4: return check(parse_update_path, wire);
    case 5: return check(parse_group_context, wire);
    case 6: return check(parse_group_info, wire);
    case 7: return check(parse_welcome, wire);
    case 8: return check(parse_authenticated_content, wire);
    case 9: return check(parse_sender_data, wire);
    case 10: return check(parse_credential, wire);
    case 11: return check(parse_pre_shared_key_id, wire);
    case 12: return check(parse_required_capabilities, wire);
    case 13: return check(parse_external_pub, wire);
    case 14: return check_content(wire, ContentType::application);
    case 15: return check_content(wire, ContentType::proposal);
    case 16: return check_content(wire, ContentType::commit);
    case 17:
      if (const auto nodes = parse_ratchet_tree(wire); nodes && !equal(encode_ratchet_tree(*nodes), wire)) std::abort();
      return;
    case 18:
      if (const auto secrets = parse_group_secrets(wire);
          secrets && !equal(encode_group_secrets(*secrets).view(), wire)) {
        std::abort();
      }
      return;
    case 19:
      if (const auto senders = parse_external_senders(wire);
          senders && !equal(encode_external_senders(*senders), wire)) {
        std::abort();
      }
      return;
    default: return;
  }
}

}  // namespace
}  // namespace samband::mls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) samband::mls::check_chosen(data[0], {data + 1, size - 1});
  return 0;
}

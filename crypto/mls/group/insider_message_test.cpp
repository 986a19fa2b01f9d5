// Messages that only somebody with the epoch's secrets could make, and no honest member would.
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"
#include "crypto/mls/wire/message.h"

namespace samband::mls {
namespace {

// What a member has on disk, as group_storage.cpp describes it.
SecretBytes sender_data_secret_of(const Group& group) {
  const SecretBytes stored = group.encode_group();
  Reader in{stored.view()};
  in.u16();
  in.u8();
  in.u16();  // no own Update waits
  in.u16();  // no proposal is disregarded
  in.bytes(vector_bytes_max);
  std::ignore = PrivatePath::read(in);
  return SecretBytes{in.bytes(hash_bytes_max)};
}

// An application message whose sender data names `leaf`; its content opens for nobody.
Bytes message_naming(const Group& group, LeafIndex leaf) {
  const CipherSuite suite = group.public_group().suite();
  PrivateMessage message{.group_id = group.context().group_id,
                         .epoch = group.epoch(),
                         .content_type = ContentType::application,
                         .authenticated_data = {},
                         .encrypted_sender_data = {},
                         .ciphertext = Bytes(100, 1)};
  const SecretBytes secret = sender_data_secret_of(group);
  const MessageKey key = derive_sender_data_key(suite, secret.view(), message.ciphertext);
  message.encrypted_sender_data = suite.seal(key.key.view(), key.nonce.view(), sender_data_aad(message),
                                             encode(SenderData{leaf, Generation{0}, {}}));
  return encode_mls_message(message);
}

TEST_F(GroupOfThree, RefusesAMessageThatNamesALeafNobodyHas) {
  EXPECT_EQ(village.hear(bjorn, message_naming(*anna.group, anna.leaf())).error(), MessageError::decryption_failed);
  for (const std::uint32_t nobody : {3U, 4U, 0xffff'ffffU}) {
    EXPECT_EQ(village.hear(bjorn, message_naming(*anna.group, LeafIndex{nobody})).error(),
              MessageError::unknown_sender);
  }
}

TEST_F(GroupOfThree, RefusesAnotherKindOfContentWhereApplicationDataIsRead) {
  auto message = std::get<PrivateMessage>(parse_mls_message(village.speak(anna, "ord")).value());
  message.content_type = ContentType::proposal;
  EXPECT_EQ(village.hear(bjorn, encode_mls_message(message)).error(), MessageError::wrong_kind);
}

}  // namespace
}  // namespace samband::mls

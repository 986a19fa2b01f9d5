// The records of a profile: what parses is written again as it was; and a profile that holds the input at some place
// opens or is found damaged.
#include "client/core/channel_record.h"
#include "client/core/guidance.h"
#include "client/core/message_record.h"
#include "client/core/own.h"
#include "client/core/places.h"
#include "crypto/codec/fuzzing.h"
#include "crypto/suite/signing.h"
#include "storage/memory/memory_store.h"

namespace {

using namespace samband;
using namespace samband::client;
using fuzzing::expect;
using fuzzing::expect_one_encoding;

void check_records(BytesView wire) {
  expect_one_encoding(wire, parse_own);
  expect_one_encoding(wire, parse_channel_record);
  expect_one_encoding(wire, parse_message_record);
  expect_one_encoding(wire, parse_outbox_item);
  expect_one_encoding(wire, parse_guidance_manifest);
}

SecretBytes own_record() {
  Own own;
  own.enrolled = true;
  own.server = {.name = "samband.example", .port = 443, .spki_pin = {}};
  own.signature_key = ed25519_key_pair(Bytes(ed25519_private_key_bytes, 7));
  own.certificate.body.staff_name = "Anna";
  own.certificate.body.device_label = "laptop";
  return encode(own);
}

// A channel's group is read where the channel has a record.
Bytes channel_record() {
  ChannelRecord record;
  record.policy.name = "Utskrivning";
  record.policy.items.push_back({{}, {}, storage::Role::moderator, storage::AllStaff{}});
  return encode(record);
}

// What `Client::open` reads, each at a place of its own.
Place place_of(unsigned choice) {
  static const ChannelId channel;
  switch (choice % 11) {
    case 0: return places::own();
    case 1: return places::counters();
    case 2: return places::request(1, 7);
    case 3: return places::tree_head();
    case 4: return places::leaf(0);
    case 5: return places::channel(channel);
    case 6: return places::group(channel);
    case 7: return places::secret_tree_node(channel, 0);
    case 8: return places::pending(channel);
    case 10: return places::parting(channel);
    default: return places::outbox_item(1);
  }
}

// Whether it opens a second time as it did the first.
void check_opening(unsigned choice, BytesView value) {
  static const SecretBytes store_key{BytesView{Bytes(storage::store_key_bytes, 9)}};
  static const SecretBytes own = own_record();
  static const Bytes channel = channel_record();
  SeededRandom random{1};
  storage::MemoryStore disk{storage::profile_store::layout()};
  storage::SealedStore store{disk, store_key, random};
  storage::SealedBatch batch = store.batch();
  batch.put(places::own(), own.view());
  batch.put(places::channel({}), channel);
  batch.put(place_of(choice), value);
  expect(store.write(batch, storage::Durability::synced).has_value());
  const auto opened = Client::open(store, random);
  expect(opened || opened.error() == OpenError::damaged);
  expect(Client::open(store, random).has_value() == opened.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const BytesView wire{data + 1, size - 1};
  check_records(wire);
  check_opening(data[0], wire);
  return 0;
}

#include "storage/model/profile_layout.h"

namespace samband::storage::profile_store {

StoreLayout layout() {
  return {
      .kind = "samband profile",
      .format = 2,
      .families = {"identity", "groups", "channels", "entries", "content", "outbox", "directory", "documents",
                   "settings", "trust"},
  };
}

Place named(Family family, std::string_view name) {
  return {family, copy_of(view_of(name)), {}};
}

Place of_channel(Family family, const ChannelId& channel, std::uint8_t part) {
  return {family, copy_of(channel.view()), KeyWriter{}.u8(part).take()};
}

Place of_entry(Family family, const ChannelId& channel, std::uint64_t seq) {
  return {family, copy_of(channel.view()), KeyWriter{}.u64(seq).take()};
}

Place numbered(Family family, std::uint64_t n) {
  return {family, {}, KeyWriter{}.u64(n).take()};
}

Place of_document(const ChannelId& channel, const DocumentId& document, std::uint64_t version) {
  return {documents, KeyWriter{}.id(channel).id(document).take(), KeyWriter{}.u64(version).take()};
}

Place document_list(const ChannelId& channel, std::uint64_t n) {
  return {documents, copy_of(channel.view()), KeyWriter{}.u64(n).take()};
}

Place of_partner(const PartnerId& partner) {
  return {trust, copy_of(partner.view()), {}};
}

PlaceRange numbers(const Place& first, std::uint64_t until) {
  return {first.family, first.scope, {.from = first.order, .until = KeyWriter{}.u64(until).take()}};
}

PlaceRange numbers_from(const Place& first) {
  return {first.family, first.scope, {.from = first.order, .until = {}}};
}

}  // namespace samband::storage::profile_store

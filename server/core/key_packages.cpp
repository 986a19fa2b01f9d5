#include "server/core/key_packages.h"

#include <limits>
#include <set>

#include "crypto/mls/wire/message.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

struct Kept {
  Bytes key;
  storage::KeyPackageRecord record;
};

// Single-use ones first, the oldest first; what is out of date is removed on the way.
std::vector<Kept> kept_by(Turn& turn, const DeviceId& device) {
  std::vector<Kept> kept;
  std::vector<Bytes> expired;
  turn.main.scan(layout::key_packages, layout::key_packages_of(device), std::numeric_limits<std::size_t>::max(),
                 [&](BytesView key, BytesView value) {
                   auto record = storage::parse_key_package_record(value);
                   if (record && record->not_after > turn.at) {
                     kept.push_back({copy_of(key), std::move(*record)});
                   } else {
                     expired.push_back(copy_of(key));
                   }
                   return storage::Visit::more;
                 });
  for (Bytes& key : expired) turn.main.remove(layout::key_packages, std::move(key));
  return kept;
}

std::expected<storage::KeyPackageRecord, protocol::Refused> verify(const Turn& turn,
                                                                   const identity::Directory& directory,
                                                                   const DeviceId& from, const Bytes& message,
                                                                   bool last_resort) {
  if (message.size() > turn.limits.key_package_bytes_max) return refuse(Status::too_large, "a KeyPackage");
  const auto parsed = mls::parse_mls_message(message);
  const auto* key_package = parsed ? std::get_if<mls::KeyPackage>(&*parsed) : nullptr;
  if (key_package == nullptr) return refuse(Status::invalid, "not a KeyPackage");
  const mls::LeafNode& leaf = key_package->leaf_node;
  if (protocol::device_of(&leaf) != from) return refuse(Status::invalid, "the KeyPackage of another device");

  const mls::LeafRequirements requirements = protocol::key_package_requirements(turn.at);
  const protocol::DirectoryAuthentication authentication{directory, directory.size(), turn.at};
  if (!mls::verify_key_package(*key_package, requirements, authentication)) {
    return refuse(Status::invalid, "a KeyPackage does not verify");
  }
  if (!protocol::is_lifetime_permitted(leaf)) return refuse(Status::invalid, "a KeyPackage lives too long");
  const bool is_marked = mls::find_extension(key_package->extensions, protocol::last_resort_extension) != nullptr;
  if (is_marked != last_resort) return refuse(Status::invalid, "the mark of a last resort");

  const auto reference = Hash::of(mls::make_key_package_ref(*key_package, requirements.suite));
  if (!reference) return refuse(Status::invalid);
  const std::uint64_t not_after_s = std::get<mls::KeyPackageSource>(leaf.source).lifetime.not_after;
  return storage::KeyPackageRecord{.reference = *reference,
                                   .not_after = WallTime{not_after_s * 1000},
                                   .last_resort = last_resort,
                                   .key_package = message};
}

}  // namespace

Outcome publish_key_packages(Turn& turn, const identity::Directory& directory, const DeviceId& from,
                             const protocol::PublishKeyPackages& request) {
  const std::vector<Kept> kept = kept_by(turn, from);
  std::set<Hash> references;
  std::size_t single_use = 0;
  for (const Kept& each : kept) {
    references.insert(each.record.reference);
    if (!each.record.last_resort) ++single_use;
  }
  if (single_use + request.key_packages.size() > turn.limits.key_packages_per_device_max) {
    return refuse(Status::too_many, "KeyPackages");
  }
  std::vector<storage::KeyPackageRecord> records;
  const auto take = [&](const Bytes& message, bool last_resort) -> std::optional<protocol::Refused> {
    auto record = verify(turn, directory, from, message, last_resort);
    if (!record) return record.error();
    if (!references.insert(record->reference).second) return protocol::Refused{Status::conflict, "a KeyPackage twice"};
    records.push_back(std::move(*record));
    return std::nullopt;
  };
  for (const Bytes& message : request.key_packages) {
    if (auto refused = take(message, false)) return std::unexpected(std::move(*refused));
  }
  if (request.last_resort) {
    if (auto refused = take(*request.last_resort, true)) return std::unexpected(std::move(*refused));
  }

  // Numbered by the turn, so that a number never comes back and the oldest goes first. The last resort has one place.
  std::uint64_t n = turn.number << 16U;
  for (const storage::KeyPackageRecord& record : records) {
    turn.main.put(layout::key_packages, layout::key_package_key(from, record.last_resort, record.last_resort ? 0 : n++),
                  storage::encode(record));
  }
  return protocol::Done{};
}

protocol::ReservedKeyPackages reserve_key_packages(Turn& turn, const std::vector<DeviceId>& devices) {
  protocol::ReservedKeyPackages reserved;
  for (const DeviceId& device : devices) {
    std::vector<Kept> kept = kept_by(turn, device);
    if (kept.empty()) continue;
    Kept& first = kept.front();
    reserved.key_packages.push_back({device, std::move(first.record.key_package)});
    if (!first.record.last_resort) turn.main.remove(layout::key_packages, std::move(first.key));
  }
  return reserved;
}

}  // namespace samband::server

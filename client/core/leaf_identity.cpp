#include "client/core/leaf_identity.h"

#include "client/core/places.h"
#include "crypto/mls/wire/message.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {

namespace {

constexpr std::uint64_t clock_slack_seconds = 60ULL * 60;

struct Kept {
  std::size_t single_use = 0;
  bool last_resort = false;
};

const mls::Lifetime* lifetime_of(const mls::KeyPackageBundle& bundle) {
  const auto* source = std::get_if<mls::KeyPackageSource>(&bundle.key_package.leaf_node.source);
  return source == nullptr ? nullptr : &source->lifetime;
}

// Counts what is left, and forgets what has expired.
Kept take_stock(Parts& parts) {
  Kept kept;
  const std::uint64_t now = parts.turn.now().ms / 1000;
  std::vector<Place> expired;
  parts.profile.scan(places::key_packages(), [&](BytesView order, BytesView value) {
    const auto bundle = mls::KeyPackageBundle::parse(value);
    const mls::Lifetime* lifetime = bundle ? lifetime_of(*bundle) : nullptr;
    if (lifetime == nullptr || lifetime->not_after < now) {
      expired.push_back(places::key_package_at(order));
    } else if (!bundle->is_last_resort()) {
      ++kept.single_use;
    } else if (lifetime->not_before + key_package_renewal_seconds > now) {
      kept.last_resort = true;
    }
    return true;
  });
  for (const Place& place : expired) parts.profile.remove(place);
  return kept;
}

Bytes make_one(Parts& parts, CipherSuite suite, bool last_resort) {
  const mls::LeafIdentity identity = leaf_identity(*parts.own);
  const mls::KeyPackageBundle bundle =
      mls::make_key_package(suite, identity, parts.own->signature_key,
                            {.lifetime = lifetime_from(parts.turn.now()), .last_resort = last_resort}, parts.random);
  const Bytes reference = mls::make_key_package_ref(bundle.key_package, suite);
  parts.profile.put(places::key_package(reference), bundle.encode());
  return mls::encode_mls_message(bundle.key_package);
}

}  // namespace

mls::LeafIdentity leaf_identity(const Own& own) {
  return {.credential = mls::BasicCredential{identity::encode(own.certificate)},
          .capabilities = protocol::leaf_capabilities(),
          .extensions = {}};
}

mls::Lifetime lifetime_from(WallTime now) {
  const std::uint64_t seconds = now.ms / 1000;
  return {.not_before = seconds - clock_slack_seconds, .not_after = seconds + key_package_lifetime_seconds};
}

Task<bool> refill_key_packages(Parts& parts) {
  const Kept kept = take_stock(parts);
  if (kept.single_use >= key_packages_refill_below && kept.last_resort) co_return true;
  const auto suite = CipherSuite::of(samband_suite);
  SAMBAND_CHECK(suite.has_value());
  protocol::PublishKeyPackages request;
  for (std::size_t i = kept.single_use; i < key_packages_kept; ++i) {
    request.key_packages.push_back(make_one(parts, *suite, false));
  }
  if (!kept.last_resort) request.last_resort = make_one(parts, *suite, true);
  const Later<protocol::ReplyBody> answer = parts.session.submit(std::move(request));
  const protocol::ReplyBody reply = co_await answer;
  const bool accepted = !std::holds_alternative<protocol::Refused>(reply);
  if (!accepted) parts.turn.log("the server did not take the key packages");
  co_return accepted;
}

std::optional<mls::KeyPackageBundle> find_key_package(Parts& parts, BytesView reference) {
  const auto kept = parts.profile.get(places::key_package(reference));
  if (!kept) return std::nullopt;
  auto bundle = mls::KeyPackageBundle::parse(kept->view());
  if (!bundle) return std::nullopt;
  return std::move(*bundle);
}

void use_up_key_package(Parts& parts, BytesView reference, const mls::KeyPackageBundle& bundle) {
  if (!bundle.is_last_resort()) parts.profile.remove(places::key_package(reference));
}

}  // namespace samband::client

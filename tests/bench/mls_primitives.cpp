#include "tests/bench/mls_primitives.h"

#include <algorithm>
#include <bit>

#include "tests/bench/must.h"
#include "tests/bench/timing.h"

namespace samband::bench {
namespace {

constexpr std::size_t slow_repeats = 40;    // public-key operations
constexpr std::size_t fast_repeats = 1000;  // hashes and ciphers

constexpr std::size_t message_bytes = 1024;
constexpr std::size_t short_bytes = 64;
constexpr std::size_t context_bytes = 160;  // an encoded GroupContext

// TreeHashInput: NodeType, presence, and two hashes with their headers.
constexpr std::size_t hash_field_bytes = 1 + 32;  // a hash or a key with its length in front
constexpr std::size_t blank_leaf_bytes = 1 + 4 + 1;
constexpr std::size_t blank_parent_bytes = 1 + 1 + 2 * hash_field_bytes;
// A parent node adds its key, its parent hash and an empty list of unmerged leaves.
constexpr std::size_t parent_bytes = blank_parent_bytes + 2 * hash_field_bytes + 1;

// What `call` returns is thrown away: the suite is another translation unit, so nothing is optimised away with it.
template <class Call>
double repeat(std::size_t repeats, const Call& call) {
  return cpu_seconds_of([&] { static_cast<void>(call()); }, repeats);
}

double hash_cost(const CipherSuite& suite, std::size_t size) {
  const Bytes input(size, 0x5A);
  return repeat(fast_repeats, [&] { return suite.hash(input); });
}

void measure_public_keys(Primitives& out, Surroundings& with, const Bytes& leaf) {
  const CipherSuite suite = with.suite;
  const KeyPair signer = suite.generate_signature_key_pair(with.random);
  const auto sign = [&] { return suite.sign_with_label(signer.private_key.view(), "LeafNodeTBS", leaf); };
  const Bytes signature = sign();
  out.sign = repeat(slow_repeats, sign);
  out.verify =
      repeat(slow_repeats, [&] { return suite.verify_with_label(signer.public_key, "LeafNodeTBS", leaf, signature); });

  const KeyPair receiver = suite.generate_kem_key_pair(with.random);
  const Bytes context(context_bytes, 0x5A);
  const Bytes secret(suite.hash_bytes(), 0x5A);
  const auto seal = [&] {
    return suite.encrypt_with_label(receiver.public_key, "UpdatePathNode", context, secret, with.random);
  };
  const HpkeCiphertext sealed = must(seal(), "HPKE refused a key of its own");
  out.hpke_seal = repeat(slow_repeats, seal);
  out.hpke_open = repeat(slow_repeats, [&] {
    return suite.decrypt_with_label(receiver.private_key.view(), receiver.public_key, "UpdatePathNode", context,
                                    sealed);
  });
  out.generate_kem_key = repeat(slow_repeats, [&] { return suite.generate_kem_key_pair(with.random); });
  out.derive_kem_key = repeat(slow_repeats, [&] { return suite.derive_kem_key_pair(secret); });
}

void measure_secret_keys(Primitives& out, const CipherSuite& suite) {
  const Bytes secret(suite.hash_bytes(), 0x5A);
  out.derive_secret = repeat(fast_repeats, [&] { return suite.derive_secret(secret, "path"); });
  out.extract = repeat(fast_repeats, [&] { return suite.extract(secret, secret); });
  out.mac = repeat(fast_repeats, [&] { return suite.mac(secret, secret); });

  const Bytes key(suite.aead_key_bytes(), 0x5A);
  const Bytes nonce(suite.aead_nonce_bytes(), 0x5A);
  const Bytes aad(short_bytes, 0x5A);
  const Bytes message(message_bytes, 0x5A);
  const Bytes brief(short_bytes, 0x5A);
  const Bytes sealed = suite.seal(key, nonce, aad, message);
  out.seal_message = repeat(fast_repeats, [&] { return suite.seal(key, nonce, aad, message); });
  out.open_message = repeat(fast_repeats, [&] { return suite.open(key, nonce, aad, sealed); });
  out.seal_short = repeat(fast_repeats, [&] { return suite.seal(key, nonce, aad, brief); });
}

// Long inputs are repeated less.
std::size_t repeats_of(std::size_t bytes) {
  return std::max<std::size_t>(2, slow_repeats * path_commit_bytes / std::max(bytes, path_commit_bytes));
}

void measure_commit(Primitives& out, Surroundings& with, std::size_t bytes) {
  const CipherSuite suite = with.suite;
  const KeyPair signer = suite.generate_signature_key_pair(with.random);
  const Bytes commit(bytes, 0x5A);
  const Bytes key(suite.hash_bytes(), 0x5A);
  const std::size_t repeats = repeats_of(bytes);
  const auto sign = [&] { return suite.sign_with_label(signer.private_key.view(), "FramedContentTBS", commit); };
  const Bytes signature = sign();
  out.sign_commit = repeat(repeats, sign);
  out.verify_commit = repeat(
      repeats, [&] { return suite.verify_with_label(signer.public_key, "FramedContentTBS", commit, signature); });
  out.mac_commit = repeat(repeats, [&] { return suite.mac(key, commit); });
  out.hash_commit = repeat(repeats, [&] { return suite.hash(commit); });
}

}  // namespace

Primitives Primitives::measure(Surroundings& with, std::size_t commit_bytes) {
  const mls::KeyPackage sample = with.new_key_package(with.new_device()).key_package;
  const Bytes leaf = mls::encode(sample.leaf_node);
  Primitives out;
  measure_public_keys(out, with, leaf);
  measure_secret_keys(out, with.suite);
  measure_commit(out, with, commit_bytes);
  out.hash_leaf = hash_cost(with.suite, leaf.size() + 6);
  out.hash_parent = hash_cost(with.suite, parent_bytes);
  out.hash_blank_leaf = hash_cost(with.suite, blank_leaf_bytes);
  out.hash_blank = hash_cost(with.suite, blank_parent_bytes);
  out.hash_key_package = hash_cost(with.suite, mls::encode(sample).size());
  return out;
}

std::size_t tree_depth(std::size_t members) {
  return static_cast<std::size_t>(std::bit_width(members - 1));
}

// §8: two extractions, then joiner and epoch secret and nine secrets of the epoch; the pair for external joiners is
// asked for by a GroupInfo only. The transcript's two hashes, the first over the Commit, and the confirmation tag
// belong to every epoch as well.
double Primitives::key_schedule() const {
  return 2 * extract + 11 * derive_secret + hash_commit + hash_parent + mac;
}

// §7.4: for each step of the path the next path secret, the node secret and the node's key pair.
double Primitives::path_secrets(std::size_t members) const {
  return static_cast<double>(tree_depth(members)) * (2 * derive_secret + derive_kem_key);
}

// §7.8, §7.9: the hashes of siblings are known, so one parent hash and one tree hash for each step, and the leaf.
double Primitives::path_hashes(std::size_t members) const {
  return static_cast<double>(tree_depth(members)) * 2 * hash_parent + hash_leaf;
}

// §9.1, §6.3.2: key, nonce and next secret of the sender's ratchet; key and nonce of the sender data.
double Primitives::message_keys() const {
  return 5 * derive_secret;
}

// §7.8: of all nodes of the full tree, when no parent has a key; what is blank is hashed too.
double Primitives::tree_hashes(std::size_t members) const {
  const std::size_t leaves = std::bit_ceil(members);
  return static_cast<double>(members) * hash_leaf + static_cast<double>(leaves - members) * hash_blank_leaf +
         static_cast<double>(leaves - 1) * hash_blank;
}

// A KeyPackage and its leaf are signed each; its Welcome is one HPKE seal that names it by a hash. Every leaf enters
// the tree hash. Signed by the committer: the Commit, and the GroupInfo in the Welcomes.
double Primitives::bulk_add(std::size_t members) const {
  const auto n = static_cast<double>(members);
  const double each = 2 * verify + hpke_seal + hash_key_package;
  return (n - 1) * each + tree_hashes(members) + sign + sign_commit + mac_commit + key_schedule() + seal_short;
}

// From outside: signatures, hashes and transcript.
double Primitives::follow_bulk_add(std::size_t members) const {
  const auto n = static_cast<double>(members);
  return (n - 1) * 2 * verify + tree_hashes(members) + verify_commit + hash_commit + hash_parent;
}

// §12.4.3.1: every leaf's signature and the GroupInfo's; the whole tree hash; the Welcome's two layers.
double Primitives::join_after_bulk_add(std::size_t members) const {
  const auto n = static_cast<double>(members);
  return (n + 1) * verify + tree_hashes(members) + hpke_open + seal_short + key_schedule();
}

// §12.4.1: a fresh leaf and path, one HPKE seal for each step of a full tree; signed: leaf and Commit. A
// GroupInfo for external joiners, which samband's server wants with each Commit, is the application's choice.
double Primitives::create_commit(std::size_t members) const {
  return generate_kem_key + path_secrets(members) + path_hashes(members) +
         static_cast<double>(tree_depth(members)) * hpke_seal + sign + sign_commit + mac_commit + key_schedule();
}

// With blank parents, every other member gets a seal of its own.
double Primitives::create_commit_after_bulk_add(std::size_t members) const {
  const auto others = static_cast<double>(members - 1);
  return create_commit(members) + (others - static_cast<double>(tree_depth(members))) * hpke_seal;
}

// §12.4.2, by the committer's neighbour, who derives the whole path: two signatures, one HPKE open.
double Primitives::process_commit(std::size_t members) const {
  return verify + verify_commit + hpke_open + path_secrets(members) + path_hashes(members) + key_schedule() +
         mac_commit;
}

// The same from outside: signatures, hashes and transcript.
double Primitives::follow_commit(std::size_t members) const {
  return verify + verify_commit + path_hashes(members) + hash_commit + hash_parent;
}

double Primitives::encrypt() const {
  return sign + seal_message + seal_short + message_keys();
}

double Primitives::decrypt() const {
  return verify + open_message + seal_short + message_keys();
}

std::size_t least_public_bytes_of_commit(const mls::PublicGroup& group, mls::LeafIndex committer) {
  const mls::RatchetTree& tree = group.tree();
  std::size_t bytes =
      mls::encode(group.context()).size() + hash_field_bytes + mls::encode(*tree.leaf(committer)).size();
  for (const mls::PathStep& step : tree.filtered_direct_path(committer)) {
    bytes += mls::encode(*tree.parent_node(step.node)).size();
  }
  return bytes;
}

std::size_t least_private_bytes(const CipherSuite& suite, std::size_t members) {
  constexpr std::size_t epoch_secrets = 9;
  return (tree_depth(members) + 1) * suite.kem_private_key_bytes() + epoch_secrets * suite.hash_bytes();
}

}  // namespace samband::bench

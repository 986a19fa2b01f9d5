// One MLS client with one identity, in at most one group at a time: what the commands of mls-peer do.
// Source: RFC 9420. Own Commits are merged at once: whoever drives the peer is the log, and gives them to the others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/mls/group/group.h"
#include "tests/interop/pre_shared_key_store.h"
#include "tests/interop/refusal.h"

namespace samband::interop {

struct CommitAndWelcome {
  Bytes commit;
  std::optional<Bytes> welcome;  // one for all who were added
};

// What became of a handshake message.
enum class Handled : std::uint8_t { proposal, commit, removed };

class Peer {
 public:
  explicit Peer(Bytes identity) : identity_{std::move(identity)} {}

  // --- entering a group; one that it was in is given up
  // An MLSMessage with a fresh KeyPackage. Its suite is that of the groups this peer creates from now on.
  [[nodiscard]] OrReason<Bytes> make_key_package(std::uint16_t suite);
  [[nodiscard]] OrReason<void> create(const Bytes& group_id, std::optional<std::uint16_t> suite);
  // `tree`: a ratchet_tree vector; nullopt when it is in the Welcome.
  [[nodiscard]] OrReason<void> join(BytesView welcome, const std::optional<Bytes>& tree);
  // The external Commit. Removes the leaf that has this peer's signature key, if there is one (resync).
  [[nodiscard]] OrReason<Bytes> join_external(BytesView group_info, const std::optional<Bytes>& tree);

  // --- changing it; each Commit takes up the proposals that wait
  [[nodiscard]] OrReason<CommitAndWelcome> add(BytesView key_package, mls::WireFormat format);
  [[nodiscard]] OrReason<CommitAndWelcome> remove(mls::LeafIndex leaf, mls::WireFormat format);
  [[nodiscard]] OrReason<CommitAndWelcome> update(mls::WireFormat format);
  // Injects the PSKs that wait, too.
  [[nodiscard]] OrReason<CommitAndWelcome> commit(mls::WireFormat format);
  // Proposals by themselves, for the next Commit to take up; that of an update can't be this peer's.
  [[nodiscard]] OrReason<Bytes> propose_add(BytesView key_package, mls::WireFormat format);
  [[nodiscard]] OrReason<Bytes> propose_remove(mls::LeafIndex leaf, mls::WireFormat format);
  [[nodiscard]] OrReason<Bytes> propose_psk(const Bytes& id, mls::WireFormat format);
  [[nodiscard]] OrReason<Bytes> propose_update(mls::WireFormat format);
  [[nodiscard]] OrReason<Handled> handle(BytesView message);
  [[nodiscard]] OrReason<void> tell_psk(const Bytes& id, const Bytes& secret);

  // --- using it
  // With external_pub and ratchet_tree.
  [[nodiscard]] OrReason<Bytes> group_info();
  [[nodiscard]] OrReason<Bytes> protect(BytesView application_data);
  [[nodiscard]] OrReason<Bytes> unprotect(BytesView message);
  [[nodiscard]] OrReason<SecretBytes> export_secret(std::string_view label, BytesView context, std::size_t length);
  // EPOCH:EPOCH_AUTHENTICATOR
  [[nodiscard]] OrReason<std::string> authenticator();

  // --- all of it, in a file. What can't be read changes nothing. A group that removed this peer is left out.
  [[nodiscard]] OrReason<void> save(const std::string& file);
  [[nodiscard]] OrReason<void> load(const std::string& file);

 private:
  struct Present {
    mls::Group group;
    std::map<mls::NodeIndex, SecretBytes> tree_records;  // as of the last change taken from the group
    std::optional<mls::Epoch> records_epoch;

    void write(Writer& out);
  };

  // The group, while this peer is in it.
  [[nodiscard]] OrReason<mls::Group*> member();
  [[nodiscard]] const KeyPair& signature_key(CipherSuite suite);
  [[nodiscard]] mls::LeafIdentity leaf_identity() const;
  [[nodiscard]] OrReason<CommitAndWelcome> commit_and_merge(mls::CommitOptions options, mls::WireFormat format);
  [[nodiscard]] OrReason<Bytes> propose(const mls::ProposedChange& change, mls::WireFormat format);
  void enter(mls::Group group);
  void entered_epoch();

  [[nodiscard]] SecretBytes encode();
  [[nodiscard]] static std::expected<Peer, ParseError> parse(BytesView stored);
  void read_keys(Reader& in);
  void read_group(Reader& in);

  SystemRandom random_;
  Bytes identity_;
  CipherSuiteId suite_ = samband_suite;              // of groups to be created
  std::map<CipherSuiteId, KeyPair> signature_keys_;  // in a map, because groups point to them
  std::vector<mls::KeyPackageBundle> key_packages_;  // not yet used
  PreSharedKeyStore psks_;
  std::optional<Present> present_;
};

}  // namespace samband::interop

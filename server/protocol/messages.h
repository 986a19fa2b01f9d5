// What crosses the wire between a client and the server: one frame is one binary WebSocket message.
// PROTOCOL.md beside this file says the same with bytes. Closed sets: adding a request makes the compiler
// list the work. Numbers (the order of the alternatives, the values of enumerators): never renumber.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/identity/ids.h"
#include "storage/model/entry.h"

namespace samband::protocol {

inline constexpr std::uint16_t protocol_version = 1;
inline constexpr const char* subprotocol = "samband.v1";

inline constexpr std::size_t frame_bytes_max = std::size_t{1} << 20U;          // 1 MiB
inline constexpr std::size_t message_bytes_max = std::size_t{64} << 10U;       // one application message, 64 KiB
inline constexpr std::size_t chunk_bytes_max = (std::size_t{64} << 10U) + 64;  // one encrypted chunk of a document
inline constexpr std::size_t staged_part_bytes_max = std::size_t{512} << 10U;
inline constexpr std::size_t staged_parts_max = 64;
inline constexpr std::size_t requests_in_flight_max = 64;
inline constexpr std::size_t adds_per_commit_max = 256;
inline constexpr std::size_t page_items_max = 512;

// Shard 0 holds the directory, KeyPackages and the transparency log; a channel lives in one of 1..shard_count.
using ShardIndex = std::uint16_t;
[[nodiscard]] ShardIndex shard_of(const ChannelId& channel, ShardIndex shard_count);

using Nonce = FixedId<struct NonceTag, 32>;
using OperatorToken = FixedId<struct OperatorTokenTag, 32>;
using ReleaseSecret = FixedId<struct ReleaseSecretTag, 32>;

// --- opening: Hello (server) -> Login or an enrolment request (client) -> LoginAccepted or Refused

struct Hello {
  std::uint16_t version = protocol_version;
  std::string server_name;
  Nonce nonce;
  std::uint64_t incarnation = 0;  // changes when the store was restored from a backup
  ShardIndex shard_count = 0;
  WallTime now;
  Bytes tree_head;  // SignedTreeHead of the directory log
};

enum class Binding : std::uint8_t {
  tls_exporter = 1,  // RFC 9266: the signature covers EXPORTER-Channel-Binding of this TLS session
};

struct Login {
  DeviceId device;
  Binding binding = Binding::tls_exporter;
  Bytes signature;  // by the device key, purpose "login", over `login_content`
};

// The signed content of a login: {server_name<V>, device, nonce, binding, channel_binding<V>}.
[[nodiscard]] Bytes login_content(std::string_view server_name, const DeviceId& device, BytesView nonce,
                                  Binding binding, BytesView channel_binding);

struct LoginAccepted {
  WallTime now;
  // The highest request counter the server has applied, for each shard 0..shard_count. One higher than the
  // client remembers sending means that its profile was copied or restored.
  std::vector<std::uint64_t> counters;
};

// --- requests. A request that changes something carries a counter (per device and shard, 1 and up by one);
// what only asks, or may be repeated without harm (enrolment, StagePart, UploadChunk, AcknowledgeInbox), has
// counter 0: `is_counted` says which. `tag` is chosen by the client and comes back in the reply.

// A partner's first administrator: the operator's one-time token and the whole chain below the partner key.
struct EnrolFirst {
  OperatorToken token;
  Bytes partner_key;          // SignedPartnerKeyClaim, which names the hash of the token
  Bytes administrator_grant;  // SignedAdministratorGrant
  Bytes delegation;           // SignedDelegation
  Bytes certificate;          // SignedDeviceCertificate
};
struct EnrolInvited {
  Bytes certificate;
};
struct FetchDelegation {  // before enrolment: what the invitation's hash stands for
  Hash delegation;
};

struct AddDelegation {
  Bytes delegation;
};
struct Revoke {
  Bytes revocation;
};
struct PublishKeyPackages {
  std::vector<Bytes> key_packages;  // MLSMessage each; single use
  std::optional<Bytes> last_resort;
};
struct ReserveKeyPackages {
  ChannelId channel;
  std::vector<DeviceId> devices;  // at most adds_per_commit_max
};
struct AnnounceGuidance {
  ChannelId channel;
  GuidanceId guidance;
  Hash content;
};
struct FetchDirectory {
  std::uint64_t from = 0;
  std::uint32_t leaves_max = 0;
};
struct FetchConsistency {  // RFC 9162 §2.1.4 between two sizes
  std::uint64_t first_size = 0;
  std::uint64_t second_size = 0;
};
struct FetchInclusion {
  std::uint64_t leaf = 0;
  std::uint64_t tree_size = 0;
};

struct CreateChannel {
  ChannelId channel;
  Bytes group_info;    // MLSMessage; epoch 0, the creator its only leaf, the policy among its extensions
  Bytes ratchet_tree;  // optional<Node> ratchet_tree<V>
};
struct WelcomeFor {
  DeviceId device;
  Bytes welcome;  // MLSMessage with this joiner's secrets only
};
struct SubmitCommit {
  ChannelId channel;
  Bytes commit;      // MLSMessage, PublicMessage
  Bytes group_info;  // MLSMessage of the epoch the Commit begins, for external joiners
  std::vector<WelcomeFor> welcomes;
};
struct SendMessage {
  ChannelId channel;
  Bytes message;  // MLSMessage, PrivateMessage
};
struct PostStatement {  // leave_request, complaint, key_request: signed by the device
  ChannelId channel;
  storage::EntryKind kind{};
  Bytes statement;
};
// What does not fit into a frame: its parts first, each named by its SHA-256 and kept under a lease; then
// StagedRequest, whose parts joined are the encoding of one of the other requests.
struct StagePart {
  ShardIndex shard = 0;  // of the request to come
  Bytes part;            // at most staged_part_bytes_max
};
struct StagedRequest {
  ShardIndex shard = 0;
  std::vector<Hash> parts;  // in order; at most staged_parts_max
};
struct UploadChunk {
  ChannelId channel;
  BlobId blob;
  std::uint32_t index = 0;
  Bytes chunk;
};
struct SealBlob {
  ChannelId channel;
  BlobId blob;
  std::uint64_t bytes = 0;  // of all chunks
  std::uint32_t chunks = 0;
  Hash root;
};
struct FetchChunk {
  ChannelId channel;
  BlobId blob;
  std::uint32_t index = 0;
};
struct FetchUpload {  // which chunks the server has of a blob that is not sealed yet
  ChannelId channel;
  BlobId blob;
};

struct ListChannels {  // in the order of their ids, a page at a time
  std::optional<ChannelId> after;
};
struct Subscribe {  // every entry from `next_seq` on arrives as an event, old and new alike
  ChannelId channel;
  std::uint64_t next_seq = 0;
};
struct Unsubscribe {
  ChannelId channel;
};
struct FetchEntries {
  ChannelId channel;
  std::uint64_t from = 0;
  std::uint32_t entries_max = 0;
};
struct FetchGroup {  // for an external Commit: the newest published GroupInfo
  ChannelId channel;
};
struct FetchTree {  // of the current epoch, or of one a waiting Welcome of this device leads to
  ChannelId channel;
  std::uint64_t epoch = 0;
  std::uint64_t offset = 0;
};
struct AcknowledgeInbox {
  ShardIndex shard = 0;
  std::uint64_t up_to = 0;  // inclusive
};
// A fresh group under the same channel, when a Commit was made that others can't process. By a moderator.
struct RestartChannel {
  ChannelId channel;
  Bytes statement;   // Statement restart: the old group, its last good transcript hash, the offender
  Bytes group_info;  // as in CreateChannel; under the same policy, by the same rules
  Bytes ratchet_tree;
};
// The server's half of a sealed guidance: it becomes an entry `release` of the channel at `release_at`.
struct ScheduleRelease {
  ChannelId channel;
  GuidanceId guidance;
  WallTime release_at;
  ReleaseSecret secret;
};
struct WithdrawRelease {  // before the release; the secret is deleted
  ChannelId channel;
  GuidanceId guidance;
};

using RequestBody =
    std::variant<EnrolFirst, EnrolInvited, FetchDelegation, AddDelegation, Revoke, PublishKeyPackages,
                 ReserveKeyPackages, AnnounceGuidance, FetchDirectory, FetchConsistency, FetchInclusion, CreateChannel,
                 SubmitCommit, SendMessage, PostStatement, StagePart, StagedRequest, UploadChunk, SealBlob, FetchChunk,
                 FetchUpload, ListChannels, Subscribe, Unsubscribe, FetchEntries, FetchGroup, FetchTree,
                 AcknowledgeInbox, RestartChannel, ScheduleRelease, WithdrawRelease>;

struct Request {
  std::uint32_t tag = 0;
  std::uint64_t counter = 0;
  RequestBody body;
};

[[nodiscard]] bool is_counted(const RequestBody& body);
// The shard whose log orders the request: its channel's, the one it names, or 0.
[[nodiscard]] ShardIndex shard_for(const RequestBody& body, ShardIndex shard_count);
// Whether a device that has not logged in may ask it: enrolment only.
[[nodiscard]] bool is_enrolment(const RequestBody& body);

// --- replies

enum class Status : std::uint8_t {
  malformed = 1,  // the bytes are not a request of this protocol
  not_logged_in = 2,
  not_permitted = 3,
  not_found = 4,    // or not visible to this device: a channel's existence is private
  stale_epoch = 5,  // another Commit was first: fetch, and encrypt or commit anew
  invalid = 6,      // a signature, certificate, tree or policy check failed
  too_large = 7,
  too_many = 8,  // a rate or count limit
  invitation_unknown = 9,
  invitation_expired = 10,
  invitation_used_up = 11,
  invitation_revoked = 12,
  device_revoked = 13,
  counter_out_of_order = 14,  // a profile that was copied or restored
  disk_reserve = 15,          // the server takes no writes until its disk has room
  unsupported_version = 16,
  shutting_down = 17,
  too_slow = 18,  // closed at the bound; connect again and resume from the cursor
  idle = 19,
  conflict = 20,       // the name, number or id is taken
  maintenance = 21,    // the operator lets no writes in for now; `detail` may say why
  partner_limit = 22,  // all devices of the partner together have reached a limit, which `detail` names
};

struct Refused {
  Status status = Status::malformed;
  std::string detail;  // one line for the log and the curious; says little to strangers
};
struct Done {};
struct Placed {  // an entry of a channel
  std::uint64_t seq = 0;
  WallTime at;
  Hash hash;
};
struct LeafPlaced {  // the last of the directory leaves the request made
  std::uint64_t index = 0;
  WallTime at;
};
struct DelegationFound {
  Bytes delegation;           // SignedDelegation
  Bytes administrator_grant;  // SignedAdministratorGrant, which names the partner key
};
struct ReservedKeyPackage {
  DeviceId device;
  Bytes key_package;  // MLSMessage
};
struct ReservedKeyPackages {  // devices without one are left out
  std::vector<ReservedKeyPackage> key_packages;
};
struct DirectoryPage {
  std::uint64_t from = 0;
  std::vector<Bytes> leaves;
  Bytes tree_head;  // the newest SignedTreeHead
};
struct Proof {
  std::vector<Hash> path;
};
struct ChannelSummary {
  ChannelId channel;
  std::uint64_t next_seq = 0;
  std::uint64_t epoch = 0;
  bool is_member = false;  // false: the roster entitles this device, which is not a leaf yet
  Bytes policy;            // ChannelPolicy
};
struct Channels {
  std::vector<ChannelSummary> channels;
  bool more = false;  // ask again after the last one
};
struct EntriesPage {
  std::vector<Bytes> entries;
};
struct GroupState {
  std::uint64_t epoch = 0;
  std::uint64_t next_seq = 0;
  Hash last_hash;  // of the entry before next_seq
  Bytes group_info;
  std::uint64_t tree_bytes = 0;
};
struct TreePart {
  std::uint64_t total = 0;
  Bytes part;
};
struct Chunk {
  Bytes chunk;
};
struct UploadState {
  std::vector<std::uint32_t> missing_below;  // gaps among the chunks received, at most page_items_max
  std::uint32_t next = 0;                    // one past the highest received
  bool sealed = false;
};

using ReplyBody = std::variant<Refused, Done, Placed, LeafPlaced, DelegationFound, ReservedKeyPackages, DirectoryPage,
                               Proof, Channels, EntriesPage, GroupState, TreePart, Chunk, UploadState>;

struct Reply {
  std::uint32_t tag = 0;
  ReplyBody body;
};

// --- events, unasked

struct EntryEvent {
  Bytes entry;  // storage::Entry
};
struct InboxEvent {  // a Welcome; stays until acknowledged
  ShardIndex shard = 0;
  std::uint64_t n = 0;
  ChannelId channel;
  std::uint64_t seq = 0;    // of the Commit
  std::uint64_t epoch = 0;  // the Commit begins
  Hash hash;                // of the Commit's entry
  Bytes welcome;            // MLSMessage
};
struct DirectoryEvent {  // the directory grew
  Bytes tree_head;
};
struct ChannelEvent {  // a channel this device may join, or is a leaf of, came to be
  ChannelId channel;
};
struct Closing {
  Status status = Status::shutting_down;
  std::string detail;
};

using Event = std::variant<EntryEvent, InboxEvent, DirectoryEvent, ChannelEvent, Closing>;

// --- frames

using ClientFrame = std::variant<Login, Request>;
using ServerFrame =
    std::variant<Hello, LoginAccepted, Reply, EntryEvent, InboxEvent, DirectoryEvent, ChannelEvent, Closing>;

}  // namespace samband::protocol

// The vocabulary of this folder's tests: a whole community in one process. A real server core over memory stores,
// people with clients over memory stores, and a network that a test may cut, reorder and lie through. Everything
// comes from one seed.
#pragma once

#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/core/client.h"
#include "client/core/content/content.h"
#include "client/core/own.h"
#include "crypto/mls/group/group.h"
#include "crypto/suite/random.h"
#include "server/core/core.h"
#include "server/protocol/codec.h"
#include "storage/memory/memory_store.h"
#include "storage/sealed/sealed_store.h"

namespace samband::client {

inline constexpr WallTime noon{1'800'000'000'000};
inline constexpr std::uint64_t second_ms = 1000;
inline constexpr std::uint64_t minute_ms = 60 * second_ms;
inline constexpr std::uint64_t day_ms = 24 * 60 * minute_ms;

class Community;

// Someone with one device. What the client told is kept for the test to look at.
class Person {
 public:
  Person(Community& community, std::string name, std::uint64_t seed);

  // Begins and lets everything settle. Empty: it did what was asked.
  std::optional<Fault> asks(Command command);
  // Begins, and leaves it under way.
  OperationId begins(Command command);
  [[nodiscard]] std::optional<std::optional<Fault>> end_of(OperationId operation) const;

  // Lines of one kind, of all operations and of none, since `forget`.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> heard() const {
    std::vector<Kind> found;
    for (const Tell& tell : told) {
      if (const auto* line = std::get_if<Kind>(&tell.line)) found.push_back(*line);
    }
    return found;
  }
  [[nodiscard]] std::size_t warnings(Warning warning) const;
  void forget() { told.clear(); }
  // What `read` shows, as texts in order.
  std::vector<std::string> reads(const std::string& channel);
  std::vector<MessageLine> messages(const std::string& channel);
  [[nodiscard]] DeviceId device() const { return *device_id; }

  void connects();
  void disconnects();
  // The process dies and starts again on what its store kept.
  void restarts();
  // A frame as if the server had sent it.
  void is_sent(const protocol::ServerFrame& frame);

  // The group as the profile holds it, for a member that goes its own ways.
  [[nodiscard]] std::unique_ptr<mls::Group> takes_group(const ChannelId& channel);
  [[nodiscard]] Own takes_own();
  // The KeyPackages of the profile, and how they come back into it.
  using KeyPackages = std::map<Bytes, Bytes>;
  [[nodiscard]] KeyPackages takes_key_packages();
  void puts_back(const KeyPackages& packages);
  [[nodiscard]] Content content_at(const ChannelId& channel, std::uint64_t seq);
  // Places of the raw entries that the profile holds.
  [[nodiscard]] std::vector<std::uint64_t> entries_kept(const ChannelId& channel);
  [[nodiscard]] MessageId message_id(const ChannelId& channel, std::uint64_t seq);

  Community& community;
  std::string name;
  storage::MemoryStore disk;
  SecretBytes store_key;
  SeededRandom random;
  std::unique_ptr<storage::SealedStore> store;
  std::optional<Client> client;
  std::vector<Tell> told;
  std::map<OperationId, std::optional<Failure>> finished;
  std::vector<std::string> log;
  std::uint64_t waits_ms = day_ms;  // its operations, for a server that is away
  std::optional<DeviceId> device_id;
  std::optional<WallTime> wake;
  std::optional<Disconnect> closed;
  // Dies before this many more effects were carried out.
  std::optional<std::size_t> effects_left;

 private:
  friend class Community;
  void carry_out(Effects effects);
  void open();

  struct Subscription {
    std::uint64_t next_seq = 0;
  };
  bool connected_ = false;
  bool logged_in_ = false;
  protocol::Nonce nonce_;
  std::deque<Bytes> to_client_;
  std::deque<Bytes> to_server_;
  std::map<ChannelId, Subscription> subscriptions_;
};

class Community {
 public:
  explicit Community(std::uint64_t seed = 20261121);
  Community(const Community&) = delete;
  Community& operator=(const Community&) = delete;
  ~Community();

  // --- who is there
  // A partner, its first administrator enrolled and connected.
  Person& partner(const std::string& number, const std::string& name, const std::string& administrator);
  // Somebody invited by that administrator, enrolled and connected.
  Person& colleague(Person& administrator, const std::string& name, identity::Duties duties);
  // The operator stops and resumes the taking of writes.
  void maintains(bool on, const std::string& reason = {});
  // A profile without a device.
  Person& stranger(const std::string& name);
  // The operator's code for a new partner.
  std::string operator_invitation(const std::string& number, const std::string& name);
  // The one that `administrator` makes.
  std::string invitation(Person& administrator, const std::string& name, identity::Duties duties);

  // --- time and the network
  // Until no frame is on its way and no operation can go on by itself.
  void settle();
  // One frame of one person, either way; false when none is on its way.
  bool move_one_frame(std::size_t choice);
  void pass(std::uint64_t ms);
  void restart_server();
  // What the server holds now, and a server restored from that in the place of this one, of a new incarnation.
  struct Backup {
    storage::StoreBatch main;
    storage::StoreBatch chunks;
  };
  [[nodiscard]] Backup back_up() const;
  void restore_server(const Backup& backup, std::uint64_t incarnation);
  // What is done to a frame on its way to a person: changed, or lost.
  std::function<std::optional<Bytes>(Person&, Bytes)> tamper;

  // --- what the server holds
  [[nodiscard]] std::vector<Bytes> entries(const ChannelId& channel) const;
  [[nodiscard]] std::vector<storage::EntryKind> kinds(const ChannelId& channel) const;
  // A request of a device that is not connected.
  void submit_as(const DeviceId& device, std::uint64_t counter, protocol::RequestBody body);
  // Every SendMessage body that ever left a person, in order.
  std::vector<std::pair<DeviceId, Bytes>> sent_messages;

  WallTime now = noon;
  SeededRandom random;
  std::vector<std::unique_ptr<Person>> people;

 private:
  friend class Person;
  class Signer;
  static constexpr protocol::ShardIndex shards = 2;

  void apply(server::CommandBody body);
  void carry_out(const server::Outgoing& outgoing);
  void take(Person& person, const Bytes& frame);
  void send(Person& person, const protocol::ServerFrame& frame);
  void send(Person& person, Bytes frame);
  void pump(Person& person);
  void logged_in(Person& person);
  void greet(Person& person);
  [[nodiscard]] Person* of_ticket(server::Ticket ticket);

  std::unique_ptr<Signer> signer_;
  storage::MemoryStore main_;
  storage::MemoryStore chunks_;
  std::optional<server::Core> core_;
  protocol::ShardIndex ticking_ = 0;
  std::vector<std::unique_ptr<KeyPair>> keys_;  // of groups that were taken from a profile
};

}  // namespace samband::client

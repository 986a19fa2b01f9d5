// The client without its surroundings: frames, commands and the time go in, effects come out.
// No socket, file, clock or random source of its own. One owner, one thread at a time.
//
// Each call below is one step: what it changes lands in one synced write on the profile's store, and only then
// are its effects returned. A step whose write failed returns nothing but a Disconnect, and the client has
// stopped: open the profile again.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/commands.h"
#include "client/core/effects.h"
#include "crypto/suite/random.h"

namespace samband::storage {
class SealedStore;
}

namespace samband::client {

// Where the profile's server is, and how it is known.
struct ServerAddress {
  std::string name;
  std::uint16_t port = 0;
  Hash spki_pin;  // SHA-256 of the server's SubjectPublicKeyInfo
};

enum class OpenError : std::uint8_t {
  store_unreadable,  // the store failed or a value does not open under its key
  newer_format,      // written by a newer client
  damaged,           // a record does not parse
};

struct Started {
  OperationId operation;
  Effects effects;
};

class Engine;

class Client {
 public:
  // `store` and `random` outlive the client. An empty store is a profile that is not enrolled.
  [[nodiscard]] static std::expected<Client, OpenError> open(storage::SealedStore& store, RandomSource& random);

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Whom to connect to: known from enrolment on, and while an Enrol operation is under way.
  [[nodiscard]] std::optional<ServerAddress> server() const;
  [[nodiscard]] bool enrolled() const;
  // Logged in and following: commands need not wait.
  [[nodiscard]] bool ready() const;

  // Begins what a person asked. Commands answered from the profile finish at once. What must outlive a lost
  // connection waits in the profile's outbox; the rest finishes with server_away when the connection goes,
  // or when there is none by `wait_until`.
  [[nodiscard]] Started start(Command command, WallTime now, WallTime wait_until);
  [[nodiscard]] Effects cancel(OperationId operation, WallTime now);

  // A connection is open: TLS with the server's key pinned, and the WebSocket upgraded.
  // `channel_binding`: the TLS exporter value of RFC 9266, 32 bytes.
  [[nodiscard]] Effects connected(BytesView channel_binding, WallTime now);
  // One binary message from the server.
  [[nodiscard]] Effects received(BytesView frame, WallTime now);
  // Several that came together: one step, and one write, for all of them.
  [[nodiscard]] Effects received_all(std::span<const Bytes> frames, WallTime now);
  [[nodiscard]] Effects disconnected(WallTime now);
  // Time passed; at least whenever the newest WakeAt is due.
  [[nodiscard]] Effects tick(WallTime now);

 private:
  explicit Client(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace samband::client

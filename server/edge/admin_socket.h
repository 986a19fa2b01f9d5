// Where sambandctl asks: a Unix socket for root, the server's own user and one group. One request, one reply, in
// order. The core decides; what only the edge knows is filled in here.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "server/core/command.h"
#include "server/edge/config.h"
#include "server/edge/net.h"
#include "server/protocol/admin.h"

namespace samband::server::edge {

class AdminSocket {
 public:
  struct Outlets {
    std::function<void(Ticket, protocol::AdminRequest, Operator)> submit;  // to the core; comes back by `answered`
    std::function<protocol::ServerIdentity()> identity;
    std::function<void(protocol::ServerStatus&)> complete;  // the edge's part of a status
    // Read the store elsewhere, and tell what they found on the control thread.
    using Tell = std::function<void(protocol::AdminReply)>;
    std::function<void(Tell)> check_store;
    std::function<void(const protocol::VerifyAudit&, Tell)> verify_audit;
    // A checkpoint with the folders filled in, or AdminRefused; asked of one at a time.
    std::function<void(Tell)> hold_checkpoint;
    std::function<void(bool finished, const Operator&, Tell)> let_checkpoint_go;
  };

  // Replaces a socket that a server which is no more has left, and only that. The error is one line.
  [[nodiscard]] static std::expected<std::shared_ptr<AdminSocket>, std::string> open(net::io_context& context,
                                                                                     const Configuration& configuration,
                                                                                     Outlets outlets);
  ~AdminSocket();

  void start();
  void answered(Ticket ticket, protocol::AdminReply reply);
  void stop();

 private:
  struct State;
  explicit AdminSocket(std::shared_ptr<State> state) : state_{std::move(state)} {}
  std::shared_ptr<State> state_;
};

}  // namespace samband::server::edge

// sambandctl's end of the admin socket: one request, one reply, waiting for it.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "server/protocol/admin.h"

namespace samband::server::edge::ctl {

// Exit statuses of sambandctl.
enum class Exit : int { done = 0, refused = 1, usage = 2, not_reachable = 3, not_permitted = 4 };

struct Failure {
  Exit exit = Exit::refused;
  std::string says;  // WHAT HAPPENED: WHAT TO DO
};

class ServerClient {
 public:
  [[nodiscard]] static std::expected<ServerClient, Failure> connect(const std::filesystem::path& socket);
  ServerClient(ServerClient&& other) noexcept;
  ServerClient& operator=(ServerClient&&) = delete;
  ~ServerClient();

  [[nodiscard]] std::expected<protocol::AdminReply, Failure> ask(const protocol::AdminRequest& request);

  // The reply that the request has when all is well; a refusal becomes a Failure.
  template <class Reply>
  [[nodiscard]] std::expected<Reply, Failure> ask_for(const protocol::AdminRequest& request) {
    auto reply = ask(request);
    if (!reply) return std::unexpected{std::move(reply.error())};
    if (auto* wanted = std::get_if<Reply>(&*reply)) return std::move(*wanted);
    return std::unexpected{refusal_in(*reply)};
  }

 private:
  explicit ServerClient(int descriptor) : descriptor_{descriptor} {}
  [[nodiscard]] static Failure refusal_in(const protocol::AdminReply& reply);

  int descriptor_;
};

}  // namespace samband::server::edge::ctl

// One owner of a profile: others forward their run to it over a socket in the profile's folder, and stream
// back what it prints. The socket is 0600, and only the owner's own user is served.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>

#include "client/edge/invocation.h"

namespace boost::asio {
class io_context;
}

namespace samband::client {

inline constexpr std::size_t relay_frame_bytes_max = std::size_t{1} << 20U;
inline constexpr std::size_t relay_peers_max = 32;

// What waits for a peer that does not read; beyond it the peer's run is cancelled.
inline constexpr std::size_t relay_backlog_bytes_max = std::size_t{8} << 20U;

enum class RelayError : std::uint8_t {
  nobody_listens,  // no owner, or one that is starting or stopping: nothing was begun
  lost,            // the owner went away in the middle: whether the command took effect is not known
  path_too_long,   // the profile's path is too long for a socket
  io,
};

// The owner's end. Serves until destroyed; runs under way are then cancelled.
class RelayServer {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<RelayServer>, RelayError> listen(boost::asio::io_context& io,
                                                                                      const std::filesystem::path& path,
                                                                                      RunInvocation run);
  ~RelayServer();
  RelayServer(const RelayServer&) = delete;
  RelayServer& operator=(const RelayServer&) = delete;

  // From now on nobody new is served; those who are served go on.
  void stop_accepting();
  // Peers whose run is not finished, or whose output is not written yet.
  [[nodiscard]] std::size_t running() const;
  // Called whenever the last forwarded run has finished and its output is written.
  void on_idle(std::function<void()> idle);

 private:
  class Acceptor;
  explicit RelayServer(std::shared_ptr<Acceptor> acceptor);
  std::shared_ptr<Acceptor> acceptor_;
};

// The other end: blocks until the owner has run it. SIGINT and SIGTERM end the run early.
[[nodiscard]] std::expected<ExitStatus, RelayError> forward(const std::filesystem::path& path,
                                                            const Invocation& invocation, Console& console);

}  // namespace samband::client

#include "client/core/client.h"

#include "client/core/engine.h"

namespace samband::client {

std::expected<Client, OpenError> Client::open(storage::SealedStore& store, RandomSource& random) {
  auto engine = std::make_unique<Engine>(store, random);
  if (const auto loaded = engine->load(); !loaded) return std::unexpected(loaded.error());
  return Client{std::move(engine)};
}

Client::Client(std::unique_ptr<Engine> engine) : engine_{std::move(engine)} {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

std::optional<ServerAddress> Client::server() const {
  return engine_->server();
}
bool Client::enrolled() const {
  return engine_->enrolled();
}
bool Client::ready() const {
  return engine_->ready();
}

Started Client::start(Command command, WallTime now, WallTime wait_until) {
  return engine_->start(std::move(command), now, wait_until);
}
Effects Client::cancel(OperationId operation, WallTime now) {
  return engine_->cancel(operation, now);
}
Effects Client::connected(BytesView channel_binding, WallTime now) {
  return engine_->connected(channel_binding, now);
}
Effects Client::received(BytesView frame, WallTime now) {
  return engine_->received(frame, now);
}
Effects Client::received_all(std::span<const Bytes> frames, WallTime now) {
  return engine_->received_all(frames, now);
}
Effects Client::disconnected(WallTime now) {
  return engine_->disconnected(now);
}
Effects Client::tick(WallTime now) {
  return engine_->tick(now);
}

}  // namespace samband::client

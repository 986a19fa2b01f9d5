#include "server/edge/admission.h"

#include <utility>

namespace samband::server::edge {

Admitted::~Admitted() {
  if (door_) door_->leave(address_, waiting_);
}

void Admitted::logged_in() {
  if (std::exchange(waiting_, false)) door_->log_in(address_);
}

std::optional<Admitted> Admission::admit(const std::string& address) {
  {
    const std::lock_guard lock{mutex_};
    if (total_.connections >= limits_.connections_max || total_.waiting >= limits_.unauthenticated_max) {
      return std::nullopt;
    }
    const auto known = by_address_.find(address);
    if (known != by_address_.end() && (known->second.connections >= limits_.connections_per_address_max ||
                                       known->second.waiting >= limits_.unauthenticated_per_address_max)) {
      return std::nullopt;
    }
    Counts& here = by_address_[address];
    ++total_.connections;
    ++total_.waiting;
    ++here.connections;
    ++here.waiting;
  }
  return Admitted{shared_from_this(), address};
}

void Admission::set_limits(const Limits& limits) {
  const std::lock_guard lock{mutex_};
  limits_ = limits;
}

Admission::Counts Admission::counts() const {
  const std::lock_guard lock{mutex_};
  return total_;
}

void Admission::leave(const std::string& address, bool waiting) {
  const std::lock_guard lock{mutex_};
  const auto here = by_address_.find(address);
  --total_.connections;
  --here->second.connections;
  if (waiting) {
    --total_.waiting;
    --here->second.waiting;
  }
  if (here->second.connections == 0) by_address_.erase(here);
}

void Admission::log_in(const std::string& address) {
  const std::lock_guard lock{mutex_};
  --total_.waiting;
  --by_address_.find(address)->second.waiting;
}

}  // namespace samband::server::edge

#include "server/edge/admission.h"

#include <utility>

namespace samband::server::edge {

Admitted::~Admitted() {
  if (door_) door_->leave(*this);
}

bool Admitted::logged_in(const PartnerId& partner) {
  if (!waiting_) return true;
  if (!door_->log_in(address_, partner)) return false;
  waiting_ = false;
  partner_ = partner;
  return true;
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

void Admission::leave(const Admitted& admitted) {
  const std::lock_guard lock{mutex_};
  const auto here = by_address_.find(admitted.address_);
  --total_.connections;
  --here->second.connections;
  if (admitted.waiting_) {
    --total_.waiting;
    --here->second.waiting;
  } else if (const auto partner = by_partner_.find(admitted.partner_); --partner->second == 0) {
    by_partner_.erase(partner);
  }
  if (here->second.connections == 0) by_address_.erase(here);
}

bool Admission::log_in(const std::string& address, const PartnerId& partner) {
  const std::lock_guard lock{mutex_};
  const auto known = by_partner_.find(partner);
  if (known != by_partner_.end() && known->second >= limits_.partner_connections_max) return false;
  ++by_partner_[partner];
  --total_.waiting;
  --by_address_.find(address)->second.waiting;
  return true;
}

}  // namespace samband::server::edge

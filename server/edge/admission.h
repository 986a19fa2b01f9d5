// Who may come in at all: counts of connections, in total and for each address, before and after login, and for each
// partner after it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "crypto/identity/ids.h"
#include "server/edge/limits.h"

namespace samband::server::edge {

class Admission;

// One connection's place. Given back when it goes.
class Admitted {
 public:
  Admitted(Admitted&& other) noexcept : door_{std::move(other.door_)}, address_{std::move(other.address_)} {
    waiting_ = other.waiting_;
    partner_ = other.partner_;
    other.door_ = nullptr;
  }
  Admitted& operator=(Admitted&&) = delete;
  ~Admitted();

  [[nodiscard]] const std::string& address() const { return address_; }
  // From here on it does not count among those who have not said who they are, but among the partner's. False: those
  // are as many as they may be.
  [[nodiscard]] bool logged_in(const PartnerId& partner);

 private:
  friend class Admission;
  Admitted(std::shared_ptr<Admission> door, std::string address)
      : door_{std::move(door)}, address_{std::move(address)} {}

  std::shared_ptr<Admission> door_;
  std::string address_;
  bool waiting_ = true;
  PartnerId partner_;  // once it does not wait
};

// Shared by all threads.
class Admission : public std::enable_shared_from_this<Admission> {
 public:
  explicit Admission(const Limits& limits) : limits_{limits} {}

  // nullopt when one of the bounds is reached.
  [[nodiscard]] std::optional<Admitted> admit(const std::string& address);
  void set_limits(const Limits& limits);

  struct Counts {
    std::uint32_t connections = 0;
    std::uint32_t waiting = 0;  // of them not logged in
  };
  [[nodiscard]] Counts counts() const;

 private:
  friend class Admitted;
  void leave(const Admitted& admitted);
  [[nodiscard]] bool log_in(const std::string& address, const PartnerId& partner);

  mutable std::mutex mutex_;
  Limits limits_;
  Counts total_;
  std::map<std::string, Counts> by_address_;       // of those with a connection; at most connections_max
  std::map<PartnerId, std::uint32_t> by_partner_;  // likewise
};

}  // namespace samband::server::edge

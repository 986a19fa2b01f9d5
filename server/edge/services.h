// What all threads of a running server share.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "server/core/core.h"
#include "server/edge/admission.h"
#include "server/edge/clock.h"
#include "server/edge/core_thread.h"
#include "server/edge/metrics.h"
#include "server/edge/request_rate.h"
#include "server/edge/tls.h"
#include "storage/store.h"

namespace boost::asio {
class thread_pool;
}

namespace samband::server::edge {

struct Services {
  std::string name;                  // the server's, in every Hello and login
  std::vector<std::string> origins;  // browsers that may connect
  std::uint64_t incarnation = 0;
  protocol::ShardIndex shard_count = 0;
  storage::Store& main;
  Metrics& metrics;
  WatchedClock& clock;
  RequestRates& rates;
  boost::asio::thread_pool& readers;  // pages of the store, off the I/O threads
  CoreThread* core = nullptr;         // there before the first connection is
};

// What a SIGHUP replaces as a whole; a session keeps what it began with where that matters (its certificate).
struct Reloadable {
  Limits limits;
  TlsIdentity tls;
};

}  // namespace samband::server::edge

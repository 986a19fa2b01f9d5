#include "server/edge/check.h"

#include <fmt/format.h>
#include <limits>

#include "crypto/codec/hex.h"
#include "server/core/audit_chain.h"
#include "server/core/core.h"
#include "server/edge/check_content.h"
#include "server/edge/config.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"
#include "server/edge/tls.h"
#include "storage/model/entry.h"
#include "storage/model/server_layout.h"

namespace samband::server::edge {
namespace {

std::string_view says(storage::ChainError error) {
  switch (error) {
    case storage::ChainError::other_channel: return "belongs to another channel";
    case storage::ChainError::seq_not_next: return "is not the next one: entries are missing or doubled before it";
    case storage::ChainError::hash_differs: return "does not continue the one before it: history was changed";
    case storage::ChainError::time_went_back: return "is older than the one before it";
    case storage::ChainError::directory_shrank: return "knows less of the directory than the one before it";
    case storage::ChainError::incarnation_went_back: return "comes from before a restore that came before it";
  }
  std::abort();  // every enumerator returns above
}

// The key of an entry is its channel and its number.
ChannelId channel_of_key(BytesView key) {
  return ChannelId::of(key.first(std::min(key.size(), ChannelId::size))).value_or(ChannelId{});
}

void check_stores(const Configuration& configuration, LogKey* log_key, CheckReport& report) {
  auto stores = open_stores(configuration, StoreUse::check);
  if (!stores) return add_fault(report, stores.error());
  for (const storage::Store* store : {stores->main.get(), stores->chunks.get()}) {
    if (const auto sound = store->verify(); !sound) {
      add_fault(report, fmt::format("the {} store can't be read back ({}): restore it from a backup",
                                    store == stores->main.get() ? "main" : "chunk", storage::name_of(sound.error())));
    }
  }
  if (auto fault = audit_chain_fault(*stores->main)) add_fault(report, std::move(*fault));
  check_content(*stores->main, *stores->chunks, report);
  if (!log_key) return;
  if (const auto core = Core::load(*stores->main, *stores->chunks, *log_key, configuration.core); !core) {
    add_fault(report, fmt::format("the store can't be used ({}: {}): restore it from a backup",
                                  name_of(core.error().error), core.error().detail));
  }
}

}  // namespace

void add_fault(CheckReport& report, std::string fault) {
  if (report.faults.size() < faults_reported_max) report.faults.push_back(std::move(fault));
}

void check_content(const storage::Store& main, const storage::Store& chunks, CheckReport& report) {
  EntryWatch watch{main, report};
  check_chains(main, report, [&](const storage::Entry& entry, const Hash& hash) { watch.see(entry, hash); });
  watch.finish();
  check_records(main, report);
  check_tree(main, report);
  check_groups(main, report);
  check_blobs(main, chunks, report);
}

void check_chains(const storage::Store& main, CheckReport& report,
                  const std::function<void(const storage::Entry&, const Hash&)>& each) {
  storage::ChainHead head;
  bool first = true;
  bool broken = false;  // one fault for a channel says it; what follows a break can't be judged
  const auto fault = [&](std::string_view what) {
    add_fault(report, fmt::format("entry {} of channel {} {}: restore the store from a backup", head.next_seq,
                                  to_hex(head.channel.view()), what));
    broken = true;
  };
  const auto scanned = main.scan(storage::server_store::entries, storage::all_keys(),
                                 std::numeric_limits<std::size_t>::max(), [&](BytesView key, BytesView value) {
                                   const ChannelId channel = channel_of_key(key);
                                   if (first || channel != head.channel) {
                                     head = storage::ChainHead{.channel = channel};
                                     ++report.channels;
                                     first = broken = false;
                                   }
                                   ++report.entries;
                                   if (broken) return storage::Visit::more;
                                   const auto entry = storage::parse_entry(value);
                                   if (!entry) {
                                     fault("can't be read");
                                   } else if (const auto advanced = storage::advance(head, *entry); !advanced) {
                                     fault(says(advanced.error()));
                                   } else {
                                     each(*entry, head.last);
                                   }
                                   return storage::Visit::more;
                                 });
  if (!scanned) {
    add_fault(report, fmt::format("the entries can't all be read ({}): restore the store from a backup",
                                  storage::name_of(scanned.error())));
  }
}

CheckReport check(const std::filesystem::path& configuration_file, WallTime now) {
  CheckReport report;
  const auto configuration = read_configuration(configuration_file);
  if (!configuration) {
    for (const ConfigurationFault& fault : configuration.error()) {
      const std::string line = fault.line == 0 ? "" : fmt::format(" line {}", fault.line);
      add_fault(report, fmt::format("{}{}: {}", configuration_file.string(), line, fault.says));
    }
    return report;
  }
  if (const auto tls = load_tls(configuration->certificate, configuration->private_key, now); !tls) {
    add_fault(report, tls.error());
  }
  auto log_key = read_log_key(configuration->log_key);
  if (!log_key) add_fault(report, log_key.error());
  check_stores(*configuration, log_key ? log_key->get() : nullptr, report);
  return report;
}

}  // namespace samband::server::edge

#include "client/edge/watch.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <unistd.h>
#include <vector>

#include "client/edge/descriptor.h"
#include "client/edge/guidance_files.h"
#include "crypto/codec/hex.h"

namespace samband::client {
namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;

constexpr auto scan_interval = std::chrono::milliseconds{200};
constexpr auto retry_interval = std::chrono::seconds{5};
constexpr const char* publishing = ".publishing";
constexpr const char* published = ".published";
constexpr const char* refused = ".refused";

// A rename outlives a crash of the machine only once its folder is synced.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.open()) ::fsync(descriptor.get());
}

bool move_to(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return false;
  sync_folder(from.parent_path());
  sync_folder(to.parent_path());
  return true;
}

std::vector<fs::path> entries_of(const fs::path& folder, bool hidden_too) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    if (hidden_too || !entry->path().filename().string().starts_with('.')) found.push_back(entry->path());
  }
  std::ranges::sort(found);
  return found;
}

// What passes with time; the rest is the guidance's own fault or the channel's rules.
bool passes(Fault fault) {
  return fault == Fault::server_away || fault == Fault::server_full || fault == Fault::server_maintenance ||
         fault == Fault::too_many_requests || fault == Fault::cancelled;
}

}  // namespace

class Watch::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(asio::io_context& io, Owner& owner, RandomSource& random, fs::path folder, std::string channel,
       Language language, WatchListener listener)
      : owner_{owner},
        random_{random},
        folder_{std::move(folder)},
        channel_{std::move(channel)},
        language_{language},
        listener_{std::move(listener)},
        timer_{io} {}

  bool begin() {
    std::error_code error;
    for (const char* name : {publishing, published, refused}) fs::create_directories(folder_ / name, error);
    if (error) return false;
    scan();
    return true;
  }

  void end() {
    ended_ = true;
    timer_.cancel();
    if (under_way_) owner_.cancel(*under_way_);
  }

 private:
  // One at a time: what was taken before a crash first, then what is new.
  void scan() {
    if (ended_) return;
    for (const fs::path& taken : entries_of(folder_ / publishing, false)) return publish(taken);
    for (const fs::path& item : entries_of(folder_, false)) {
      if (const auto taken = take(item)) return publish(*taken);
    }
    wait(scan_interval);
  }

  void wait(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->scan();
    });
  }

  std::optional<fs::path> take(const fs::path& item) {
    fs::path place = folder_ / publishing / to_hex(random_.id<GuidanceId>().view());
    std::error_code error;
    fs::create_directory(place, error);
    if (error || !move_to(item, place / item.filename())) return std::nullopt;
    return place;
  }

  void publish(const fs::path& place) {
    const auto octets = from_hex(place.filename().string());
    const auto id = octets ? GuidanceId::of(*octets) : std::nullopt;
    const auto items = entries_of(place, true);
    if (id && items.empty()) {  // taken halfway before a crash
      std::error_code ignored;
      fs::remove(place, ignored);
      return wait(std::chrono::milliseconds{0});
    }
    if (!id || items.size() != 1) return refuse(place, "it is not what `guidance watch` put there");
    auto guidance = read_guidance(items.front(), channel_);
    if (!guidance) {
      return refuse(place, guidance.error() == GuidanceFolderError::empty ? "it is empty" : "its files can't be read");
    }
    guidance->id = *id;
    begin_operation(place, std::move(*guidance));
  }

  void begin_operation(const fs::path& place, PublishGuidance guidance) {
    OperationListener listener;
    listener.told = [self = shared_from_this()](const Line& line) { self->listener_.told(line); };
    // Not from inside `start`: the next publication begins on a fresh stack.
    listener.finished = [self = shared_from_this(), place](const Outcome& outcome) {
      self->under_way_.reset();
      self->timer_.expires_after(std::chrono::milliseconds{0});
      self->timer_.async_wait([self, place, outcome](boost::system::error_code error) {
        if (!error) self->finished(place, outcome);
      });
    };
    under_way_ = owner_.start(Command{std::move(guidance)}, std::move(listener));
  }

  void finished(const fs::path& place, const Outcome& outcome) {
    if (!outcome.failure) {
      move_to(place, folder_ / published / place.filename());
      return scan();
    }
    if (passes(outcome.failure->fault)) return wait(retry_interval);
    refuse(place, text_of(*outcome.failure, language_));
  }

  void refuse(const fs::path& place, const std::string& reason) {
    const fs::path to = folder_ / refused / place.filename();
    if (!move_to(place, to)) return wait(retry_interval);
    std::ofstream{to / "reason.txt"} << reason << '\n';
    listener_.refused(reason + " (" + to.string() + ")");
    wait(std::chrono::milliseconds{0});
  }

  Owner& owner_;
  RandomSource& random_;
  fs::path folder_;
  std::string channel_;
  Language language_;
  WatchListener listener_;
  asio::steady_timer timer_;
  std::optional<OperationId> under_way_;
  bool ended_ = false;
};

Watch::Watch(asio::io_context& io, Owner& owner, RandomSource& random, fs::path folder, std::string channel,
             Language language, WatchListener listener)
    : loop_{std::make_shared<Loop>(io, owner, random, std::move(folder), std::move(channel), language,
                                   std::move(listener))} {}
Watch::~Watch() {
  loop_->end();
}
bool Watch::begin() {
  return loop_->begin();
}

}  // namespace samband::client

// `guidance watch`: publishes what appears in a folder, each thing once, across crashes.
//
// A guidance is a subfolder or a file renamed into the folder. It is taken by a rename to
// .publishing/ID/NAME, where ID is the guidance's identifier from then on; publishing an identifier a second
// time is the same guidance, so a crash at any point repeats nothing. It ends in .published/ID/NAME, or in
// .refused/ID/NAME with the reason beside it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "client/core/client.h"
#include "client/edge/owner.h"
#include "client/edge/texts.h"

namespace boost::asio {
class io_context;
}

namespace samband::client {

struct WatchListener {
  std::function<void(const Line& line)> told;            // of each publication
  std::function<void(const std::string& text)> refused;  // one sentence, without "samband: "
};

class Watch {
 public:
  Watch(boost::asio::io_context& io, Owner& owner, RandomSource& random, std::filesystem::path folder,
        std::string channel, Language language, WatchListener listener);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // False when the folder can't be read or written.
  [[nodiscard]] bool begin();

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;
};

}  // namespace samband::client

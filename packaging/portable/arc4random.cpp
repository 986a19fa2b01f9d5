// libstdc++'s random_device asks for arc4random(), which glibc has from 2.36 on; RHEL 9 has 2.34. This one stands in
// for it within the program alone. The programs' own keys do not come from here but from crypto/suite.
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <sys/random.h>

extern "C" __attribute__((visibility("hidden"))) std::uint32_t arc4random() noexcept {
  std::uint32_t drawn = 0;
  // So few bytes come whole or not at all; without a signal's interruption only a broken kernel refuses them.
  while (::getrandom(&drawn, sizeof drawn, 0) != sizeof drawn) {
    if (errno != EINTR) std::abort();
  }
  return drawn;
}

// MLS's Authentication Service (RFC 9420 §5.3.1), answered by the directory at one size and time: the same
// answer on the server and on every client.
#pragma once

#include "crypto/identity/directory.h"
#include "crypto/mls/tree/authentication_service.h"

namespace samband::protocol {

class DirectoryAuthentication final : public mls::AuthenticationService {
 public:
  enum class Asked : std::uint8_t {
    entering,  // leaves that come in or change: the certificate must be in force
    standing,  // leaves of a tree that a joiner meets: each was judged when it entered, and may be revoked since
  };
  // `directory` outlives this.
  DirectoryAuthentication(const identity::Directory& directory, std::uint64_t directory_size, WallTime at,
                          Asked asked = Asked::entering)
      : directory_{directory}, size_{directory_size}, at_{at}, asked_{asked} {}

  [[nodiscard]] bool validates(const mls::Credential& credential, BytesView signature_key) const override;
  // The same device, and so the same certificate: a device has one for life.
  [[nodiscard]] bool is_successor(const mls::Credential& previous, const mls::Credential& next) const override;

 private:
  const identity::Directory& directory_;
  std::uint64_t size_;
  WallTime at_;
  Asked asked_;
};

}  // namespace samband::protocol

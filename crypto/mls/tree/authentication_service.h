// The question MLS leaves to the application: is this credential true?
// Source: RFC 9420 §5.3.1.
#pragma once

#include "crypto/mls/wire/credential.h"

namespace samband::mls {

// Answers must depend only on the arguments and on what the implementation was made with, so that everybody
// who judges the same Commit comes to the same verdict.
class AuthenticationService {
 public:
  virtual ~AuthenticationService() = default;

  // Whether the identity in `credential` belongs with `signature_key`. Asked for every credential that enters.
  [[nodiscard]] virtual bool validates(const Credential& credential, BytesView signature_key) const = 0;

  // Whether `next` may stand where `previous` stood: for an Update, a Commit's path, or a resync.
  [[nodiscard]] virtual bool is_successor(const Credential& previous, const Credential& next) const = 0;
};

}  // namespace samband::mls

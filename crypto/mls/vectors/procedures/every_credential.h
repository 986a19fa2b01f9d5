// Whom a test vector's clients believe. Tests only.
#pragma once

#include "crypto/mls/tree/authentication_service.h"

namespace samband::vectors {

class EveryCredential final : public mls::AuthenticationService {
 public:
  [[nodiscard]] bool validates(const mls::Credential&, BytesView) const override { return true; }
  [[nodiscard]] bool is_successor(const mls::Credential&, const mls::Credential&) const override { return true; }
};

}  // namespace samband::vectors

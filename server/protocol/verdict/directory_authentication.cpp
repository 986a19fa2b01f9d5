#include "server/protocol/verdict/directory_authentication.h"

namespace samband::protocol {

bool DirectoryAuthentication::validates(const mls::Credential& credential, BytesView signature_key) const {
  const auto* basic = std::get_if<mls::BasicCredential>(&credential);
  if (basic == nullptr) return false;
  return asked_ == Asked::entering ? directory_.check_credential(basic->identity, signature_key, size_, at_).has_value()
                                   : directory_.recognise_credential(basic->identity, signature_key, size_).has_value();
}

bool DirectoryAuthentication::is_successor(const mls::Credential& previous, const mls::Credential& next) const {
  return previous == next;
}

}  // namespace samband::protocol

#include "server/edge/tls.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/suite/signing.h"
#include "server/edge/credentials.h"

namespace samband::server::edge {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

File open_file(const std::filesystem::path& path) {
  return {std::fopen(path.c_str(), "re"), &std::fclose};
}

Certificate read_certificate(const std::filesystem::path& path) {
  const File file = open_file(path);
  return {file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free};
}

// A key under a passphrase is not asked for: nobody sits at a server.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

PrivateKey read_private_key(const std::filesystem::path& path) {
  const File file = open_file(path);
  return {file ? PEM_read_PrivateKey(file.get(), nullptr, &no_passphrase, nullptr) : nullptr, &EVP_PKEY_free};
}

Hash hash_of_public_key(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return {};
  const Hash hash = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return hash;
}

Hash hash_of_certificate(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  const Hash hash = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return hash;
}

std::string validity_fault(X509* certificate, const std::string& name, WallTime now) {
  auto seconds = static_cast<std::time_t>(now.ms / 1000);
  if (X509_cmp_time(X509_get0_notBefore(certificate), &seconds) > 0) {
    return "the certificate " + name + " is not valid yet: check the clock, or install another one";
  }
  if (X509_cmp_time(X509_get0_notAfter(certificate), &seconds) < 0) {
    return "the certificate " + name + " has expired: renew it and start again";
  }
  return {};
}

WallTime end_of_validity(X509* certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return {};
  return {static_cast<std::uint64_t>(timegm(&end)) * 1000};
}

// The protocol's name among the client's offers (RFC 7301): a WebSocket runs over HTTP/1.1 here.
int choose_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                  unsigned int in_size, void*) {
  static constexpr std::array<unsigned char, 9> http11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, http11.data(), http11.size(), in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<SSL_CTX> make_context() {
  std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  if (!context) return nullptr;
  SSL_CTX* raw = context.get();
  if (SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1) return nullptr;
  if (SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION) != 1) return nullptr;
  // Sessions are not resumed: a login costs one handshake, and no ticket key has to be kept and rotated.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_set_num_tickets(raw, 0) != 1) return nullptr;
  // An idle connection keeps no buffers; a write may stop half way and go on from a buffer that has moved.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(raw, &choose_http11, nullptr);
  return context;
}

}  // namespace

std::optional<Hash> key_pin_of(const std::filesystem::path& file) {
  const Certificate certificate = read_certificate(file);
  ERR_clear_error();
  if (!certificate) return std::nullopt;
  return hash_of_public_key(certificate.get());
}

std::string name_of_user(uid_t user) {
  const passwd* found = ::getpwuid(user);
  return found ? found->pw_name : std::to_string(user);
}

std::string secret_file_fault(const std::filesystem::path& written) {
  const auto file = resolved(written);
  if (!file) return file.error();
  struct stat status{};
  if (::stat(file->c_str(), &status) != 0) {
    return file->string() + " is missing or out of reach: put it there, or correct the path in the configuration";
  }
  const mode_t forbidden = is_credential(written) ? S_IRWXO : (S_IRWXG | S_IRWXO);
  if ((status.st_mode & forbidden) != 0) {
    return file->string() + " can be read by others: run chmod 600 on it, and consider the key known";
  }
  if (::faccessat(AT_FDCWD, file->c_str(), R_OK, AT_EACCESS) != 0) {
    return file->string() + " can't be read by the user " + name_of_user(::geteuid()) +
           ", who runs the server: run chown " + name_of_user(::geteuid()) + " on it";
  }
  return {};
}

std::expected<TlsIdentity, std::string> load_tls(const std::filesystem::path& certificate_written,
                                                 const std::filesystem::path& private_key_written, WallTime now) {
  ERR_clear_error();
  const auto certificate_found = resolved(certificate_written);
  if (!certificate_found) return std::unexpected{"the certificate " + certificate_found.error()};
  const std::filesystem::path& certificate_file = *certificate_found;
  const Certificate certificate = read_certificate(certificate_file);
  if (!certificate) {
    return std::unexpected{"no certificate can be read from " + certificate_file.string() +
                           ": give a PEM file that holds it and its chain"};
  }
  if (auto fault = secret_file_fault(private_key_written); !fault.empty()) {
    return std::unexpected{"the private key " + fault};
  }
  const std::filesystem::path private_key_file = *resolved(private_key_written);
  const PrivateKey key = read_private_key(private_key_file);
  if (!key) {
    return std::unexpected{"no private key can be read from " + private_key_file.string() +
                           ": give a PEM file without passphrase"};
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return std::unexpected{"the private key " + private_key_file.string() + " is not the key of the certificate " +
                           certificate_file.string() + ": install the pair that belongs together"};
  }
  if (auto fault = validity_fault(certificate.get(), certificate_file.string(), now); !fault.empty()) {
    return std::unexpected{fault};
  }
  const std::shared_ptr<SSL_CTX> context = make_context();
  if (!context || SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return std::unexpected{"TLS can't be set up with " + certificate_file.string() + " (" + tls_error_text() +
                           "): use a P-256 or Ed25519 certificate with its chain"};
  }
  return TlsIdentity{context, hash_of_public_key(certificate.get()), hash_of_certificate(certificate.get()),
                     end_of_validity(certificate.get())};
}

Bytes channel_binding(SSL* session) {
  static constexpr std::string_view label = "EXPORTER-Channel-Binding";
  Bytes out(32);
  if (!SSL_is_init_finished(session) ||
      SSL_export_keying_material(session, out.data(), out.size(), label.data(), label.size(), nullptr, 0, 0) != 1) {
    return {};
  }
  return out;
}

std::string tls_error_text() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "reason " + std::to_string(ERR_GET_REASON(code));
}

}  // namespace samband::server::edge

// Who a device is: the identity inside its MLS basic credential (RFC 9420 §5.3).
// Its signature says that the device held the seed of an invitation; that it counts is said by its place
// in the directory (directory.h). It names no duties: those are the delegation's alone.
#pragma once

#include <expected>
#include <string>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

inline constexpr std::size_t signed_device_certificate_bytes_max = 1024;

struct DeviceCertificate {
  PartnerId partner;
  StaffId staff;
  DeviceId device;
  Ed25519PublicKey signature_key;  // the LeafNode's signature_key
  std::string staff_name;
  std::string device_label;  // "laptop", "ward phone"
  DelegationHash delegation;
  AdministratorHash administrator;  // the grant behind the delegation
  WallTime not_before;
  WallTime not_after;  // the first moment it does not cover
  bool operator==(const DeviceCertificate&) const = default;
};

struct SignedDeviceCertificate {
  DeviceCertificate body;
  Ed25519Signature signature;  // by the enrolment key, purpose "device certificate"
  bool operator==(const SignedDeviceCertificate&) const = default;
};

[[nodiscard]] SignedDeviceCertificate sign(DeviceCertificate body, BytesView enrolment_private_key);
[[nodiscard]] bool verify(const SignedDeviceCertificate& certificate, const Ed25519PublicKey& enrolment_key);
// Over the whole signed certificate, as it stands in credentials.
[[nodiscard]] Hash hash_of(const SignedDeviceCertificate& certificate);

[[nodiscard]] std::expected<SignedDeviceCertificate, ParseError> parse_signed_device_certificate(BytesView wire);
[[nodiscard]] Bytes encode(const SignedDeviceCertificate& certificate);
[[nodiscard]] SignedDeviceCertificate read_signed_device_certificate(Reader& in);
void write(Writer& out, const SignedDeviceCertificate& certificate);

}  // namespace samband::identity

#include "crypto/identity/device_certificate.h"

#include "crypto/identity/name.h"
#include "crypto/identity/statement.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

namespace {

constexpr std::string_view certificate_purpose = "device certificate";

void write_body(Writer& out, const DeviceCertificate& body) {
  out.u8(statement_version);
  out.fixed(body.partner.view());
  out.fixed(body.staff.view());
  out.fixed(body.device.view());
  out.fixed(body.signature_key.view());
  write_text(out, body.staff_name);
  write_text(out, body.device_label);
  out.fixed(body.delegation.view());
  out.fixed(body.administrator.view());
  out.u64(body.not_before.ms);
  out.u64(body.not_after.ms);
}

Bytes encode_body(const DeviceCertificate& body) {
  Writer out;
  write_body(out, body);
  return out.take();
}

}  // namespace

SignedDeviceCertificate sign(DeviceCertificate body, BytesView enrolment_private_key) {
  const auto signature = signature_of(enrolment_private_key, certificate_purpose, encode_body(body));
  return {std::move(body), signature};
}

bool verify(const SignedDeviceCertificate& certificate, const Ed25519PublicKey& enrolment_key) {
  return signature_holds(enrolment_key, certificate_purpose, encode_body(certificate.body), certificate.signature);
}

Hash hash_of(const SignedDeviceCertificate& certificate) {
  return hash_statement("signed device certificate", encode(certificate));
}

SignedDeviceCertificate read_signed_device_certificate(Reader& in) {
  read_statement_version(in);
  SignedDeviceCertificate certificate;
  certificate.body.partner = in.id<PartnerId>();
  certificate.body.staff = in.id<StaffId>();
  certificate.body.device = in.id<DeviceId>();
  certificate.body.signature_key = in.id<Ed25519PublicKey>();
  certificate.body.staff_name = read_name(in);
  certificate.body.device_label = read_name(in);
  certificate.body.delegation = in.id<DelegationHash>();
  certificate.body.administrator = in.id<AdministratorHash>();
  certificate.body.not_before = WallTime{in.u64()};
  certificate.body.not_after = WallTime{in.u64()};
  certificate.signature = in.id<Ed25519Signature>();
  return certificate;
}

std::expected<SignedDeviceCertificate, ParseError> parse_signed_device_certificate(BytesView wire) {
  Reader in{wire};
  SignedDeviceCertificate certificate = read_signed_device_certificate(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return certificate;
}

void write(Writer& out, const SignedDeviceCertificate& certificate) {
  write_body(out, certificate.body);
  out.fixed(certificate.signature.view());
}

Bytes encode(const SignedDeviceCertificate& certificate) {
  Writer out;
  write(out, certificate);
  return out.take();
}

}  // namespace samband::identity

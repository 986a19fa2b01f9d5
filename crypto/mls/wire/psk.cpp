#include "crypto/mls/wire/psk.h"

namespace samband::mls {
namespace {

ResumptionPSKUsage read_usage(Reader& in) {
  const auto usage = static_cast<ResumptionPSKUsage>(in.u8());
  switch (usage) {
    case ResumptionPSKUsage::application:
    case ResumptionPSKUsage::reinit:
    case ResumptionPSKUsage::branch: return usage;
  }
  in.fail(ParseError::unknown_value);
  return ResumptionPSKUsage::application;
}

ResumptionPSK read_resumption(Reader& in) {
  return {.usage = read_usage(in), .psk_group_id = in.bytes_owned(group_id_bytes_max), .psk_epoch = Epoch{in.u64()}};
}

decltype(PreSharedKeyID::psk) read_psk(Reader& in) {
  switch (static_cast<PSKType>(in.u8())) {
    case PSKType::external: return ExternalPSK{in.bytes_owned(psk_id_bytes_max)};
    case PSKType::resumption: return read_resumption(in);
  }
  in.fail(ParseError::unknown_value);
  return ExternalPSK{};
}

}  // namespace

PSKType psktype(const PreSharedKeyID& id) {
  return std::holds_alternative<ExternalPSK>(id.psk) ? PSKType::external : PSKType::resumption;
}

bool is_continuation(const PreSharedKeyID& id) {
  const auto* resumption = std::get_if<ResumptionPSK>(&id.psk);
  return resumption != nullptr && resumption->usage != ResumptionPSKUsage::application;
}

PreSharedKeyID read_pre_shared_key_id(Reader& in) {
  return {.psk = read_psk(in), .psk_nonce = in.bytes_owned(hash_bytes_max)};
}

std::expected<PreSharedKeyID, ParseError> parse_pre_shared_key_id(BytesView wire) {
  return parse_whole(wire, read_pre_shared_key_id);
}

void write(Writer& out, const PreSharedKeyID& id) {
  out.u8(static_cast<std::uint8_t>(psktype(id)));
  if (const auto* external = std::get_if<ExternalPSK>(&id.psk)) {
    out.bytes(external->psk_id);
  } else {
    const auto& resumption = std::get<ResumptionPSK>(id.psk);
    out.u8(static_cast<std::uint8_t>(resumption.usage));
    out.bytes(resumption.psk_group_id);
    out.u64(resumption.psk_epoch.value);
  }
  out.bytes(id.psk_nonce);
}

void write(Writer& out, const PSKLabel& label) {
  write(out, label.id);
  out.u16(label.index);
  out.u16(label.count);
}

}  // namespace samband::mls

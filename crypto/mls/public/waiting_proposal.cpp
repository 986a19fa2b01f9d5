#include "crypto/mls/public/waiting_proposal.h"

namespace samband::mls {

void write(Writer& out, const WaitingProposal& waiting) {
  out.bytes(waiting.ref);
  out.presence(waiting.member.has_value());
  if (waiting.member) out.u32(waiting.member->value);
  write(out, waiting.proposal);
}

WaitingProposal read_waiting_proposal(Reader& in) {
  WaitingProposal out;
  out.ref = in.bytes_owned(hash_bytes_max);
  if (in.presence()) out.member = LeafIndex{in.u32()};
  out.proposal = read_proposal(in);
  return out;
}

}  // namespace samband::mls

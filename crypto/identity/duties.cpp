#include "crypto/identity/duties.h"

namespace samband::identity {

Duties read_duties(Reader& in) {
  Duties duties;
  duties.bits_ = in.u8();
  if ((duties.bits_ & ~Duties::all_bits) != 0) in.fail(ParseError::unknown_value);
  return duties;
}

void write(Writer& out, Duties duties) {
  out.u8(duties.bits());
}

}  // namespace samband::identity

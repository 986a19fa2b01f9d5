#include "crypto/suite/label.h"

namespace samband {

void write_label(Writer& out, std::string_view prefix, std::string_view label) {
  out.vector([&](Writer& text) {
    text.fixed(view_of(prefix));
    text.fixed(view_of(label));
  });
}

Bytes labelled(std::string_view prefix, std::string_view label, BytesView content) {
  Writer out;
  out.reserve(prefix.size() + label.size() + content.size() + 8);  // 8: two vector headers
  write_label(out, prefix, label);
  out.bytes(content);
  return out.take();
}

}  // namespace samband

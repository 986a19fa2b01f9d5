// The worked example of FORMAT.md is made here from fixed seeds, field by field, and must stand there word for word.
#include <fstream>
#include <sstream>

#include "crypto/codec/hex.h"
#include "crypto/identity/identity_fixture.h"

namespace samband::identity {
namespace {

struct Field {
  std::string_view name;
  std::size_t bytes;
};

std::string worked_example() {
  const Delegation invited = asker.delegation(1);
  DeviceCertificate body = asker.certificate(invited, 1);
  body.staff_name = "Åse";
  const Bytes wire = encode(DirectoryLeaf{noon, asker.signed_certificate(body, 1)});
  std::string out;
  std::size_t at = 0;
  for (const Field& field :
       {Field{"versioned_type", 2}, Field{"at_ms", 8}, Field{"version", 1}, Field{"partner", 16}, Field{"staff", 16},
        Field{"device", 16}, Field{"signature_key", 32}, Field{"staff_name", 5}, Field{"device_label", 7},
        Field{"delegation", 32}, Field{"administrator", 32}, Field{"not_before_ms", 8}, Field{"not_after_ms", 8},
        Field{"signature", 64}}) {
    const std::string hex = to_hex(BytesView{wire}.subspan(at, field.bytes));
    constexpr std::size_t line_digits = 64;
    for (std::size_t i = 0; i < hex.size(); i += line_digits) {
      std::string name{i == 0 ? field.name : std::string_view{}};
      name.resize(16, ' ');
      out += name + hex.substr(i, line_digits) + "\n";
    }
    at += field.bytes;
  }
  EXPECT_EQ(at, wire.size());
  return out;
}

TEST(Format, IsDocumentedWithTheBytesThatAreWritten) {
  std::ifstream file{IDENTITY_FOLDER "/FORMAT.md"};
  ASSERT_TRUE(file);
  std::stringstream document;
  document << file.rdbuf();
  EXPECT_NE(document.str().find(worked_example()), std::string::npos) << "the example is now:\n" << worked_example();
}

}  // namespace
}  // namespace samband::identity

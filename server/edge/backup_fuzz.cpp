// A manifest comes from a disk that anybody may have written: what is read as one is written again as the same bytes,
// and names no place outside those of a backup.
#include "crypto/codec/fuzzing.h"
#include "server/edge/backup.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  using namespace samband::server::edge;
  const std::string_view text = text_of({data, size});
  const auto manifest = parse_backup_manifest(text);
  if (!manifest) return 0;
  fuzzing::expect(encode(*manifest) == text);
  for (const BackupFile& file : manifest->files) fuzzing::expect(is_backup_path(file.path));
  return 0;
}

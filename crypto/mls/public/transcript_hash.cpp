#include "crypto/mls/public/transcript_hash.h"

namespace samband::mls {

Bytes confirmed_transcript_hash(const CipherSuite& suite, BytesView interim_transcript_hash, WireFormat wire_format,
                                const FramedContent& commit, BytesView signature) {
  return suite.hash({interim_transcript_hash, confirmed_transcript_hash_input(wire_format, commit, signature)});
}

Bytes interim_transcript_hash(const CipherSuite& suite, BytesView confirmed_transcript_hash,
                              BytesView confirmation_tag) {
  return suite.hash({confirmed_transcript_hash, interim_transcript_hash_input(confirmation_tag)});
}

}  // namespace samband::mls

// The running hashes over all Commits of a group.
// Source: RFC 9420 §8.2.
#pragma once

#include "crypto/mls/wire/framing.h"

namespace samband::mls {

// Of the epoch that `commit` begins, from the interim hash of the one it ends. KDF.Nh bytes.
[[nodiscard]] Bytes confirmed_transcript_hash(const CipherSuite& suite, BytesView interim_transcript_hash,
                                              WireFormat wire_format, const FramedContent& commit, BytesView signature);

// Of an epoch, from its confirmed hash and the confirmation tag of the Commit that began it. KDF.Nh bytes.
[[nodiscard]] Bytes interim_transcript_hash(const CipherSuite& suite, BytesView confirmed_transcript_hash,
                                            BytesView confirmation_tag);

}  // namespace samband::mls

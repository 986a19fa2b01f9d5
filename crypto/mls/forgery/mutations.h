// Changes to the structures of MLS that a script chooses: few that a parser would refuse, most that only a group can
// judge. Each call makes one, somewhere inside. Nothing is signed anew: see repairs.h.
#pragma once

#include "crypto/codec/fuzzing.h"
#include "crypto/mls/wire/message.h"
#include "crypto/mls/wire/node.h"

namespace samband::mls::forgery {

using fuzzing::Script;

void mutate(Bytes& field, Script& script);
void mutate(SecretBytes& secret, Script& script);
void mutate(Extensions& extensions, Script& script);
void mutate(Capabilities& capabilities, Script& script);
void mutate(Credential& credential, Script& script);
void mutate(LeafNode& leaf, Script& script);
void mutate(KeyPackage& key_package, Script& script);
void mutate(PreSharedKeyID& id, Script& script);
void mutate(Proposal& proposal, Script& script);
void mutate(ProposalOrRef& item, Script& script);
void mutate(HPKECiphertext& sealed, Script& script);
void mutate(UpdatePathNode& node, Script& script);
void mutate(UpdatePath& path, Script& script);
void mutate(Commit& commit, Script& script);
void mutate(Sender& sender, Script& script);
void mutate(Content& content, Script& script);
void mutate(FramedContent& content, Script& script);
void mutate(GroupContext& context, Script& script);
void mutate(GroupInfo& info, Script& script);
void mutate(GroupSecrets& secrets, Script& script);
void mutate(Welcome& welcome, Script& script);
void mutate(PrivateMessage& message, Script& script);
void mutate(ParentNode& parent, Script& script);
void mutate(RatchetTreeNodes& nodes, Script& script);

// No writer of ours writes one type twice; that decoders refuse it is for their own fuzzers.
void drop_repeated_types(Extensions& extensions);

// A value of a registry: known, unknown, private or GREASE.
[[nodiscard]] std::uint16_t draw_code_point(Script& script);

}  // namespace samband::mls::forgery

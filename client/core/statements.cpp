#include "client/core/statements.h"

namespace samband::client {

Later<protocol::ReplyBody> post_statement(Parts& parts, const Channel& channel, protocol::StatementBody body) {
  const mls::GroupContext& context = channel.group->context();
  const storage::EntryKind kind = protocol::kind_of(body);
  protocol::Statement statement{.channel = channel.id(),
                                .device = parts.own->device().device,
                                .group_id = context.group_id,
                                .epoch = context.epoch.value,
                                .body = std::move(body)};
  const protocol::SignedStatement signed_statement =
      protocol::sign(std::move(statement), parts.own->signature_key.private_key.view());
  return parts.session.submit(protocol::PostStatement{channel.id(), kind, protocol::encode(signed_statement)},
                              {.kind = PurposeKind::statement, .channel = channel.id()});
}

}  // namespace samband::client

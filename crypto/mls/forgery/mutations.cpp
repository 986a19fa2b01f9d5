#include "crypto/mls/forgery/mutations.h"

#include <algorithm>
#include <array>

namespace samband::mls::forgery {
namespace {

template <class Item>
void rearrange(std::vector<Item>& items, Script& script) {
  if (items.empty()) return;
  const std::size_t at = script.below(items.size());
  const auto place = items.begin() + static_cast<std::ptrdiff_t>(at);
  switch (script.below(4)) {
    case 0: items.erase(place); break;
    case 1: items.push_back(Item{*place}); break;
    case 2: std::swap(items[at], items[script.below(items.size())]); break;
    case 3: items.clear(); break;
  }
}

template <class Item>
void rearrange_or_mutate(std::vector<Item>& items, Script& script) {
  if (items.empty() || script.rarely(3)) return rearrange(items, script);
  mutate(items[script.below(items.size())], script);
}

template <class Number>
void mutate_number(Number& number, Script& script) {
  switch (script.below(4)) {
    case 0: number = static_cast<Number>(number + 1); break;
    case 1: number = static_cast<Number>(number - 1); break;
    case 2: number = static_cast<Number>(script.below(16)); break;
    case 3: number = static_cast<Number>(Number{1} << script.below(8 * sizeof(Number))); break;
  }
}

template <class Value>
void mutate_values(ValueList<Value>& values, Script& script) {
  std::vector<Value> changed{values.begin(), values.end()};
  if (script.flip()) {
    rearrange(changed, script);
  } else {
    changed.push_back(static_cast<Value>(draw_code_point(script)));
  }
  values = changed;
}

void mutate_source(LeafNode& leaf, Script& script) {
  switch (script.below(5)) {
    case 0: leaf.source = KeyPackageSource{{0, std::uint64_t{1} << script.below(64)}}; break;
    case 1: leaf.source = UpdateSource{}; break;
    case 2: leaf.source = CommitSource{script.bytes(33)}; break;
    default:
      if (auto* of_commit = std::get_if<CommitSource>(&leaf.source)) {
        mutate(of_commit->parent_hash, script);
      } else if (auto* of_key_package = std::get_if<KeyPackageSource>(&leaf.source)) {
        mutate_number(of_key_package->lifetime.not_before, script);
      }
  }
}

}  // namespace

std::uint16_t draw_code_point(Script& script) {
  constexpr std::array<std::uint16_t, 4> unusual{0x0a0a, 0x1a1a, 0xf0a1, 0xff00};
  const std::size_t choice = script.below(16);
  return choice < unusual.size() ? unusual[choice] : static_cast<std::uint16_t>(choice - unusual.size());
}

void mutate(Bytes& field, Script& script) {
  switch (script.below(5)) {
    case 0: field.clear(); break;
    case 1: field.push_back(script.u8()); break;
    case 2:
      if (!field.empty()) field.pop_back();
      break;
    case 3:
      if (!field.empty()) field[script.u16() % field.size()] ^= static_cast<std::uint8_t>(script.u8() | 1U);
      break;
    case 4: field = script.bytes(40); break;
  }
}

void mutate(Capabilities& capabilities, Script& script) {
  switch (script.below(5)) {
    case 0: return mutate_values(capabilities.versions, script);
    case 1: return mutate_values(capabilities.cipher_suites, script);
    case 2: return mutate_values(capabilities.extensions, script);
    case 3: return mutate_values(capabilities.proposals, script);
    case 4: return mutate_values(capabilities.credentials, script);
  }
}

void mutate(Credential& credential, Script& script) {
  if (script.rarely(4)) {
    credential = X509Credential{{script.bytes(4)}};
  } else if (auto* basic = std::get_if<BasicCredential>(&credential)) {
    mutate(basic->identity, script);
  } else {
    credential = BasicCredential{script.bytes(2)};
  }
}

void mutate(HPKECiphertext& sealed, Script& script) {
  mutate(script.flip() ? sealed.kem_output : sealed.ciphertext, script);
}

void mutate(UpdatePathNode& node, Script& script) {
  if (script.flip()) return mutate(node.encryption_key, script);
  rearrange_or_mutate(node.encrypted_path_secret, script);
}

void mutate(ProposalOrRef& item, Script& script) {
  if (auto* proposal = std::get_if<Proposal>(&item)) return mutate(*proposal, script);
  mutate(std::get<ProposalRef>(item), script);
}

void mutate(Sender& sender, Script& script) {
  switch (script.below(4)) {
    case 0: sender = MemberSender{LeafIndex{script.u8()}}; break;
    case 1: sender = ExternalSenderIndex{script.u8()}; break;
    case 2: sender = NewMemberProposal{}; break;
    case 3: sender = NewMemberCommit{}; break;
  }
}

void mutate(Content& content, Script& script) {
  if (auto* commit = std::get_if<Commit>(&content)) return mutate(*commit, script);
  if (auto* proposal = std::get_if<Proposal>(&content)) return mutate(*proposal, script);
  mutate(std::get<ApplicationData>(content).data, script);
}

void mutate(GroupContext& context, Script& script) {
  switch (script.below(6)) {
    case 0: mutate_number(context.cipher_suite, script); break;
    case 1: mutate(context.group_id, script); break;
    case 2: mutate_number(context.epoch.value, script); break;
    case 3: mutate(context.tree_hash, script); break;
    case 4: mutate(context.confirmed_transcript_hash, script); break;
    case 5: mutate(context.extensions, script); break;
  }
}

void mutate(ShortBytes& bytes, Script& script) {
  Bytes changed = copy_of(bytes);
  mutate(changed, script);
  changed.resize(std::min(changed.size(), ShortBytes::size_max));
  bytes = ShortBytes{changed};
}

void mutate(ParentNode& parent, Script& script) {
  switch (script.below(3)) {
    case 0: mutate(parent.encryption_key, script); break;
    case 1: mutate(parent.parent_hash, script); break;
    case 2:
      parent.unmerged_leaves.push_back(LeafIndex{script.u8()});
      std::ranges::sort(parent.unmerged_leaves);
      break;
  }
}

void mutate(SecretBytes& secret, Script& script) {
  Bytes changed = copy_of(secret.view());
  mutate(changed, script);
  secret = SecretBytes{changed};
}

void drop_repeated_types(Extensions& extensions) {
  Extensions once;
  for (Extension& extension : extensions) {
    if (find_extension(once, extension.extension_type) == nullptr) once.push_back(std::move(extension));
  }
  extensions = std::move(once);
}

void mutate(Extensions& extensions, Script& script) {
  const std::size_t at = script.below(extensions.size());
  switch (script.below(4)) {
    case 0: rearrange(extensions, script); break;
    case 1: extensions.push_back({static_cast<ExtensionType>(draw_code_point(script)), script.bytes(20)}); break;
    case 2:
      if (!extensions.empty()) mutate(extensions[at].extension_data, script);
      break;
    case 3:
      if (!extensions.empty()) extensions[at].extension_type = static_cast<ExtensionType>(draw_code_point(script));
      break;
  }
  drop_repeated_types(extensions);
}

void mutate(LeafNode& leaf, Script& script) {
  switch (script.below(7)) {
    case 0: return mutate(leaf.encryption_key, script);
    case 1: return mutate(leaf.signature_key, script);
    case 2: return mutate(leaf.credential, script);
    case 3: return mutate(leaf.capabilities, script);
    case 4: return mutate_source(leaf, script);
    case 5: return mutate(leaf.extensions, script);
    case 6: return mutate(leaf.signature, script);
  }
}

void mutate(KeyPackage& key_package, Script& script) {
  switch (script.below(6)) {
    case 0: return mutate_number(key_package.cipher_suite, script);
    case 1: return mutate(key_package.init_key, script);
    case 2: return mutate(key_package.extensions, script);
    case 3: return mutate(key_package.signature, script);
    default: return mutate(key_package.leaf_node, script);
  }
}

void mutate(PreSharedKeyID& id, Script& script) {
  switch (script.below(4)) {
    case 0: id.psk = ExternalPSK{script.bytes(3)}; break;
    case 1: {
      const auto usage = static_cast<ResumptionPSKUsage>(1 + script.below(3));
      id.psk = ResumptionPSK{usage, script.bytes(6), Epoch{script.u8()}};
      break;
    }
    case 2: mutate(id.psk_nonce, script); break;
    case 3: id.psk_nonce = Bytes(32, script.u8()); break;
  }
}

void mutate(Proposal& proposal, Script& script) {
  struct Change {
    Script& script;
    void operator()(Add& add) const { mutate(add.key_package, script); }
    void operator()(Update& update) const { mutate(update.leaf_node, script); }
    void operator()(Remove& remove) const { mutate_number(remove.removed.value, script); }
    void operator()(PreSharedKey& psk) const { mutate(psk.psk, script); }
    void operator()(ReInit& reinit) const {
      if (script.flip()) return mutate(reinit.extensions, script);
      mutate_number(reinit.cipher_suite, script);
    }
    void operator()(ExternalInit& init) const { mutate(init.kem_output, script); }
    void operator()(GroupContextExtensions& of_group) const { mutate(of_group.extensions, script); }
  };
  std::visit(Change{script}, proposal);
}

void mutate(UpdatePath& path, Script& script) {
  if (script.flip()) return mutate(path.leaf_node, script);
  rearrange_or_mutate(path.nodes, script);
}

void mutate(Commit& commit, Script& script) {
  const std::size_t choice = script.below(8);
  if (choice == 0) {
    commit.path.reset();
  } else if (choice < 4 && commit.path) {
    mutate(*commit.path, script);
  } else {
    rearrange_or_mutate(commit.proposals, script);
  }
}

void mutate(FramedContent& content, Script& script) {
  switch (script.below(8)) {
    case 0: return mutate(content.group_id, script);
    case 1: return mutate_number(content.epoch.value, script);
    case 2: return mutate(content.sender, script);
    case 3: return mutate(content.authenticated_data, script);
    default: return mutate(content.content, script);
  }
}

void mutate(GroupInfo& info, Script& script) {
  switch (script.below(5)) {
    case 0: return mutate(info.group_context, script);
    case 1: return mutate(info.extensions, script);
    case 2: return mutate(info.confirmation_tag, script);
    case 3: return mutate_number(info.signer.value, script);
    case 4: return mutate(info.signature, script);
  }
}

void mutate(GroupSecrets& secrets, Script& script) {
  switch (script.below(4)) {
    case 0: return mutate(secrets.joiner_secret, script);
    case 1: return secrets.path_secret.reset();
    case 2:
      if (!secrets.path_secret) secrets.path_secret.emplace(std::size_t{32});
      return mutate(*secrets.path_secret, script);
    case 3:
      if (secrets.psks.empty()) secrets.psks.emplace_back();
      return rearrange_or_mutate(secrets.psks, script);
  }
}

void mutate(Welcome& welcome, Script& script) {
  const std::size_t at = script.below(welcome.secrets.size());
  switch (script.below(5)) {
    case 0: return mutate_number(welcome.cipher_suite, script);
    case 1: return rearrange(welcome.secrets, script);
    case 2:
      if (!welcome.secrets.empty()) mutate(welcome.secrets[at].new_member, script);
      break;
    case 3:
      if (!welcome.secrets.empty()) mutate(welcome.secrets[at].encrypted_group_secrets, script);
      break;
    case 4: return mutate(welcome.encrypted_group_info, script);
  }
}

void mutate(PrivateMessage& message, Script& script) {
  switch (script.below(6)) {
    case 0: return mutate(message.group_id, script);
    case 1: return mutate_number(message.epoch.value, script);
    case 2: message.content_type = ContentType{static_cast<std::uint8_t>(1 + script.below(3))}; break;
    case 3: return mutate(message.authenticated_data, script);
    case 4: return mutate(message.encrypted_sender_data, script);
    case 5: return mutate(message.ciphertext, script);
  }
}

void mutate(RatchetTreeNodes& nodes, Script& script) {
  if (nodes.empty()) return;
  std::optional<Node>& node = nodes[script.below(nodes.size())];
  if (!node || script.rarely(4)) {
    std::swap(node, nodes[script.below(nodes.size())]);
  } else if (script.rarely(4)) {
    node.reset();
  } else if (auto* parent = std::get_if<ParentNode>(&*node)) {
    mutate(*parent, script);
  } else {
    LeafNode leaf = *std::get<LeafNodePtr>(*node);
    mutate(leaf, script);
    node = std::make_shared<const LeafNode>(std::move(leaf));
  }
}

}  // namespace samband::mls::forgery

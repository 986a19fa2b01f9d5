#include "server/core/audit_chain.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "crypto/identity/name.h"
#include "crypto/suite/signing.h"
#include "crypto/transparency/merkle_log.h"
#include "crypto/transparency/tree_head.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

// What sambandctl can show: UTF-8 without control characters, of bounded size, cut between characters.
std::string presentable(std::string text) {
  if (text.size() > storage::audit_text_bytes_max) {
    std::size_t end = storage::audit_text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
  }
  if (identity::is_valid_text(text, storage::audit_text_bytes_max)) return text;
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return text;
}

// Gathers faults while the records are read; the first one tells.
class Verifier {
 public:
  Verifier(const storage::Store& main, const std::optional<Hash>& noted) : main_{main}, noted_{noted} {}

  std::expected<protocol::AuditVerified, std::string> run() {
    const auto head = read_head();
    if (!head) return std::unexpected{head.error()};
    if (const auto fault = read_records(*head)) return std::unexpected{*fault};
    if (const auto fault = read_leaves()) return std::unexpected{*fault};
    if (noted_ && !met_noted_) {
      return std::unexpected{
          "no record of the audit chain has the hash that was noted: compare it with the note, and restore a backup "
          "if it agrees"};
    }
    return protocol::AuditVerified{.records = expected_, .leaves = frontier_.size(), .last = previous_};
  }

 private:
  struct Root {
    std::uint64_t record = 0;
    std::uint64_t size = 0;
    Hash root;
  };

  static std::string fault_of(std::uint64_t record, std::string_view what) {
    return "audit record " + std::to_string(record) + " " + std::string{what} + ": restore the store from a backup";
  }
  static std::string unreadable(storage::StoreError error) {
    return "the audit chain can't be read (" + std::string{storage::name_of(error)} +
           "): restore the store from a backup";
  }

  [[nodiscard]] std::expected<storage::AuditHead, std::string> read_head() const {
    const auto kept = main_.get(layout::meta, layout::audit_head_key());
    if (!kept) return std::unexpected{unreadable(kept.error())};
    if (!*kept) return storage::AuditHead{};
    const auto head = storage::parse_audit_head(**kept);
    if (!head) return std::unexpected{"the end of the audit chain can't be read: restore the store from a backup"};
    return *head;
  }

  // More records than the head says are those of a server that goes on writing.
  std::optional<std::string> read_records(const storage::AuditHead& head) {
    std::optional<std::string> fault;
    const auto scanned = main_.scan(layout::meta, layout::audit_records(), all, [&](BytesView key, BytesView value) {
      fault = take(key, value);
      if (!fault && expected_ == head.records && previous_ != head.last) {
        fault = fault_of(head.records - 1, "is not the one that the chain ends with");
      }
      return fault ? storage::Visit::stop : storage::Visit::more;
    });
    if (!scanned) return unreadable(scanned.error());
    if (fault) return fault;
    if (expected_ < head.records) return fault_of(expected_, "is missing");
    const auto newest = read_head();  // a record is written together with the chain's end
    if (!newest) return newest.error();
    if (newest->records < expected_) return fault_of(newest->records, "stands behind the end of the chain");
    return std::nullopt;
  }

  std::optional<std::string> take(BytesView key, BytesView value) {
    if (!equal(key, layout::audit_key(expected_))) return fault_of(expected_, "is missing");
    const auto record = storage::parse_audit_record(value);
    if (!record) return fault_of(expected_, "can't be read");
    if (record->previous != previous_) return fault_of(expected_, "does not continue the one before it");
    const std::uint64_t known = roots_.empty() ? 0 : roots_.back().size;
    if (record->directory_size < known || record->first_leaf > record->directory_size) {
      return fault_of(expected_, "knows less of the directory than the one before it");
    }
    roots_.push_back({expected_, record->directory_size, record->directory_root});
    previous_ = audit_hash(value);
    met_noted_ = met_noted_ || previous_ == noted_;
    ++expected_;
    return std::nullopt;
  }

  // A record is written together with the leaves before it, so that all of them are there.
  std::optional<std::string> read_leaves() {
    auto next = roots_.begin();
    const auto differs = [&]() -> std::optional<std::string> {
      for (; next != roots_.end() && next->size == frontier_.size(); ++next) {
        if (next->root != frontier_.root()) return fault_of(next->record, "names another directory than there is");
      }
      return std::nullopt;
    };
    auto fault = differs();
    if (fault || next == roots_.end()) return fault;
    const auto scanned = main_.scan(layout::directory, layout::directory_from(0), all, [&](BytesView, BytesView leaf) {
      frontier_.append(transparency::leaf_hash(leaf));
      fault = differs();
      return fault || next == roots_.end() ? storage::Visit::stop : storage::Visit::more;
    });
    if (!scanned) return unreadable(scanned.error());
    if (!fault && next != roots_.end()) return fault_of(next->record, "knows more of the directory than there is");
    return fault;
  }

  const storage::Store& main_;
  std::optional<Hash> noted_;
  bool met_noted_ = false;
  std::uint64_t expected_ = 0;
  Hash previous_;
  std::vector<Root> roots_;
  transparency::Frontier frontier_;
};

}  // namespace

Hash audit_hash(BytesView record) {
  return hash_statement("audit", record);
}

bool AuditChain::load(const StoreView& main) {
  head_ = {};
  if (const auto kept = main.get(layout::meta, layout::audit_head_key())) {
    const auto head = storage::parse_audit_head(*kept);
    if (!head) return false;
    head_ = *head;
  }
  return true;
}

void AuditChain::append(StoreView& main, WallTime at, Act act) {
  storage::AuditRecord record{.at = at,
                              .act = act.kind,
                              .uid = act.who.uid,
                              .user = presentable(std::move(act.who.user)),
                              .partner = act.partner,
                              .what = presentable(std::move(act.what)),
                              .first_leaf = 0,
                              .directory_size = 0,
                              .directory_root = transparency::empty_root(),
                              .previous = head_.last};
  const auto kept = main.get(layout::meta, layout::tree_head_key());
  const auto directory = transparency::parse_signed_tree_head(kept.value_or(Bytes{}));
  if (directory) {
    record.directory_size = directory->body.tree_size;
    record.directory_root = directory->body.root;
  }
  record.first_leaf = act.first_leaf.value_or(record.directory_size);
  Bytes wire = storage::encode(record);
  head_.last = audit_hash(wire);
  main.put(layout::meta, layout::audit_key(head_.records++), std::move(wire));
  main.put(layout::meta, layout::audit_head_key(), storage::encode(head_));
}

std::expected<storage::StoreBatch, storage::StoreError> audit_batch(const storage::Store& main, WallTime at, Act act) {
  StoreView view{main};
  AuditChain chain;
  const bool loaded = chain.load(view);
  if (!loaded) return std::unexpected{storage::StoreError::corrupt};
  chain.append(view, at, std::move(act));
  if (view.failure()) return std::unexpected{*view.failure()};
  return view.take_batch(1);
}

std::expected<protocol::AuditVerified, std::string> verify_audit(const storage::Store& main,
                                                                 const std::optional<Hash>& noted) {
  return Verifier{main, noted}.run();
}

std::optional<std::string> audit_chain_fault(const storage::Store& main) {
  auto verified = verify_audit(main);
  if (verified) return std::nullopt;
  return std::move(verified.error());
}

}  // namespace samband::server

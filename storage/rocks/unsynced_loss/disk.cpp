#include "storage/rocks/unsynced_loss/disk.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ranges>

namespace samband::storage {
namespace {

std::optional<std::string> content_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

void Disk::closed_unsynced(const std::string& path, std::uint64_t synced_bytes) {
  synced_bytes_[path] = synced_bytes;
}

void Disk::created(const std::string& path) {
  synced_bytes_.erase(path);
  unsettled_.push_back({.path = path, .renamed_from = {}, .replaced = {}});
}

void Disk::renaming(const std::string& from, const std::string& to) {
  if (const auto moved = synced_bytes_.extract(from)) synced_bytes_[to] = moved.mapped();
  unsettled_.push_back({.path = to, .renamed_from = from, .replaced = content_of(to)});
}

void Disk::removed(const std::string& path) {
  synced_bytes_.erase(path);
  std::erase_if(unsettled_, [&](const Unsettled& name) { return name.path == path && !name.renamed_from; });
}

void Disk::folder_synced(const std::string& folder) {
  const std::filesystem::path synced = (std::filesystem::path{folder} / "").parent_path();
  std::erase_if(unsettled_, [&](const Unsettled& name) { return name.path.parent_path() == synced; });
}

void Disk::undo(const Unsettled& name) {
  std::error_code ignored;  // the file may be gone already
  if (name.renamed_from) {
    std::filesystem::rename(name.path, *name.renamed_from, ignored);
  } else {
    std::filesystem::remove(name.path, ignored);
  }
  if (name.replaced) std::ofstream{name.path, std::ios::binary} << *name.replaced;
}

void Disk::crash() {
  const std::lock_guard lock{mutex_};
  if (!powered_) return;
  powered_ = false;
  held_bytes_ = 0;
  if (crash_ == CrashOf::process) return;
  std::error_code ignored;
  for (const auto& [path, bytes] : synced_bytes_) {
    if (std::filesystem::exists(path, ignored)) std::filesystem::resize_file(path, bytes, ignored);
  }
  for (const Unsettled& name : std::views::reverse(unsettled_)) undo(name);
}

std::size_t Disk::held_bytes() const {
  const std::lock_guard lock{mutex_};
  return held_bytes_;
}

}  // namespace samband::storage

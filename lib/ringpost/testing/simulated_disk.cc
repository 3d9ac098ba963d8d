#include "ringpost/testing/simulated_disk.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <unordered_map>
#include <utility>

#include "ringpost/base/check.h"

namespace ringpost::testing {
namespace {

void Apply(std::string& content, uint64_t offset, std::string_view octets) {
  if (content.size() < offset + octets.size()) content.resize(offset + octets.size());
  content.replace(offset, octets.size(), octets);
}

// How much of what is uncertain survives one loss of power, so that "all of it" and "nothing" are
// as common as "some of it".
class Survival {
 public:
  explicit Survival(Random& random) : random_(random), quarters_(random.Below(5)) {}

  bool Survives() { return random_.Below(4) < quarters_; }
  // Of `bytes`, how many from the front.
  size_t SurvivingBytes(size_t bytes) {
    if (!Survives()) return 0;
    const bool torn = quarters_ < 4 && random_.OneIn(2);
    return torn ? static_cast<size_t>(random_.Below(bytes)) : bytes;
  }

 private:
  Random& random_;
  const uint64_t quarters_;
};

std::string_view TakeName(std::string_view& path) {
  for (;;) {
    while (path.starts_with('/')) path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    if (name != ".") return name;
  }
}

}  // namespace

class SimulatedDisk::Inode {
 public:
  Inode(bool directory, std::shared_ptr<uint64_t> used)
      : is_directory(directory), used_bytes(std::move(used)) {}
  ~Inode() { *used_bytes -= content.size(); }
  Inode(const Inode&) = delete;
  Inode& operator=(const Inode&) = delete;

  struct PendingWrite {
    uint64_t offset;
    std::string octets;
    bool doubtful = false;  // a Sync failed over it
  };

  const bool is_directory;
  // Of a file: as programs see it, as it was at its last Sync, and what lies between.
  std::string content;
  std::string certain_content;
  std::vector<PendingWrite> pending;
  // Of a directory.
  std::map<std::string, InodePtr> entries;
  std::map<std::string, InodePtr> certain_entries;

  const std::shared_ptr<uint64_t> used_bytes;
};

// A change of the entries: `inode` got the name `to`, lost the name `from`, or both (a rename).
// Either half is without directory when it is not there, or once it is certain.
struct SimulatedDisk::Change {
  struct Half {
    InodePtr directory = nullptr;
    std::string name = {};
  };
  InodePtr inode;
  Half to = {};
  Half from = {};

  bool is_certain() const { return to.directory == nullptr && from.directory == nullptr; }
  void MakeNewNameCertain() {
    to.directory->certain_entries[to.name] = inode;
    to = {};
  }
  void MakeLossOfOldNameCertain() {
    auto& entries = from.directory->certain_entries;
    const auto found = entries.find(from.name);
    if (found != entries.end() && found->second == inode) entries.erase(found);
    from = {};
  }
};

// Where a path leads: to `inode` when it exists, else to a name that is free in `directory`.
struct SimulatedDisk::Place {
  InodePtr directory = nullptr;
  std::string name = {};
  InodePtr inode = nullptr;
  int error = 0;
};

SimulatedDisk::SimulatedDisk() : used_bytes_(std::make_shared<uint64_t>(0)) {
  root_ = NewInode(/*is_directory=*/true);
}

SimulatedDisk::~SimulatedDisk() = default;

SimulatedDisk::InodePtr SimulatedDisk::NewInode(bool is_directory) const {
  return std::make_shared<Inode>(is_directory, used_bytes_);
}

SimulatedDisk::Place SimulatedDisk::Find(std::string_view path) const {
  Place place = {.inode = root_};
  for (std::string_view name = TakeName(path); !name.empty(); name = TakeName(path)) {
    if (name == "..") return {.error = -EINVAL};
    if (place.inode == nullptr) return {.error = -ENOENT};
    if (!place.inode->is_directory) return {.error = -ENOTDIR};
    place.directory = std::move(place.inode);
    place.name = name;
    const auto found = place.directory->entries.find(place.name);
    place.inode = found == place.directory->entries.end() ? nullptr : found->second;
  }
  return place;
}

bool SimulatedDisk::Exists(std::string_view path) const { return Find(path).inode != nullptr; }

std::string SimulatedDisk::Content(std::string_view path) const {
  const Place place = Find(path);
  Check(place.inode != nullptr && !place.inode->is_directory, "no such file on the simulated disk");
  return place.inode->content;
}

std::vector<std::string> SimulatedDisk::Files(std::string_view folder) const {
  std::vector<std::string> files;
  const InodePtr top = Find(folder).inode;
  if (top == nullptr || !top->is_directory) return files;
  const std::string prefix = folder.empty() ? "" : std::string(folder) + "/";
  for (const auto& [name, inode] : top->entries) {
    const std::string path = prefix + name;
    if (!inode->is_directory) {
      files.push_back(path);
      continue;
    }
    for (std::string& below : Files(path)) files.push_back(std::move(below));
  }
  return files;
}

std::vector<std::string> SimulatedDisk::Names(std::string_view folder) const {
  std::vector<std::string> names;
  const InodePtr directory = Find(folder).inode;
  if (directory == nullptr) return names;
  for (const auto& [name, inode] : directory->entries) names.push_back(name);
  return names;
}

void SimulatedDisk::PutFile(std::string_view path, std::string_view content) {
  if (const size_t slash = path.rfind('/'); slash != std::string_view::npos) {
    PutDirectory(path.substr(0, slash));
  }
  InodePtr file;
  Check(Open(path, io::OpenMode::kCreateNew, file) == 0, "the file is there already");
  const iovec piece = {const_cast<char*>(content.data()), content.size()};
  Check(Write(*file, {&piece, 1}, 0) == static_cast<int64_t>(content.size()), "the disk is full");
  Sync(*file);
  SyncEntries(*Find(path).directory);
}

void SimulatedDisk::PutDirectory(std::string_view path) {
  std::string made;
  for (std::string_view name = TakeName(path); !name.empty(); name = TakeName(path)) {
    made.append("/").append(name);
    const int result = MakeDirectory(made);
    Check(result == 0 || result == -EEXIST, "a directory cannot be made there");
    SyncEntries(*Find(made).directory);
  }
}

// --- Operations
// -------------------------------------------------------------------------------------

int SimulatedDisk::Open(std::string_view path, io::OpenMode mode, InodePtr& opened) {
  const Place place = Find(path);
  if (place.error != 0) return place.error;
  const bool creates = mode == io::OpenMode::kCreateNew || mode == io::OpenMode::kCreateAppend;
  if (place.inode != nullptr) {
    if (mode == io::OpenMode::kCreateNew) return -EEXIST;
    if (place.inode->is_directory && creates) return -EISDIR;
    if (!place.inode->is_directory && mode == io::OpenMode::kDirectory) return -ENOTDIR;
    opened = place.inode;
    return 0;
  }
  if (!creates) return -ENOENT;
  opened = NewInode(/*is_directory=*/false);
  place.directory->entries[place.name] = opened;
  Pend({.inode = opened, .to = {place.directory, place.name}});
  return 0;
}

int64_t SimulatedDisk::Read(const Inode& file, std::span<char> into, uint64_t offset) {
  if (file.is_directory) return -EISDIR;
  if (offset >= file.content.size()) return 0;
  return static_cast<int64_t>(file.content.copy(into.data(), into.size(), offset));
}

int64_t SimulatedDisk::Write(Inode& file, std::span<const iovec> pieces, uint64_t offset,
                             uint64_t limit_bytes) {
  if (file.is_directory) return -EBADF;
  std::string octets;
  for (const iovec& piece : pieces) {
    octets.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  if (octets.empty()) return 0;
  if (offset == io::kAppend) offset = file.content.size();
  octets.resize(std::min<size_t>(octets.size(), limit_bytes));
  const uint64_t size_before = file.content.size();
  const uint64_t free_bytes = capacity_bytes_ - std::min(capacity_bytes_, *used_bytes_);
  const uint64_t new_bytes = std::max(size_before, offset + octets.size()) - size_before;
  if (new_bytes > free_bytes) {
    octets.resize(octets.size() - std::min<size_t>(octets.size(), new_bytes - free_bytes));
  }
  if (octets.empty()) return -ENOSPC;
  Apply(file.content, offset, octets);
  *used_bytes_ += file.content.size() - size_before;
  const auto written_bytes = static_cast<int64_t>(octets.size());
  file.pending.push_back({.offset = offset, .octets = std::move(octets)});
  return written_bytes;
}

void SimulatedDisk::Sync(Inode& inode) {
  if (inode.is_directory) {
    SyncEntries(inode);
    return;
  }
  for (const Inode::PendingWrite& write : inode.pending) {
    if (!write.doubtful) Apply(inode.certain_content, write.offset, write.octets);
  }
  std::erase_if(inode.pending, [](const Inode::PendingWrite& write) { return !write.doubtful; });
}

void SimulatedDisk::Doubt(Inode& inode) {
  for (Inode::PendingWrite& write : inode.pending) write.doubtful = true;
}

int SimulatedDisk::Rename(std::string_view from, std::string_view to) {
  Place source = Find(from);
  Place target = Find(to);
  if (source.error != 0) return source.error;
  if (target.error != 0) return target.error;
  if (source.inode == nullptr) return -ENOENT;
  if (source.directory == nullptr || target.directory == nullptr) return -EBUSY;
  if (source.inode == target.inode) return 0;
  if (target.inode != nullptr && target.inode->is_directory != source.inode->is_directory) {
    return target.inode->is_directory ? -EISDIR : -ENOTDIR;
  }
  if (target.inode != nullptr && !target.inode->entries.empty()) return -ENOTEMPTY;
  // A folder cannot move below itself; only the shape of the path tells, for there are no parent
  // links.
  if (source.inode->is_directory && to.starts_with(from)) return -EINVAL;
  source.directory->entries.erase(source.name);
  target.directory->entries[target.name] = source.inode;
  Pend({.inode = source.inode,
        .to = {target.directory, target.name},
        .from = {source.directory, source.name}});
  return 0;
}

int SimulatedDisk::Link(std::string_view from, std::string_view to) {
  const Place source = Find(from);
  const Place target = Find(to);
  if (source.error != 0) return source.error;
  if (target.error != 0) return target.error;
  if (source.inode == nullptr) return -ENOENT;
  if (target.inode != nullptr) return -EEXIST;
  if (source.inode->is_directory) return -EPERM;
  target.directory->entries[target.name] = source.inode;
  Pend({.inode = source.inode, .to = {target.directory, target.name}});
  return 0;
}

int SimulatedDisk::Unlink(std::string_view path) {
  const Place place = Find(path);
  if (place.error != 0) return place.error;
  if (place.inode == nullptr) return -ENOENT;
  if (place.inode->is_directory) return -EISDIR;
  place.directory->entries.erase(place.name);
  Pend({.inode = place.inode, .from = {place.directory, place.name}});
  return 0;
}

int SimulatedDisk::MakeDirectory(std::string_view path) {
  const Place place = Find(path);
  if (place.error != 0) return place.error;
  if (place.inode != nullptr) return -EEXIST;
  const InodePtr made = NewInode(/*is_directory=*/true);
  place.directory->entries[place.name] = made;
  Pend({.inode = made, .to = {place.directory, place.name}});
  return 0;
}

// --- What survives
// ----------------------------------------------------------------------------------

void SimulatedDisk::Pend(Change change) { changes_.push_back(std::move(change)); }

void SimulatedDisk::SyncEntries(Inode& directory) {
  for (Change& change : changes_) {
    if (change.to.directory.get() == &directory) change.MakeNewNameCertain();
    const bool new_name_is_certain = change.to.directory == nullptr;
    if (change.from.directory.get() == &directory && new_name_is_certain) {
      change.MakeLossOfOldNameCertain();
    }
  }
  std::erase_if(changes_, [](const Change& change) { return change.is_certain(); });
}

void SimulatedDisk::LosePower(Random& random) {
  Survival survival(random);
  for (Change& change : std::exchange(changes_, {})) {
    if (!survival.Survives()) continue;
    if (change.to.directory != nullptr) change.MakeNewNameCertain();
    if (change.from.directory != nullptr) change.MakeLossOfOldNameCertain();
  }

  used_bytes_ = std::make_shared<uint64_t>(0);
  std::unordered_map<const Inode*, InodePtr> survivors;  // a file may have several names
  const auto survivor_of = [&](const auto& self, const Inode& lost) -> InodePtr {
    InodePtr& survivor = survivors[&lost];
    if (survivor != nullptr) return survivor;
    const InodePtr made = survivor = NewInode(lost.is_directory);
    made->certain_content = lost.certain_content;
    for (const Inode::PendingWrite& write : lost.pending) {
      const size_t bytes = survival.SurvivingBytes(write.octets.size());
      if (bytes > 0) {
        Apply(made->certain_content, write.offset, std::string_view(write.octets).substr(0, bytes));
      }
    }
    made->content = made->certain_content;
    *used_bytes_ += made->content.size();
    for (const auto& [name, inode] : lost.certain_entries) {
      made->certain_entries[name] = self(self, *inode);
    }
    made->entries = made->certain_entries;
    return made;
  };
  root_ = survivor_of(survivor_of, *root_);
}

}  // namespace ringpost::testing

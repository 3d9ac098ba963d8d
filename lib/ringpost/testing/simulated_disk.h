// SimulatedDisk: a file system in memory that knows what would survive a loss of power.
//
//   SimulatedDisk disk;
//   SimulatedReactor reactor({.seed = 7}, disk);     // programs write through the reactor
//   ...
//   reactor.CutPower();                              // the disk keeps what survived
//   SimulatedReactor restarted({.seed = 8}, disk);
//
// What surely survives is what was synced, and no more than POSIX promises:
// - the octets that were in a file when its Sync succeeded, once a name leads to the file;
// - the entries (create, rename, link, unlink, mkdir) of a directory when *its* Sync succeeded. A
// file's
//   own Sync does not save its name.
// Of everything else a loss of power picks by its seed, one by one and in no order: each write
// survives, is torn at any octet or is gone (a hole reads as zeros); each change of an entry
// happened or not. A rename happened wholly or not at all, until the directory of the new name is
// synced: from then on the new name is certain, and the old one may show up again until its own
// directory is synced after that.
//
// Paths: "/a/b", "a/b" and "./a//b" are the same; the root is also the working directory. ".." is
// not known. Ownership: outlives its reactors. Threads: one. Errors: negative errno, as of the
// system call.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/base/random.h"
#include "ringpost/io/reactor.h"

namespace ringpost::testing {

class SimulatedDisk {
 public:
  class Inode;
  using InodePtr = std::shared_ptr<Inode>;

  SimulatedDisk();
  ~SimulatedDisk();
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  // Octets of all files; a write beyond is cut, and fails with ENOSPC when nothing fits. The room
  // of an unlinked file comes back once it is closed and its folder is synced: until then it may
  // come back itself.
  void set_capacity_bytes(uint64_t capacity_bytes) { capacity_bytes_ = capacity_bytes; }
  uint64_t used_bytes() const { return *used_bytes_; }

  // --- For tests: the view of a running program
  bool Exists(std::string_view path) const;
  // CHECKs that it is a file.
  std::string Content(std::string_view path) const;
  // Paths of all files below `folder`, sorted: "mail/new/1". Directories are not listed.
  std::vector<std::string> Files(std::string_view folder = "") const;
  // Names in a directory, sorted; empty when there is none.
  std::vector<std::string> Names(std::string_view folder) const;
  // Makes a file or a directory with its parents, all of it synced: what was there before the
  // program.
  void PutFile(std::string_view path, std::string_view content);
  void PutDirectory(std::string_view path);

  // What is left when the power fails now, picked by `random`. Open files lose their connection to
  // it.
  void LosePower(Random& random);

  // --- For the reactor
  int Open(std::string_view path, io::OpenMode mode, InodePtr& opened);
  static int64_t Read(const Inode& file, std::span<char> into, uint64_t offset);
  // At most `limit_bytes`: a short write.
  int64_t Write(Inode& file, std::span<const iovec> pieces, uint64_t offset,
                uint64_t limit_bytes = std::numeric_limits<uint64_t>::max());
  void Sync(Inode& inode);
  // The Sync that failed: what is pending will never be certain.
  static void Doubt(Inode& inode);
  int Rename(std::string_view from, std::string_view to);
  int Link(std::string_view from, std::string_view to);
  int Unlink(std::string_view path);
  int MakeDirectory(std::string_view path);

 private:
  struct Place;
  struct Change;

  Place Find(std::string_view path) const;
  InodePtr NewInode(bool is_directory) const;
  void Pend(Change change);
  void SyncEntries(Inode& directory);

  InodePtr root_;
  std::vector<Change> changes_;  // of entries; not yet certain, oldest first
  uint64_t capacity_bytes_ = std::numeric_limits<uint64_t>::max();
  std::shared_ptr<uint64_t> used_bytes_;  // shared with the inodes
};

}  // namespace ringpost::testing

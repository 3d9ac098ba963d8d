// What tests of stores share: a shard over the kernel with faults put in by hand, a folder of their
// own, a session and an envelope.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "../hooks/hook_fixture.h"
#include "faulty_reactor.h"
#include "ringpost/hooks/message_store.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::store {

using testing::RunTask;
using testing::RunUntil;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : kernel_(*io::CreateUringReactor({})), reactor_(*kernel_), shard_(reactor_, 0, 1) {
    std::string name = std::filesystem::temp_directory_path() / "ringpost-store-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  hooks::Context Context(io::Wait wait = {}) { return {shard_, session_, wait}; }

  static std::string ReadWhole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Paths below the test's folder of all files, sorted.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder_));
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::unique_ptr<io::Reactor> kernel_;
  testing::FaultyReactor reactor_;
  io::Shard shard_;
  std::filesystem::path folder_;

  hooks::SessionView session_ = hooks::PlainSession();
};

}  // namespace ringpost::store

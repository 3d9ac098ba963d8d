// Runs a fuzz target over the files of the folders that are named, without libFuzzer: the seeds are
// a test of the ordinary build too.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argument_count, char** arguments) {
  int file_count = 0;
  for (int i = 1; i < argument_count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string octets(std::istreambuf_iterator<char>(file), {});
      // The last line tells which file it was when the target aborts.
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(octets.data()), octets.size());
      ++file_count;
    }
  }
  if (file_count == 0) std::puts("no seeds found");
  return file_count > 0 ? 0 : 1;
}

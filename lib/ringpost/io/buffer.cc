#include "ringpost/io/buffer.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace ringpost::io {
namespace {

// A buffer and its octets in one allocation.
class OwnedBuffer final : public Buffer {
 public:
  static OwnedBuffer* Create(size_t size_bytes) {
    void* const memory = std::malloc(sizeof(OwnedBuffer) + size_bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return new (memory) OwnedBuffer();
  }

  char* octets() { return reinterpret_cast<char*>(this + 1); }

 private:
  void OnUnleased() override {
    this->~OwnedBuffer();
    std::free(this);
  }
};

}  // namespace

Chunk CopyOfChunk(std::string_view octets) {
  OwnedBuffer* const buffer = OwnedBuffer::Create(octets.size());
  std::memcpy(buffer->octets(), octets.data(), octets.size());
  return {{buffer->octets(), octets.size()}, BufferLease(*buffer)};
}

}  // namespace ringpost::io

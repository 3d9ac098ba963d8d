#include "ringpost/io/buffer.h"

#include <cstring>
#include <new>

#include "ringpost/coro/frame_allocator.h"

namespace ringpost::io {
namespace {

// A buffer and its octets in one allocation, of the recycling kind: a small copy is made for every
// message (its Received field).
class OwnedBuffer final : public Buffer {
 public:
  static OwnedBuffer* Create(size_t octet_count) {
    const size_t size_bytes = sizeof(OwnedBuffer) + octet_count;
    return new (AllocateFrame(size_bytes)) OwnedBuffer(size_bytes);
  }

  char* octets() { return reinterpret_cast<char*>(this + 1); }

 private:
  explicit OwnedBuffer(size_t size_bytes) : size_bytes_(size_bytes) {}

  void OnUnleased() override {
    const size_t size_bytes = size_bytes_;
    this->~OwnedBuffer();
    FreeFrame(this, size_bytes);
  }

  const size_t size_bytes_;
};

}  // namespace

Chunk CopyOfChunk(std::string_view octets) {
  OwnedBuffer* const buffer = OwnedBuffer::Create(octets.size());
  std::memcpy(buffer->octets(), octets.data(), octets.size());
  return {{buffer->octets(), octets.size()}, BufferLease(*buffer)};
}

}  // namespace ringpost::io

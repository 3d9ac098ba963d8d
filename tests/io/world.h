// The two worlds in which the tests of the reactor run: the kernel's and the simulated one.
#pragma once

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "ringpost/io/reactor.h"

namespace ringpost::io {

class World {
 public:
  virtual ~World() = default;

  virtual Reactor& reactor() = 0;
  // A path of this test alone, in a directory that exists.
  virtual std::string Path(const std::string& name) = 0;
  // Closes `socket` so that its peer is reset rather than told an end of stream.
  virtual void CloseByReset(int socket) = 0;
};

struct WorldMaker {
  const char* name;
  // nullptr, and a reason, where this machine has no such world.
  std::unique_ptr<World> (*make)(std::string& reason);
};

WorldMaker KernelWorld();
WorldMaker SimulatedWorld();
// Everything cut, delayed and late, but nothing that a test would have to expect.
WorldMaker SimulatedWorldOfPieces();

}  // namespace ringpost::io

// Clock: the two notions of time that code above io/ may ask for. Passed in, never global, so that
// a test decides what time it is.
#pragma once

#include "absl/time/time.h"
#include "ringpost/base/instant.h"

namespace ringpost {

class Clock {
 public:
  virtual ~Clock() = default;

  // Monotonic. Within one turn of a shard's loop the same value may be returned again.
  virtual Instant Now() const = 0;
  // Wall clock, for dates that people read.
  virtual absl::Time WallNow() const = 0;
};

}  // namespace ringpost

#include "ringpost/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace ringpost {

void FailCheck(const char* message, std::source_location where) {
  std::fprintf(stderr, "%s:%u: CHECK failed: %s\n", where.file_name(), where.line(), message);
  std::abort();
}

}  // namespace ringpost

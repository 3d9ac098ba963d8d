// OCSP responses (RFC 6960): whether one may be shown with a certificate (RFC 6066 §8).
//
//   auto valid_until = crypto::CheckOcspResponse(chain[0], chain[1], response, now);
//
// Errors: InvalidArgument with a text that says what is wrong with it.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/crypto/certificate.h"

namespace ringpost::crypto {

// It is of this certificate, says that it is good, is signed by its issuer or on its behalf, and is
// neither of the future nor out of date. Returns until when: InfiniteFuture() when it does not say.
absl::StatusOr<absl::Time> CheckOcspResponse(const Certificate& certificate,
                                             const Certificate& issuer,
                                             std::string_view response_der, absl::Time now);

}  // namespace ringpost::crypto

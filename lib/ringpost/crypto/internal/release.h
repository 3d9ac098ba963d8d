// Release: how a unique_ptr gives one of libcrypto's objects back.
//
//   using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
#pragma once

namespace ringpost::crypto::internal {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};

}  // namespace ringpost::crypto::internal

// What the contexts hold of wolfSSL.
#pragma once

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ringpost/tls/client_hello.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::tls {

namespace internal {

struct FreeContext {
  void operator()(WOLFSSL_CTX* context) const { wolfSSL_CTX_free(context); }
};
using WolfsslContext = std::unique_ptr<WOLFSSL_CTX, FreeContext>;

struct TicketSealing {
  std::shared_ptr<TicketKeys> keys;
  std::string scope;
};

// Which of them this client is shown; there is at least one.
size_t ChooseCertificate(const std::vector<crypto::Certificate>& certificates,
                         const ClientHello& hello);

}  // namespace internal

struct TlsServerContext::State {
  // What the contexts point to.
  std::vector<std::unique_ptr<const std::string>> ocsp_responses;
  internal::TicketSealing tickets;
  // For each certificate one, in order.
  std::vector<internal::WolfsslContext> contexts;
  std::string application_protocol;
  ClientCertificates client_certificates;
  uint64_t records_of_key = kMostRecordsOfKey;
};

struct TlsClientContext::State {
  internal::WolfsslContext context;
  std::string application_protocol;
  bool checks_server = false;
  bool resumes_tls12 = false;
  uint64_t records_of_key = kMostRecordsOfKey;
};

}  // namespace ringpost::tls

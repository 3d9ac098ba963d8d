// A server's and a client's engine, fed with a handshake of the other that is changed on its way,
// and with noise. No crash, no hang; and nothing of a changed record is ever read.
//
// Of the input, two octets by two: after how many octets of ciphertext (three times as many as the
// first says), and with what to exclusive-or the next.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "../tls/engine_pair.h"
#include "fuzz_input.h"
#include "ringpost/base/check.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/tls/tls_engine.h"

using ringpost::Check;
namespace tls = ringpost::tls;

namespace {

std::shared_ptr<const tls::TlsServerContext> ServerContext() {
  static const auto context = [] {
    const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
    const auto pair = ringpost::crypto::MakeSelfSignedCertificate(
        {.names = {"localhost"}, .not_before = now, .not_after = now + absl::Hours(24 * 365)});
    return *tls::TlsServerContext::Create(
        {.certificates = {*pair},
         .ticket_keys = std::make_shared<tls::TicketKeys>([now] { return now; })},
        now);
  }();
  return context;
}

std::shared_ptr<const tls::TlsClientContext> ClientContext() {
  static const auto context = *tls::TlsClientContext::Create({}, absl::UnixEpoch());
  return context;
}

void FeedNoise(std::string noise) {
  const auto server = tls::TlsEngine::ForServer(ServerContext());
  server->Receive(noise);
  tls::TlsProgress progress = server->Handshake();
  Check(progress != tls::TlsProgress::kDone, "a handshake out of nothing");
  if (progress == tls::TlsProgress::kNeedInput) {
    server->EndInput();
    Check(server->Handshake() == tls::TlsProgress::kFailed, "the end is not noticed");
  }
}

// Exclusive-ors octets of what an engine says.
class Changer {
 public:
  explicit Changer(ringpost::fuzz::FuzzInput& input) : input_(input) { Plan(); }

  std::string Change(std::string_view octets) {
    std::string changed(octets);
    for (char& c : changed) {
      if (left_-- != 0) continue;
      c = static_cast<char>(c ^ pattern_);
      Plan();
    }
    return changed;
  }

 private:
  void Plan() {
    left_ = input_.Rest().empty() ? SIZE_MAX : size_t{input_.TakeOctet()} * 3;
    pattern_ = static_cast<char>(input_.TakeOctet());
  }

  ringpost::fuzz::FuzzInput& input_;
  size_t left_ = 0;
  char pattern_ = 0;
};

void ChangeHandshake(ringpost::fuzz::FuzzInput& input) {
  const bool changes_client = input.TakeBool();
  tls::EnginePair pair(ServerContext(), ClientContext());
  Changer changer(input);
  pair.client_progress = pair.client->Handshake();
  for (int turns = 0; turns < 100; ++turns) {
    const std::string from_client(pair.client->output()), from_server(pair.server->output());
    pair.client->ClearOutput();
    pair.server->ClearOutput();
    pair.to_server.Send(changes_client ? changer.Change(from_client) : from_client);
    pair.to_client.Send(changes_client ? from_server : changer.Change(from_server));
    bool moves = false;
    if (pair.server_progress == tls::TlsProgress::kNeedInput && pair.to_server.Deliver(1 << 20)) {
      pair.server_progress = pair.server->Handshake();
      moves = true;
    }
    if (pair.client_progress == tls::TlsProgress::kNeedInput && pair.to_client.Deliver(1 << 20)) {
      pair.client_progress = pair.client->Handshake();
      moves = true;
    }
    if (!moves) break;
  }
  if (!pair.is_connected()) return;
  pair.client->Write("NOOP\r\n");
  pair.to_server.Send(pair.client->output());
  pair.client->ClearOutput();
  const std::string read = pair.ReadAll(*pair.server);
  Check(read.empty() || read == "NOOP\r\n", "read what was not written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  if (input.TakeBool()) {
    FeedNoise(std::string(input.Rest()));
  } else {
    ChangeHandshake(input);
  }
  return 0;
}

// SecureChannel: the TLS of a client's connections, one after another, without I/O: ciphertext in,
// plaintext out, and back. An interface, so that ringpost-load is built without TLS, too.
//
//   auto channels = MakeSecureChannels(options, now);   // Unimplemented in a build without TLS
//   auto channel = (*channels)->Make();                 // one for each client
//   channel->Begin();                                   // a new connection
//   while (channel->Handshake() == SecureChannel::Progress::kNeedInput) {
//     send(channel->TakeOutput());
//     channel->Receive(octets from the server);
//   }
//   auto [progress, plaintext] = channel->Read();    // kNeedInput: Receive() more, and again
//   channel->Write("EHLO localhost\r\n");
//   channel->Close();                                   // and what is behind it in the output
//   channel->End();
//
// With TlsOptions::resumes a channel keeps the session of a connection that it closed, and its next
// one resumes it; the first makes a full handshake.
//
// Ownership: ciphertext that is given must be valid until kNeedInput is returned, or End().
// Threads: a channel belongs to one; SecureChannels to any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "load/options.h"
#include "ringpost/sasl/channel_binding.h"

namespace ringpost::load {

class SecureChannel {
 public:
  enum class Progress : uint8_t {
    kDone,
    kNeedInput,  // all that was received is used up
    kClosed,     // the server said that no more will come
    kFailed,     // error_text() says why
  };
  struct ReadResult {
    Progress progress;
    std::string_view plaintext =
        {};  // of kDone; in what was received, or valid until the next call
  };

  virtual ~SecureChannel() = default;

  virtual void Begin() = 0;
  // Decrypts it in its place.
  virtual void Receive(std::span<char> ciphertext) = 0;
  virtual Progress Handshake() = 0;
  // After the handshake, until End().
  virtual ReadResult Read() = 0;
  virtual Progress Write(std::string_view plaintext) = 0;
  virtual void Close() = 0;
  // Gives the memory of a connection back; also of one that was never closed.
  virtual void End() = 0;

  virtual bool has_output() const = 0;
  virtual std::string TakeOutput() = 0;

  // After the handshake.
  virtual bool is_resumed() const = 0;
  virtual std::string cipher() const = 0;  // "TLSv1.3 TLS_AES_128_GCM_SHA256"
  // For SCRAM's -PLUS: tls-exporter, or where there is none the other. May be empty.
  virtual sasl::ChannelBindings channel_bindings() const = 0;
  // For people; no octet of it is the server's.
  virtual std::string error_text() const = 0;
};

class SecureChannels {
 public:
  virtual ~SecureChannels() = default;
  virtual std::unique_ptr<SecureChannel> Make() const = 0;
};

// Errors: InvalidArgument for roots that cannot be read; Unimplemented where this build has no TLS.
absl::StatusOr<std::unique_ptr<SecureChannels>> MakeSecureChannels(const TlsOptions& options,
                                                                   absl::Time now);

}  // namespace ringpost::load

#include "ringpost/tls/tls_engine.h"

// In front of all others of wolfSSL.
#include <wolfssl/options.h>

#include <wolfssl/error-ssl.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/tls/client_hello.h"
#include "ringpost/tls/internal/context_state.h"
#include "ringpost/tls/internal/deferred.h"
#include "ringpost/tls/internal/record_opener.h"
#include "ringpost/tls/internal/record_sealer.h"
#include "ringpost/tls/internal/zero_pages.h"

namespace ringpost::tls {
namespace {

using internal::View;

// Records of one turn are sent and cleared; what is much larger is a body's, and not kept.
constexpr size_t kKeptOutputOctets = 4096;

struct FreeConnection {
  void operator()(WOLFSSL* connection) const { wolfSSL_free(connection); }
};
using Connection = std::unique_ptr<WOLFSSL, FreeConnection>;

struct FreeSession {
  void operator()(WOLFSSL_SESSION* session) const { wolfSSL_SESSION_free(session); }
};

class KeptSession final : public TlsSession {
 public:
  explicit KeptSession(WOLFSSL_SESSION* session) : session_(session) {}
  WOLFSSL_SESSION* get() const { return session_.get(); }

 private:
  std::unique_ptr<WOLFSSL_SESSION, FreeSession> session_;
};

struct FreeCertificate {
  void operator()(WOLFSSL_X509* certificate) const { wolfSSL_X509_free(certificate); }
};

TlsError ErrorOf(int code) {
  switch (code) {
    case SOCKET_ERROR_E:  // what our own functions say, and only at the end of the input
    case SOCKET_PEER_CLOSED_E:
      return TlsError::kTruncated;
    case VERSION_ERROR:
    case UNSUPPORTED_PROTO_VERSION:
      return TlsError::kNoSharedVersion;
    case MATCH_SUITE_ERROR:
    case UNSUPPORTED_SUITE:
    case ECC_CURVE_ERROR:
    case INVALID_PARAMETER:
      return TlsError::kNoSharedCipher;
    case UNKNOWN_ALPN_PROTOCOL_NAME_E:
      return TlsError::kNoApplicationProtocol;
    case NO_PEER_CERT:
      return TlsError::kCertificateMissing;
    case ASN_NO_SIGNER_E:
    case ASN_SELF_SIGNED_E:
    case ASN_SIG_CONFIRM_E:
    case ASN_SIG_OID_E:
    case ASN_PATHLEN_INV_E:
    case ASN_PATHLEN_SIZE_E:
    case VERIFY_CERT_ERROR:
      return TlsError::kCertificateUntrusted;
    case ASN_AFTER_DATE_E:
    case ASN_BEFORE_DATE_E:
      return TlsError::kCertificateExpired;
    case DOMAIN_NAME_MISMATCH:
    case IPADDR_MISMATCH:
      return TlsError::kCertificateName;
    case FATAL_ERROR:
      return TlsError::kRefusedByPeer;
    case MEMORY_E:
      return TlsError::kInternal;
    default:
      return TlsError::kProtocol;
  }
}

TlsVersion VersionOf(WOLFSSL* connection) {
  return wolfSSL_version(connection) == TLS1_2_VERSION ? TlsVersion::kTls12 : TlsVersion::kTls13;
}

std::string CipherSuiteOf(WOLFSSL* connection) {
  const int suite = wolfSSL_get_current_cipher_suite(connection);
  const char* const name = wolfSSL_get_cipher_name_iana_from_suite(
      static_cast<unsigned char>(suite >> 8), static_cast<unsigned char>(suite & 0xff));
  return name != nullptr ? name : "";
}

std::string ApplicationProtocolOf(WOLFSSL* connection) {
  char* name = nullptr;
  unsigned short size = 0;
  const bool is_agreed =
      wolfSSL_ALPN_GetProtocol(connection, &name, &size) == WOLFSSL_SUCCESS && name != nullptr;
  return is_agreed ? std::string(name, size) : std::string();
}

std::string PeerCertificateOf(WOLFSSL* connection) {
  const std::unique_ptr<WOLFSSL_X509, FreeCertificate> certificate(
      wolfSSL_get_peer_certificate(connection));
  if (!certificate) return {};
  int size = 0;
  const unsigned char* const der = wolfSSL_X509_get_der(certificate.get(), &size);
  if (der == nullptr) return {};
  return {reinterpret_cast<const char*>(der), static_cast<size_t>(size)};
}

// RFC 9266 §2.
std::string ExporterOf(WOLFSSL* connection) {
  constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  unsigned char octets[32];
  if (wolfSSL_export_keying_material(connection, octets, sizeof octets, kLabel.data(),
                                     kLabel.size(), octets, 0, 1) != WOLFSSL_SUCCESS) {
    return {};
  }
  return {reinterpret_cast<const char*>(octets), sizeof octets};
}

std::string OctetsOf(const unsigned char* octets, int size) {
  return {reinterpret_cast<const char*>(octets), static_cast<size_t>(size)};
}

// By which this side seals.
internal::RecordKeys KeysOf(WOLFSSL* connection, bool is_client) {
  internal::RecordKeys keys = {.version = VersionOf(connection)};
  const int cipher = wolfSSL_GetBulkCipher(connection);
  Check(cipher == wolfssl_aes_gcm || cipher == wolfssl_chacha, "a cipher that was not offered");
  keys.algorithm = cipher == wolfssl_aes_gcm ? crypto::AeadAlgorithm::kAesGcm
                                             : crypto::AeadAlgorithm::kChaCha20Poly1305;
  keys.key = OctetsOf(
      is_client ? wolfSSL_GetClientWriteKey(connection) : wolfSSL_GetServerWriteKey(connection),
      wolfSSL_GetKeySize(connection));
  keys.nonce = OctetsOf(
      is_client ? wolfSSL_GetClientWriteIV(connection) : wolfSSL_GetServerWriteIV(connection),
      wolfSSL_GetIVSize(connection));
  return keys;
}

// Of the record that wolfSSL waits for.
uint64_t PeerRecordNumberOf(WOLFSSL* connection) {
  word64 number = 0;
  wolfSSL_GetPeerSequenceNumber(connection, &number);
  return number;
}

// Of the record that wolfSSL would send next.
uint64_t OwnRecordNumberOf(WOLFSSL* connection) {
  word64 number = 0;
  wolfSSL_GetSequenceNumber(connection, &number);
  return number;
}

size_t LongestFragmentOf(WOLFSSL* connection) {
  const int octets = wolfSSL_GetMaxOutputSize(connection);  // what the peer asks for (RFC 6066 §4)
  Check(octets > 0, "a connection that takes no records");
  return std::min(static_cast<size_t>(octets), internal::kLongestFragment);
}

}  // namespace

struct TlsEngine::State {
  // Of one side; the other is null.
  std::shared_ptr<const TlsServerContext> server;
  std::shared_ptr<const TlsClientContext> client;
  TlsConnectOptions connect_options;

  Connection connection;  // a server's begins with the ClientHello
  ClientHello hello;
  size_t certificate_index = 0;

  std::span<char> input;
  // What wolfSSL reads before `input`: the ClientHello; and all that it reads once there is an
  // opener.
  std::string for_wolfssl;
  // Once the handshake is done.
  std::optional<internal::RecordOpener> opener;
  std::optional<internal::RecordSealer> sealer;
  uint64_t number_of_wolfssl = 0;  // what it gives the next record of its own
  size_t longest_fragment = 0;
  uint64_t records_of_key = 0;
  std::string cut_record;  // the beginning of one whose end has not come
  std::string output;
  TlsFacts facts;
  bool input_has_ended = false;
  bool output_can_wait = false;
  bool is_done = false;  // the handshake
  bool has_closed = false;
  bool peer_has_closed = false;
  bool peer_certificate_failed = false;
  std::optional<TlsError> error;
  std::string error_text;
  std::optional<internal::Deferred> give_back;  // behind what it looks at

  // wolfSSL's side.
  static int TakeInput(WOLFSSL*, char* buffer, int size, void* state);
  static int GiveOutput(WOLFSSL*, char* octets, int size, void* state);
  static int NoteCertificate(int is_good, WOLFSSL_X509_STORE_CTX* store);

  std::optional<TlsProgress> BeginServer();
  void BeginClient();
  void Begin(WOLFSSL_CTX* context);
  void UseApplicationProtocol(const std::string& name, bool refuses_others);
  void AskForClientCertificate();
  void NoteFacts();
  void FollowPeerKeys();
  void FollowOwnKeys();
  TlsProgress ChangeOwnKeys();
  void SealAsNext(std::span<char> records);
  void GiveBackMemory();
  struct Record {
    std::span<char> octets;  // none: there is no whole one yet
    bool is_in_input = false;
  };
  Record NextRecord();
  ReadResult ReadRecord(Record record);
  ReadResult ReadByWolfssl();
  TlsProgress ProgressOf(int result);
  TlsProgress Fail(TlsError reason, std::string_view text);
};

int TlsEngine::State::TakeInput(WOLFSSL*, char* buffer, int size, void* state) {
  auto& self = *static_cast<State*>(state);
  const bool is_kept = self.opener || !self.for_wolfssl.empty();
  const std::string_view from = (is_kept ? std::string_view(self.for_wolfssl) : View(self.input))
                                    .substr(0, static_cast<size_t>(size));
  if (from.empty()) {
    return self.input_has_ended ? WOLFSSL_CBIO_ERR_CONN_CLOSE : WOLFSSL_CBIO_ERR_WANT_READ;
  }
  std::copy(from.begin(), from.end(), buffer);
  const size_t taken = from.size();
  if (!is_kept) {
    self.input = self.input.subspan(taken);
  } else if (taken == self.for_wolfssl.size()) {
    std::string().swap(self.for_wolfssl);
  } else {
    self.for_wolfssl.erase(0, taken);
  }
  return static_cast<int>(taken);
}

int TlsEngine::State::GiveOutput(WOLFSSL*, char* octets, int size, void* state) {
  auto& self = *static_cast<State*>(state);
  const std::span<char> records(octets, static_cast<size_t>(size));
  if (self.sealer) self.SealAsNext(records);
  self.output.append(View(records));
  return size;
}

// What wolfSSL has sealed by itself after the handshake.
void TlsEngine::State::SealAsNext(std::span<char> records) {
  FollowOwnKeys();
  while (!records.empty()) {
    const auto octets = internal::RecordOctets(View(records));
    Check(octets && *octets <= records.size(), "wolfSSL sends parts of records");
    sealer->Reseal(records.first(*octets), number_of_wolfssl++);
    records = records.subspan(*octets);
  }
}

int TlsEngine::State::NoteCertificate(int is_good, WOLFSSL_X509_STORE_CTX* store) {
  auto& self = *static_cast<State*>(store->userCtx);
  if (is_good == 0) self.peer_certificate_failed = true;
  const bool takes_any = self.server != nullptr &&
                         self.server->state_->client_certificates == ClientCertificates::kAsked;
  return takes_any ? 1 : is_good;
}

// nullopt: it has begun.
std::optional<TlsProgress> TlsEngine::State::BeginServer() {
  for_wolfssl.append(View(input));
  input = {};
  const HelloResult result = ReadClientHello(for_wolfssl, hello);
  if (result == HelloResult::kIncomplete && !input_has_ended) return TlsProgress::kNeedInput;
  if (result == HelloResult::kPlaintext) return Fail(TlsError::kProtocol, "not TLS: plain text");
  if (result == HelloResult::kForeign)
    return Fail(TlsError::kProtocol, "not TLS: another protocol");
  if (result != HelloResult::kRead) hello = {};
  const TlsServerContext::State& context = *server->state_;
  certificate_index = internal::ChooseCertificate(server->certificates_, hello);
  Begin(context.contexts[certificate_index].get());
  AskForClientCertificate();
  UseApplicationProtocol(context.application_protocol, true);
  return std::nullopt;
}

void TlsEngine::State::BeginClient() {
  const TlsClientContext::State& context = *client->state_;
  Begin(context.context.get());
  wolfSSL_set_verify(connection.get(),
                     context.checks_server ? WOLFSSL_VERIFY_PEER : WOLFSSL_VERIFY_NONE, nullptr);
  const std::string& name = connect_options.server_name;
  if (!name.empty()) {
    wolfSSL_UseSNI(connection.get(), WOLFSSL_SNI_HOST_NAME, name.data(),
                   static_cast<unsigned short>(name.size()));
    if (context.checks_server) wolfSSL_check_domain_name(connection.get(), name.c_str());
  }
  UseApplicationProtocol(context.application_protocol, false);
  if (const auto* kept = static_cast<const KeptSession*>(connect_options.session.get())) {
    wolfSSL_set_session(connection.get(), kept->get());
  }
}

void TlsEngine::State::Begin(WOLFSSL_CTX* context) {
  connection.reset(wolfSSL_new(context));
  Check(connection != nullptr, "wolfSSL makes no connection");
  wolfSSL_SSLSetIORecv(connection.get(), TakeInput);
  wolfSSL_SSLSetIOSend(connection.get(), GiveOutput);
  wolfSSL_SetIOReadCtx(connection.get(), this);
  wolfSSL_SetIOWriteCtx(connection.get(), this);
  // Until the channel binding has been taken.
  wolfSSL_KeepArrays(connection.get());
}

void TlsEngine::State::UseApplicationProtocol(const std::string& name, bool refuses_others) {
  if (name.empty()) return;
  std::string list = name;
  wolfSSL_UseALPN(
      connection.get(), list.data(), static_cast<unsigned>(list.size()),
      refuses_others ? WOLFSSL_ALPN_FAILED_ON_MISMATCH : WOLFSSL_ALPN_CONTINUE_ON_MISMATCH);
}

void TlsEngine::State::AskForClientCertificate() {
  int mode = WOLFSSL_VERIFY_NONE;
  switch (server->state_->client_certificates) {
    case ClientCertificates::kNotAsked:
      break;
    case ClientCertificates::kAsked:
      mode = WOLFSSL_VERIFY_PEER;
      break;
    case ClientCertificates::kRequired:
      mode = WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
      break;
  }
  wolfSSL_SetCertCbCtx(connection.get(), this);
  wolfSSL_set_verify(connection.get(), mode,
                     mode == WOLFSSL_VERIFY_NONE ? nullptr : NoteCertificate);
}

void TlsEngine::State::NoteFacts() {
  WOLFSSL* const wolfssl = connection.get();
  facts.version = VersionOf(wolfssl);
  facts.cipher_suite = CipherSuiteOf(wolfssl);
  facts.key_bits = wolfSSL_CIPHER_get_bits(wolfSSL_get_current_cipher(wolfssl), nullptr);
  facts.server_name = server ? hello.server_name : connect_options.server_name;
  facts.application_protocol = ApplicationProtocolOf(wolfssl);
  facts.is_resumed = wolfSSL_session_reused(wolfssl) == 1;
  facts.peer_certificate = PeerCertificateOf(wolfssl);
  const bool checks = client ? client->state_->checks_server : true;
  facts.peer_is_verified = checks && !facts.peer_certificate.empty() && !peer_certificate_failed;
  if (facts.version == TlsVersion::kTls13) facts.tls_exporter = ExporterOf(wolfssl);
  wolfSSL_FreeArrays(wolfssl);
}

// What wolfSSL keeps of a session has room for eighteen certificates: 37 KB, nearly all zeros.
void TlsEngine::State::GiveBackMemory() {
  WOLFSSL_SESSION* const session = wolfSSL_get_session(connection.get());
  internal::GiveBackZeroPages(session, malloc_usable_size(session));
}

void TlsEngine::State::FollowPeerKeys() {
  auto keys = KeysOf(connection.get(), server != nullptr);
  if (opener && opener->keys() == keys) return;
  opener.emplace(std::move(keys), PeerRecordNumberOf(connection.get()));
}

// They change in TLS 1.3 alone, and their records are counted from zero again (RFC 8446 §5.3).
void TlsEngine::State::FollowOwnKeys() {
  auto keys = KeysOf(connection.get(), client != nullptr);
  if (sealer->keys() == keys) return;
  sealer.emplace(std::move(keys), 0);
  number_of_wolfssl = 0;
}

TlsProgress TlsEngine::State::ChangeOwnKeys() {
  wolfSSL_ERR_clear_error();
  const int result = wolfSSL_update_keys(connection.get());
  FollowOwnKeys();
  return result == WOLFSSL_SUCCESS ? TlsProgress::kDone : ProgressOf(result);
}

// Valid until the next call.
TlsEngine::State::Record TlsEngine::State::NextRecord() {
  using internal::RecordOctets;
  if (RecordOctets(cut_record) == cut_record.size()) cut_record.clear();
  if (const auto octets = RecordOctets(View(input));
      cut_record.empty() && octets && *octets <= input.size()) {
    const std::span<char> record = input.first(*octets);
    input = input.subspan(*octets);
    return {.octets = record, .is_in_input = true};
  }
  while (!input.empty()) {
    const size_t wanted = RecordOctets(cut_record).value_or(internal::kRecordHeaderOctets);
    const size_t taken = std::min(wanted - cut_record.size(), input.size());
    cut_record.reserve(wanted);
    cut_record.append(View(input.first(taken)));
    input = input.subspan(taken);
    if (RecordOctets(cut_record) == cut_record.size()) return {.octets = cut_record};
  }
  // Within a body nearly every receive ends in the middle of a record; an idle session keeps
  // nothing.
  if (cut_record.empty()) std::string().swap(cut_record);
  return {};
}

TlsEngine::ReadResult TlsEngine::State::ReadRecord(Record record) {
  using Kind = internal::RecordOpener::Kind;
  const auto opened = opener->Open(record.octets);
  switch (opened.kind) {
    case Kind::kApplicationData:
      if (opened.plaintext.empty()) return {.progress = TlsProgress::kNeedInput};
      return {.progress = TlsProgress::kDone,
              .plaintext = opened.plaintext,
              .is_in_input = record.is_in_input};
    case Kind::kOther:
      opener->Reseal(record.octets, PeerRecordNumberOf(connection.get()));
      break;
    case Kind::kUnopened:
      break;
  }
  for_wolfssl = View(record.octets);
  const ReadResult read = ReadByWolfssl();
  FollowPeerKeys();
  FollowOwnKeys();
  return read;
}

// What is no application data.
TlsEngine::ReadResult TlsEngine::State::ReadByWolfssl() {
  wolfSSL_ERR_clear_error();
  const bool nothing_is_urgent = output.empty() || output_can_wait;
  char plaintext[1];
  const int count = wolfSSL_read(connection.get(), plaintext, sizeof plaintext);
  // An answer to a change of keys is due before the next of our own data (RFC 8446 §4.6.3).
  output_can_wait = nothing_is_urgent && facts.version == TlsVersion::kTls13;
  // wolfSSL takes longer records in TLS 1.2 than RFC 5246 §6.2.1 allows.
  if (count > 0) return {.progress = Fail(TlsError::kProtocol, "a record that is too long")};
  const TlsProgress progress = ProgressOf(count);
  if (progress == TlsProgress::kClosed) peer_has_closed = true;
  return {.progress = progress};
}

// After a call of wolfSSL that has not succeeded.
TlsProgress TlsEngine::State::ProgressOf(int result) {
  const int code = wolfSSL_get_error(connection.get(), result);
  switch (code) {
    case WOLFSSL_ERROR_WANT_READ:
      return TlsProgress::kNeedInput;
    case WOLFSSL_ERROR_ZERO_RETURN:
      return TlsProgress::kClosed;
    default:
      break;
  }
  char text[WOLFSSL_MAX_ERROR_SZ] = {};
  wolfSSL_ERR_error_string_n(static_cast<unsigned long>(code), text, sizeof text);
  return Fail(ErrorOf(code), Concat(std::string(text), " (", code, ")"));
}

TlsProgress TlsEngine::State::Fail(TlsError reason, std::string_view text) {
  error = reason;
  error_text = text;
  return TlsProgress::kFailed;
}

TlsEngine::TlsEngine() : state_(std::make_unique<State>()) {}
TlsEngine::~TlsEngine() = default;

std::unique_ptr<TlsEngine> TlsEngine::ForServer(std::shared_ptr<const TlsServerContext> context) {
  std::unique_ptr<TlsEngine> engine(new TlsEngine);
  engine->state_->server = std::move(context);
  return engine;
}

std::unique_ptr<TlsEngine> TlsEngine::ForClient(std::shared_ptr<const TlsClientContext> context,
                                                TlsConnectOptions options) {
  std::unique_ptr<TlsEngine> engine(new TlsEngine);
  engine->state_->client = std::move(context);
  engine->state_->connect_options = std::move(options);
  return engine;
}

void TlsEngine::Receive(std::span<char> ciphertext) {
  Check(state_->input.empty(), "ciphertext before the last was used");
  state_->input = ciphertext;
}

void TlsEngine::EndInput() { state_->input_has_ended = true; }

TlsProgress TlsEngine::Handshake() {
  State& state = *state_;
  if (state.error) return TlsProgress::kFailed;
  if (state.is_done) return TlsProgress::kDone;
  wolfSSL_ERR_clear_error();
  if (!state.connection) {
    if (state.client) state.BeginClient();
    if (state.server) {
      if (const auto progress = state.BeginServer()) return *progress;
    }
  }
  const bool has_said_all = state.output.empty();
  const int result = state.server ? wolfSSL_accept(state.connection.get())
                                  : wolfSSL_connect(state.connection.get());
  if (result != WOLFSSL_SUCCESS) {
    const TlsProgress progress = state.ProgressOf(result);
    // A client that says goodbye in the middle has not made a connection.
    if (progress == TlsProgress::kClosed) {
      return state.Fail(TlsError::kRefusedByPeer, "closed within the handshake");
    }
    return progress;
  }
  state.is_done = true;
  state.NoteFacts();
  // The client has all that it needs: what is left is a ticket.
  state.output_can_wait = state.server && has_said_all && state.facts.version == TlsVersion::kTls13;
  state.FollowPeerKeys();
  state.number_of_wolfssl = OwnRecordNumberOf(state.connection.get());
  state.sealer.emplace(KeysOf(state.connection.get(), state.client != nullptr),
                       state.number_of_wolfssl);
  state.longest_fragment = LongestFragmentOf(state.connection.get());
  state.records_of_key =
      state.server ? state.server->state_->records_of_key : state.client->state_->records_of_key;
  state.give_back.emplace([&state] { state.GiveBackMemory(); });
  return TlsProgress::kDone;
}

TlsEngine::ReadResult TlsEngine::Read() {
  State& state = *state_;
  if (state.error) return {.progress = TlsProgress::kFailed};
  Check(state.is_done, "reading before the handshake");
  for (;;) {
    if (state.peer_has_closed) return {.progress = TlsProgress::kClosed};
    const State::Record record = state.NextRecord();
    if (record.octets.empty() && !state.input_has_ended) {
      return {.progress = TlsProgress::kNeedInput};
    }
    // wolfSSL knows what the end of the stream means.
    if (record.octets.empty()) return state.ReadByWolfssl();
    const ReadResult read = state.ReadRecord(record);
    if (read.progress != TlsProgress::kNeedInput) return read;
  }
}

std::string TlsEngine::TakeRecord() { return std::exchange(state_->cut_record, {}); }

TlsProgress TlsEngine::Write(std::string_view plaintext) {
  State& state = *state_;
  if (state.error) return TlsProgress::kFailed;
  Check(state.is_done, "writing before the handshake");
  state.output_can_wait = false;
  const size_t record_count = plaintext.size() / state.longest_fragment + 1;
  state.output.reserve(state.output.size() + plaintext.size() +
                       record_count * state.sealer->added_octets());
  const bool keys_can_change = state.facts.version == TlsVersion::kTls13;
  while (!plaintext.empty()) {
    if (keys_can_change && state.sealer->number() >= state.records_of_key) {
      const TlsProgress progress = state.ChangeOwnKeys();
      if (progress != TlsProgress::kDone) return progress;
    }
    const std::string_view fragment = plaintext.substr(0, state.longest_fragment);
    state.sealer->Seal(internal::RecordType::kApplicationData, fragment, state.output);
    plaintext.remove_prefix(fragment.size());
  }
  return TlsProgress::kDone;
}

void TlsEngine::Close() {
  State& state = *state_;
  if (state.error || !state.is_done || state.has_closed) return;
  state.has_closed = true;
  state.output_can_wait = false;
  constexpr std::string_view kCloseNotify("\1\0", 2);  // RFC 8446 §6.1
  state.sealer->Seal(internal::RecordType::kAlert, kCloseNotify, state.output);
}

std::string_view TlsEngine::output() const { return state_->output; }

bool TlsEngine::output_can_wait() const {
  return state_->output_can_wait && !state_->error && !state_->peer_has_closed;
}

void TlsEngine::ClearOutput() {
  if (state_->output.capacity() > kKeptOutputOctets) {
    std::string().swap(state_->output);
  } else {
    state_->output.clear();
  }
}

std::string TlsEngine::TakeOutput() { return std::exchange(state_->output, {}); }

bool TlsEngine::input_has_ended() const { return state_->input_has_ended; }

bool TlsEngine::has_unread_input() const {
  const State& state = *state_;
  return !state.input.empty() || !state.for_wolfssl.empty();
}

const TlsFacts& TlsEngine::facts() const {
  Check(state_->is_done, "facts before the handshake");
  return state_->facts;
}

std::optional<crypto::Certificate> TlsEngine::ParsePeerCertificate() const {
  auto parsed = crypto::ParseCertificate(facts().peer_certificate);
  if (!parsed.ok()) return std::nullopt;
  return *std::move(parsed);
}

std::string TlsEngine::TlsServerEndPoint() const {
  const State& state = *state_;
  if (state.server) return state.server->certificates_[state.certificate_index].end_point_hash;
  const auto certificate = ParsePeerCertificate();
  return certificate ? certificate->end_point_hash : std::string();
}

std::shared_ptr<const TlsSession> TlsEngine::session() const {
  if (!state_->is_done || !state_->client) return nullptr;
  const bool resumes =
      state_->facts.version == TlsVersion::kTls13 || state_->client->state_->resumes_tls12;
  if (!resumes) return nullptr;
  WOLFSSL_SESSION* const session = wolfSSL_get1_session(state_->connection.get());
  if (session == nullptr) return nullptr;
  auto kept = std::make_shared<KeptSession>(session);
  if (wolfSSL_SESSION_has_ticket(session) == 0) return nullptr;
  return kept;
}

TlsError TlsEngine::error() const {
  Check(state_->error.has_value(), "no error");
  return *state_->error;
}

const std::string& TlsEngine::error_text() const { return state_->error_text; }

}  // namespace ringpost::tls

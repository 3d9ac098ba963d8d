#include "ringpost/tls/ticket_keys.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "ringpost/base/check.h"
#include "ringpost/crypto/aead.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/crypto/secure_random.h"

namespace ringpost::tls {
namespace {

constexpr int64_t kPeriodSeconds = 3600;
// As long as kTicketLifetime: a ticket of a period's end is good until the end of the second after.
constexpr int64_t kKeptPeriods = 2;
// When the clock has leapt on by more, nothing that was sealed is good any more.
constexpr int64_t kMostSteps = 48;

std::string Derive(std::string_view secret, std::string_view purpose) {
  return crypto::Hmac(crypto::HashAlgorithm::kSha256, secret, purpose);
}

int64_t PeriodOf(absl::Time time) { return absl::ToUnixSeconds(time) / kPeriodSeconds; }

struct TicketKey {
  std::string name;
  std::string key;
};

TicketKey KeyOf(std::string_view secret) {
  return {.name = Derive(secret, "ticket name").substr(0, TicketKeys::kNameOctets),
          .key = Derive(secret, "ticket key")};
}

crypto::AeadKey By(const TicketKey& key, std::string_view nonce, std::string_view scope) {
  return {.key = key.key, .nonce = nonce, .additional = scope};
}

}  // namespace

struct TicketKeys::Chain {
  int64_t period;               // of keys.front()
  std::string secret;           // of that period, from which those to come follow
  std::vector<TicketKey> keys;  // the newest first

  static std::shared_ptr<const Chain> Begin(int64_t period) {
    std::string secret = crypto::RandomOctets(32);
    std::vector<TicketKey> keys = {KeyOf(secret)};
    return std::make_shared<const Chain>(
        Chain{.period = period, .secret = std::move(secret), .keys = std::move(keys)});
  }

  std::shared_ptr<const Chain> At(int64_t later) const {
    if (later - period > kMostSteps) return Begin(later);
    Chain next = *this;
    for (; next.period < later; ++next.period) {
      next.secret = Derive(next.secret, "next period");
      next.keys.insert(next.keys.begin(), KeyOf(next.secret));
    }
    const auto kept = std::min<size_t>(next.keys.size(), kKeptPeriods + 1);
    next.keys.resize(kept);
    return std::make_shared<const Chain>(std::move(next));
  }
};

TicketKeys::TicketKeys(std::function<absl::Time()> clock)
    : clock_(std::move(clock)), chain_(Chain::Begin(PeriodOf(clock_()))) {}
TicketKeys::~TicketKeys() = default;

std::shared_ptr<const TicketKeys::Chain> TicketKeys::ChainOfNow() {
  const int64_t period = PeriodOf(clock_());
  const std::lock_guard lock(mutex_);
  // A clock that was set back does not bring old keys back.
  if (chain_->period < period) chain_ = chain_->At(period);
  return chain_;
}

TicketKeys::Sealed TicketKeys::Seal(std::string_view scope, std::string_view text) {
  const auto chain = ChainOfNow();
  const TicketKey& key = chain->keys.front();
  Sealed sealed = {.key_name = key.name,
                   .nonce = crypto::RandomOctets(kNonceOctets),
                   .octets = std::string(text.size() + kTagOctets, '\0')};
  const std::span<char> tag(sealed.octets.data() + text.size(), kTagOctets);
  Check(crypto::AeadSeal(By(key, sealed.nonce, scope), text, sealed.octets.data(), tag) ==
            crypto::AeadResult::kDone,
        "a ticket is not sealed");
  return sealed;
}

std::optional<std::string> TicketKeys::Open(std::string_view scope, std::string_view key_name,
                                            std::string_view nonce, std::string_view octets) {
  if (octets.size() < kTagOctets) return std::nullopt;
  const auto chain = ChainOfNow();
  const auto key = std::find_if(chain->keys.begin(), chain->keys.end(),
                                [&](const TicketKey& kept) { return kept.name == key_name; });
  if (key == chain->keys.end()) return std::nullopt;
  const std::string_view text = octets.substr(0, octets.size() - kTagOctets);
  std::string opened(text.size(), '\0');
  if (crypto::AeadOpen(By(*key, nonce, scope), text, octets.substr(text.size()), opened.data()) !=
      crypto::AeadResult::kDone) {
    return std::nullopt;
  }
  return opened;
}

}  // namespace ringpost::tls

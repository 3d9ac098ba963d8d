#include "sink/provider_faults.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "ringpost/base/text.h"

namespace ringpost::sink {
namespace {

using smtp::Reply;

struct ProviderReply {
  std::string_view provider;
  FaultPoint point;
  Reply reply;
};

constexpr ProviderReply kReplies[] = {
    {"gmail", FaultPoint::kConnect,
     Reply::Fixed(421, {4, 7, 0}, "Unusual rate of mail from your address, closing - gsmtp")},
    {"gmail", FaultPoint::kRcpt,
     Reply::Fixed(450, {4, 2, 1}, "This user receives mail too quickly, resend later - gsmtp")},
    {"gmail", FaultPoint::kRcpt,
     Reply::Fixed(452, {4, 2, 2}, "The recipient's inbox is out of storage space - gsmtp")},
    {"gmail", FaultPoint::kRcpt,
     Reply::Fixed(550, {5, 1, 1}, "The account you tried to reach does not exist - gsmtp")},
    {"gmail", FaultPoint::kEnd,
     Reply::Fixed(421, {4, 7, 28}, "Unusual rate of unsolicited mail, rate limited - gsmtp")},
    {"gmail", FaultPoint::kEnd,
     Reply::Fixed(451, {4, 3, 0}, "Mail server temporarily rejected message - gsmtp")},
    {"gmail", FaultPoint::kEnd,
     Reply::Fixed(550, {5, 7, 26}, "Unauthenticated sender: neither SPF nor DKIM passed - gsmtp")},

    {"outlook", FaultPoint::kConnect, Reply::Fixed(421, {4, 3, 2}, "Service not active")},
    {"outlook", FaultPoint::kMail,
     Reply::Fixed(451, {4, 7, 652}, "Too many connections from your server (S3115)")},
    {"outlook", FaultPoint::kMail,
     Reply::Fixed(451, {4, 7, 500}, "Server busy, try again later (S77719)")},
    {"outlook", FaultPoint::kRcpt, Reply::Fixed(452, {4, 5, 3}, "Too many recipients (AS780090)")},
    {"outlook", FaultPoint::kRcpt,
     Reply::Fixed(550, {5, 5, 0}, "Mailbox unavailable (S2017062302)")},
    {"outlook", FaultPoint::kEnd, Reply::Fixed(554, {5, 2, 2}, "Mailbox full")},
    {"outlook", FaultPoint::kEnd,
     Reply::Fixed(550, {5, 7, 1}, "Part of your network is on our block list (S3140)")},

    {"yahoo", FaultPoint::kConnect,
     Reply::Fixed(421, {4, 7, 0},
                  "[TSS04] Temporarily deferred: unexpected volume or user complaints")},
    {"yahoo", FaultPoint::kMail,
     Reply::Fixed(421, {4, 7, 1}, "[TS03] All messages from you will be deferred")},
    {"yahoo", FaultPoint::kRcpt,
     Reply::Fixed(451, {}, "Resources temporarily not available [#4.16.5]")},
    {"yahoo", FaultPoint::kRcpt, Reply::Fixed(552, {}, "Mailbox over quota, action aborted (29)")},
    {"yahoo", FaultPoint::kEnd,
     Reply::Fixed(554, {}, "Delivery error: this user has no such account (0)")},
    {"yahoo", FaultPoint::kEnd,
     Reply::Fixed(554, {5, 7, 9}, "Message not accepted for policy reasons")},

    {"icloud", FaultPoint::kConnect,
     Reply::Fixed(421, {4, 7, 0}, "Service not available, too many connections")},
    {"icloud", FaultPoint::kRcpt,
     Reply::Fixed(450, {4, 1, 1}, "User lookup failed, try again later")},
    {"icloud", FaultPoint::kRcpt, Reply::Fixed(552, {5, 2, 2}, "User is over quota")},
    {"icloud", FaultPoint::kEnd,
     Reply::Fixed(550, {5, 7, 1}, "[CS01] Message rejected by local policy")},

    {"gmx", FaultPoint::kConnect,
     Reply::Fixed(421, {}, "Rejecting due to security policy, try again later")},
    {"gmx", FaultPoint::kRcpt,
     Reply::Fixed(450, {}, "Requested mail action not taken: mailbox unavailable")},
    {"gmx", FaultPoint::kRcpt,
     Reply::Fixed(552, {}, "Requested mail action aborted: storage exceeded")},
    {"gmx", FaultPoint::kEnd,
     Reply::Fixed(554, {}, "Transaction failed: reject due to policy restrictions")},

    // What small sites do.
    {"postfix", FaultPoint::kRcpt,
     Reply::Fixed(450, {4, 2, 0}, "Recipient address rejected: Greylisted")},
    {"postfix", FaultPoint::kRcpt, Reply::Fixed(451, {4, 3, 0}, "Temporary lookup failure")},
    {"postfix", FaultPoint::kRcpt,
     Reply::Fixed(554, {5, 7, 1}, "Service unavailable; client host blocked")},
    {"postfix", FaultPoint::kMail,
     Reply::Fixed(450, {4, 7, 1}, "Client host rejected: rate exceeded")},
    {"postfix", FaultPoint::kMail, Reply::Fixed(452, {4, 3, 1}, "Insufficient system storage")},
    {"postfix", FaultPoint::kEnd, Reply::Fixed(451, {4, 3, 0}, "Queue file write error")},
};

std::string_view PointName(FaultPoint point) {
  switch (point) {
    case FaultPoint::kConnect:
      return "connect";
    case FaultPoint::kMail:
      return "mail";
    case FaultPoint::kRcpt:
      return "rcpt";
    default:
      return "end";
  }
}

std::string TextOf(const ProviderReply& entry) {
  std::string reply;
  entry.reply.AppendTo(reply);
  reply.resize(reply.size() - 2);
  return Concat(entry.provider, ":", PointName(entry.point), ":", reply);
}

}  // namespace

absl::StatusOr<std::vector<Fault>> ProviderFaults(std::string_view provider, double probability) {
  std::vector<Fault> faults;
  for (const ProviderReply& entry : kReplies) {
    if (entry.provider != provider) continue;
    faults.push_back(
        {.point = entry.point, .action = SayInstead{entry.reply}, .text = TextOf(entry)});
  }
  if (faults.empty()) {
    return absl::InvalidArgumentError(
        Concat("'", provider, "': not a provider; there are ", ProviderNames()));
  }
  for (Fault& fault : faults) fault.probability = probability / static_cast<double>(faults.size());
  return faults;
}

std::string ProviderNames() {
  std::vector<std::string_view> names;
  std::string text;
  for (const ProviderReply& entry : kReplies) {
    if (std::find(names.begin(), names.end(), entry.provider) != names.end()) continue;
    names.push_back(entry.provider);
    Append(text, text.empty() ? "" : ", ", entry.provider);
  }
  return text;
}

}  // namespace ringpost::sink

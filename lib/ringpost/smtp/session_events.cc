#include "ringpost/smtp/session_events.h"

namespace ringpost::smtp {

std::string_view AbortReasonName(AbortReason reason) {
  switch (reason) {
    case AbortReason::kReset:
      return "reset";
    case AbortReason::kQuit:
      return "quit";
    case AbortReason::kDisconnected:
      return "disconnected";
    case AbortReason::kTooBig:
      return "too-big";
    case AbortReason::kBareLineEnding:
      return "bare-line-ending";
    case AbortReason::kNul:
      return "nul";
    case AbortReason::kLineTooLong:
      return "line-too-long";
    case AbortReason::kProtocolError:
      return "protocol-error";
    case AbortReason::kRefusedByFilter:
      return "refused-by-filter";
    case AbortReason::kTimeout:
      return "timeout";
    case AbortReason::kShutdown:
      return "shutdown";
    case AbortReason::kInternalError:
      return "internal-error";
  }
  return "";
}

std::string_view CloseReasonName(CloseReason reason) {
  switch (reason) {
    case CloseReason::kQuit:
      return "quit";
    case CloseReason::kDisconnected:
      return "disconnected";
    case CloseReason::kRefused:
      return "refused";
    case CloseReason::kTooManyErrors:
      return "too-many-errors";
    case CloseReason::kTooManyMessages:
      return "too-many-messages";
    case CloseReason::kTlsFailed:
      return "tls-failed";
    case CloseReason::kForeignProtocol:
      return "foreign-protocol";
    case CloseReason::kBadFraming:
      return "bad-framing";
    case CloseReason::kTooMuchDiscarded:
      return "too-much-discarded";
    case CloseReason::kTimeout:
      return "timeout";
    case CloseReason::kShutdown:
      return "shutdown";
  }
  return "";
}

AbortReason AbortReasonOf(CloseReason reason) {
  switch (reason) {
    case CloseReason::kQuit:
      return AbortReason::kQuit;
    case CloseReason::kDisconnected:
      return AbortReason::kDisconnected;
    case CloseReason::kRefused:
      return AbortReason::kRefusedByFilter;
    case CloseReason::kTooManyErrors:
      return AbortReason::kProtocolError;
    case CloseReason::kTooManyMessages:
      return AbortReason::kProtocolError;
    case CloseReason::kTlsFailed:
      return AbortReason::kDisconnected;
    case CloseReason::kForeignProtocol:
      return AbortReason::kProtocolError;
    case CloseReason::kBadFraming:
      return AbortReason::kProtocolError;
    case CloseReason::kTooMuchDiscarded:
      return AbortReason::kTooBig;
    case CloseReason::kTimeout:
      return AbortReason::kTimeout;
    case CloseReason::kShutdown:
      return AbortReason::kShutdown;
  }
  return AbortReason::kInternalError;
}

}  // namespace ringpost::smtp

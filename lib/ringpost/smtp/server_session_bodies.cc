// ServerSession, the messages: what is taken of a body, and what is read and thrown away.
#include <algorithm>
#include <limits>
#include <utility>

#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/replies.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::smtp {

ServerSession::MaybeEvent ServerSession::ReadData() {
  const DataDecoder::Piece piece = data_.Next(input_);
  if (piece.kind == DataDecoder::Kind::kNeedInput) return OutOfInput();
  if (piece.kind != DataDecoder::Kind::kEnd) return TakeBodyPiece(piece);
  reading_ = Reading::kCommands;
  return EndMessage();
}

ServerSession::MaybeEvent ServerSession::ReadChunk() {
  const DataDecoder::Piece piece = chunks_.Next(input_);
  if (piece.kind == DataDecoder::Kind::kNeedInput) return OutOfInput();
  if (piece.kind != DataDecoder::Kind::kEnd) return TakeBodyPiece(piece);
  reading_ = Reading::kCommands;
  return EndChunk();
}

ServerSession::MaybeEvent ServerSession::TakeBodyPiece(const DataDecoder::Piece& piece) {
  switch (piece.kind) {
    case DataDecoder::Kind::kOctets:
      return TakeBodyOctets(piece.octets);
    case DataDecoder::Kind::kBareCr:
      RefuseBody(internal::kBareCr, AbortReason::kBareLineEnding);
      break;
    case DataDecoder::Kind::kBareLf:
      RefuseBody(internal::kBareLf, AbortReason::kBareLineEnding);
      break;
    case DataDecoder::Kind::kNul:
      RefuseBody(internal::kNul, AbortReason::kNul);
      break;
    case DataDecoder::Kind::kLineTooLong:
      RefuseBody(internal::kTextLineTooLong, AbortReason::kLineTooLong);
      break;
    case DataDecoder::Kind::kNeedInput:
    case DataDecoder::Kind::kEnd:
      break;
  }
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::TakeBodyOctets(std::string_view octets) {
  if (refusal_) {
    refusal_->discarded_octets += octets.size();
    if (refusal_->discarded_octets <= options_->limits.discarded_octets) return std::nullopt;
    // The reply tells the client what is wrong; the 421 behind it, that we go (RFC 5321 §3.8).
    SayRefusal();
    if (!close_reason_) SayAndClose(internal::kTooMuchDiscarded, CloseReason::kTooMuchDiscarded);
    return std::nullopt;
  }
  if (const uint64_t room = RoomForOctets(); octets.size() > room) {
    RefuseBody(internal::kTooBig, AbortReason::kTooBig);
    return TakeBodyOctets(octets.substr(room));  // the first to be discarded
  }
  transaction_->message_octets += octets.size();
  return BodyReceived{octets};
}

ServerSession::MaybeEvent ServerSession::EndChunk() {
  if (chunks_.chunk().is_last) return EndMessage();
  if (refusal_) {
    SayRefusal();
    return std::nullopt;
  }
  Enter(StateAfter(RuleOf(Verb::kBdat), state_));
  if (chunks_.chunk().octets == 0 && !CountIdleCommand()) return std::nullopt;
  Append(output_, "250 2.0.0 ", chunks_.chunk().octets, " octets received\r\n");
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::EndMessage() {
  if (refusal_) {
    SayRefusal();
    return std::nullopt;
  }
  message_is_open_ = false;
  owed_ = Owed::kMessage;
  return MessageEnded{transaction_->message_octets};
}

void ServerSession::OpenMessage() {
  message_is_open_ = true;
  if (transaction_->framing == Framing::kBdat) {
    reading_ = Reading::kChunk;
    return;
  }
  data_ = DataDecoder(TextRules::Of(options_->strictness, options_->limits), DotRule::kTransparent);
  reading_ = Reading::kData;
  Respond(internal::kStartMail);
}

void ServerSession::DrainChunk(BdatCommand chunk, const Reply& reply, bool ends_transaction) {
  refusal_ = std::make_unique<Refusal>(Refusal{reply, ends_transaction});
  chunks_ = BdatDecoder(BdatDecoder::Content::kBinary, {});
  chunks_.StartChunk(chunk);
  reading_ = Reading::kChunk;
}

void ServerSession::RefuseBody(const Reply& reply, AbortReason reason) {
  AbortMessage(reason);
  refusal_ = std::make_unique<Refusal>(Refusal{reply, true});
  data_.PassEverything();
  chunks_.PassEverything();
}

void ServerSession::AbortMessage(AbortReason reason) {
  if (std::exchange(message_is_open_, false)) abort_due_ = reason;
}

void ServerSession::SayRefusal() {
  const std::unique_ptr<Refusal> refusal = std::move(refusal_);
  if (!refusal->ends_transaction) return Respond(refusal->reply);
  const bool is_inner_chunk = transaction_->framing == Framing::kBdat && !chunks_.chunk().is_last;
  if (is_inner_chunk) {
    Respond(refusal->reply);
  } else {
    RespondToMessage(refusal->reply);
  }
  Enter(SessionState::kReady);
}

// What the message may still grow by.
uint64_t ServerSession::RoomForOctets() const {
  const uint64_t limit = options_->limits.message_octets;
  if (limit == 0) return std::numeric_limits<uint64_t>::max();
  return limit - std::min(limit, transaction_->message_octets);
}

}  // namespace ringpost::smtp

// Everything that a server session says of its own accord. Codes by RFC 5321 §4.2.3, status by
// RFC 3463 and the registry of RFC 5248.
#pragma once

#include "ringpost/smtp/reply.h"

namespace ringpost::smtp::internal {

inline constexpr EnhancedStatus kNoStatus{};

// --- All is well
inline constexpr Reply kOk = Reply::Fixed(250, {2, 0, 0}, "OK");
inline constexpr Reply kBye = Reply::Fixed(221, {2, 0, 0}, "Bye");
inline constexpr Reply kStartMail =
    Reply::Fixed(354, kNoStatus, "Start mail input; end with <CRLF>.<CRLF>");
inline constexpr Reply kCannotVerify =
    Reply::Fixed(252, {2, 5, 0}, "Cannot verify, but will take the message and try");
inline constexpr Reply kHelpText = Reply::Fixed(
    214, {2, 0, 0}, "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT: see RFC 5321");
inline constexpr Reply kLmtpHelpText = Reply::Fixed(
    214, {2, 0, 0}, "LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT: see RFC 2033");

// --- A line that is no command
inline constexpr Reply kLineTooLong = Reply::Fixed(500, {5, 5, 2}, "Line too long");
inline constexpr Reply kBareLineFeed = Reply::Fixed(500, {5, 5, 2}, "Lines end with <CR><LF>");
// RFC 5321 §4.1.2 wants 501 for characters that no command has.
inline constexpr Reply kControlCharacter =
    Reply::Fixed(501, {5, 5, 2}, "Control character in a command");
inline constexpr Reply kEmptyLine = Reply::Fixed(500, {5, 5, 2}, "Empty line");
inline constexpr Reply kUnknownCommand = Reply::Fixed(500, {5, 5, 2}, "Command not recognized");
inline constexpr Reply kNotSpokenHere =
    Reply::Fixed(500, {5, 5, 1}, "Not a command of this protocol");
inline constexpr Reply kNotImplemented = Reply::Fixed(502, {5, 5, 1}, "Command not implemented");

// --- Out of order
inline constexpr Reply kSessionRefused = Reply::Fixed(503, {5, 5, 1}, "No service here: QUIT");
inline constexpr Reply kNeedsHello = Reply::Fixed(503, {5, 5, 1}, "Say hello first");
inline constexpr Reply kNeedsMail = Reply::Fixed(503, {5, 5, 1}, "MAIL first");
inline constexpr Reply kNeedsRecipient = Reply::Fixed(503, {5, 5, 1}, "RCPT first");
inline constexpr Reply kNoValidRecipients = Reply::Fixed(554, {5, 5, 1}, "No valid recipients");
inline constexpr Reply kNested = Reply::Fixed(503, {5, 5, 1}, "A transaction is open: RSET first");
inline constexpr Reply kInsideChunks =
    Reply::Fixed(503, {5, 5, 1}, "Between BDAT chunks: BDAT or RSET");
inline constexpr Reply kBinaryNeedsBdat =
    Reply::Fixed(503, {5, 5, 1}, "BODY=BINARYMIME needs BDAT");

// --- STARTTLS and AUTH
inline constexpr Reply kReadyForTls = Reply::Fixed(220, {2, 0, 0}, "Ready to start TLS");
inline constexpr Reply kNeedsTls =
    Reply::Fixed(530, {5, 7, 0}, "Must issue a STARTTLS command first");
inline constexpr Reply kNeedsAuthentication =
    Reply::Fixed(530, {5, 7, 0}, "Authentication required");
inline constexpr Reply kNeedsExtendedHello = Reply::Fixed(503, {5, 5, 1}, "Say EHLO first");
inline constexpr Reply kAlreadySecure = Reply::Fixed(503, {5, 5, 1}, "TLS is in use already");
inline constexpr Reply kAlreadyAuthenticated =
    Reply::Fixed(503, {5, 5, 1}, "Authenticated already");
inline constexpr Reply kAuthNeedsTls =
    Reply::Fixed(538, {5, 7, 11}, "Encryption required for authentication");
inline constexpr Reply kUnknownMechanism =
    Reply::Fixed(504, {5, 5, 4}, "Authentication mechanism not offered");
inline constexpr Reply kAuthSyntax =
    Reply::Fixed(501, {5, 5, 4}, "Syntax: AUTH mechanism [initial response]");
inline constexpr Reply kBadBase64 = Reply::Fixed(501, {5, 5, 2}, "Not base64");
inline constexpr Reply kAuthCancelled = Reply::Fixed(501, {5, 7, 0}, "Authentication cancelled");
inline constexpr Reply kAuthLineTooLong =
    Reply::Fixed(500, {5, 5, 6}, "Authentication exchange line too long");
inline constexpr Reply kTooManyAuthFailures =
    Reply::Fixed(421, {4, 7, 0}, "Too many failed authentications");

// --- Arguments
inline constexpr Reply kArgumentNeeded = Reply::Fixed(501, {5, 5, 4}, "Argument needed");
inline constexpr Reply kNoArgumentTaken = Reply::Fixed(501, {5, 5, 4}, "No argument taken");
inline constexpr Reply kBadHelloName = Reply::Fixed(501, {5, 5, 4}, "Not a host name");
inline constexpr Reply kNonAsciiArgument =
    Reply::Fixed(501, {5, 5, 4}, "Only ASCII characters here");
inline constexpr Reply kMailSyntax = Reply::Fixed(501, {5, 5, 4}, "Syntax: MAIL FROM:<address>");
inline constexpr Reply kRcptSyntax = Reply::Fixed(501, {5, 5, 4}, "Syntax: RCPT TO:<address>");
inline constexpr Reply kBadSender = Reply::Fixed(501, {5, 1, 7}, "Bad sender address syntax");
inline constexpr Reply kBadRecipient = Reply::Fixed(501, {5, 1, 3}, "Bad recipient address syntax");
inline constexpr Reply kNeedsSmtpUtf8 =
    Reply::Fixed(553, {5, 6, 7}, "Non-ASCII address without SMTPUTF8");
inline constexpr Reply kUnknownParameter = Reply::Fixed(555, {5, 5, 4}, "Unknown parameter");
inline constexpr Reply kBadParameter = Reply::Fixed(501, {5, 5, 4}, "Bad parameter value");
inline constexpr Reply kRepeatedParameter = Reply::Fixed(501, {5, 5, 4}, "Parameter given twice");

// --- Limits
inline constexpr Reply kTooManyRecipients = Reply::Fixed(452, {4, 5, 3}, "Too many recipients");
inline constexpr Reply kTooBig = Reply::Fixed(552, {5, 3, 4}, "Message too big");
inline constexpr Reply kTooManyMessages =
    Reply::Fixed(421, {4, 7, 0}, "Too many messages in one session");
inline constexpr Reply kTooManyErrors = Reply::Fixed(421, {4, 7, 0}, "Too many errors");
inline constexpr Reply kTooManyIdleCommands =
    Reply::Fixed(421, {4, 7, 0}, "Too many commands without mail");
inline constexpr Reply kTooMuchDiscarded = Reply::Fixed(421, {4, 7, 0}, "Too much after a refusal");

// --- A body that is refused
inline constexpr Reply kBareCr = Reply::Fixed(554, {5, 6, 0}, "Bare <CR> in the message");
inline constexpr Reply kBareLf = Reply::Fixed(554, {5, 6, 0}, "Bare <LF> in the message");
inline constexpr Reply kNul = Reply::Fixed(554, {5, 6, 0}, "NUL in the message");
inline constexpr Reply kTextLineTooLong =
    Reply::Fixed(554, {5, 6, 0}, "Line too long in the message");

// --- The end
inline constexpr Reply kForeignProtocol = Reply::Fixed(421, {4, 7, 0}, "This is a mail server");
inline constexpr Reply kBadChunkSize =
    Reply::Fixed(501, {5, 5, 4}, "BDAT without a size that can be read: closing");

}  // namespace ringpost::smtp::internal

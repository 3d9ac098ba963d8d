// The trace fields: whatever a client says, each is one field and all of its lines are ours.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/base/check.h"
#include "ringpost/message/header_field.h"
#include "ringpost/message/received.h"

using ringpost::Check;

namespace {

void CheckIsOneField(std::string_view text, std::string_view name, std::ptrdiff_t line_count) {
  std::vector<ringpost::message::HeaderField> fields;
  ringpost::message::SplitHeader(text, fields);
  Check(fields.size() == 1 && fields[0].name == name, "not one field");
  Check(fields[0].raw_field.size() == text.size(), "octets outside of the field");
  Check(std::count(text.begin(), text.end(), '\n') == line_count, "another line");
  Check(std::count(text.begin(), text.end(), '\r') == line_count, "a bare CR");
  Check(text.find('\0') == text.npos, "a NUL");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t middle = std::min(input.find('\n'), input.size());
  const std::string_view hello_name = input.substr(0, middle);
  const std::string_view path = input.substr(middle).substr(0, 256);

  std::string received;
  ringpost::message::AppendReceived(received, {.hello_name = hello_name,
                                               .client_address_literal = "[192.0.2.1]",
                                               .host_name = "mx.example",
                                               .protocol_keyword = "ESMTP",
                                               .id = "id",
                                               .only_recipient = path,
                                               .date_time = "Thu, 01 Jan 1970 00:00:00 +0000"});
  CheckIsOneField(received, "Received", 3);
  const std::string_view from = std::string_view(received).substr(0, received.find("\r\n"));
  Check(std::count(from.begin(), from.end(), '(') == 1, "a comment of the client's");
  Check(std::count(from.begin(), from.end(), ';') == 0, "a clause end of the client's");

  std::string return_path;
  ringpost::message::AppendReturnPath(return_path, path);
  CheckIsOneField(return_path, "Return-Path", 1);
  return 0;
}

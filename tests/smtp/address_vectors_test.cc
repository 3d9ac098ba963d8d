// The public suite of addresses: github.com/dominicsayers/isemail, test/. It is read in place, from
// address/ in the folder that RINGPOST_VECTORS names.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "ringpost/smtp/path.h"

namespace ringpost::smtp {
namespace {

struct Case {
  std::string id;
  std::string address;
  std::string category;
  std::string diagnosis;
};

std::string VectorFolder() {
  const char* const folder = std::getenv("RINGPOST_VECTORS");
  return folder != nullptr ? folder : RINGPOST_SOURCE_FOLDER "/../shared/data";
}

std::string Between(const std::string& text, const std::string& start, const std::string& end) {
  const size_t from = text.find(start);
  if (from == std::string::npos) return "";
  const size_t to = text.find(end, from + start.size());
  return text.substr(from + start.size(), to - from - start.size());
}

// The few entities of these files. A control character is written as its picture, U+2400 and up.
std::string Decoded(const std::string& text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '&') {
      decoded += text[i];
      continue;
    }
    const std::string entity = Between(text.substr(i), "&", ";");
    i += entity.size() + 1;
    if (entity.starts_with("#x")) {
      const unsigned long point = std::stoul(entity.substr(2), nullptr, 16);
      decoded += static_cast<char>(point >= 0x2400 ? point - 0x2400 : point);
    } else {
      decoded += entity == "lt" ? '<' : entity == "gt" ? '>' : '&';
    }
  }
  return decoded;
}

std::vector<Case> ReadCases(const std::string& file_name) {
  std::ifstream file(VectorFolder() + "/address/" + file_name);
  std::stringstream buffer;
  buffer << file.rdbuf();
  const std::string text = buffer.str();
  std::vector<Case> cases;
  for (size_t at = text.find("<test id="); at != std::string::npos;
       at = text.find("<test id=", at + 1)) {
    const std::string test = text.substr(at, text.find("</test>", at) - at);
    cases.push_back(
        {Between(test, "id=\"", "\""), Decoded(Between(test, "<address>", "</address>")),
         Between(test, "<category>", "</category>"), Between(test, "<diagnosis>", "</diagnosis>")});
  }
  return cases;
}

// Whether RFC 5321 takes it in MAIL and RCPT. "::" for a single group is none of its forms
// (§4.1.3).
bool IsSmtpAddress(const Case& each) {
  if (each.diagnosis == "ISEMAIL_RFC5321_IPV6DEPRECATED") return false;
  return each.category == "ISEMAIL_VALID_CATEGORY" || each.category == "ISEMAIL_DNSWARN" ||
         each.category == "ISEMAIL_RFC5321";
}

class AddressVectors : public ::testing::TestWithParam<const char*> {};

TEST_P(AddressVectors, AreTakenOrRefusedAsPublished) {
  const std::vector<Case> cases = ReadCases(GetParam());
  if (cases.empty()) {
    GTEST_SKIP() << VectorFolder() << "/address/" << GetParam()
                 << " is not there; it is published at github.com/dominicsayers/isemail in test/,"
                    " and found in the folder that RINGPOST_VECTORS names";
  }
  for (const Case& each : cases) {
    const bool is_taken = std::holds_alternative<Mailbox>(ParseMailbox(each.address, {}));
    EXPECT_EQ(is_taken, IsSmtpAddress(each))
        << each.id << ' ' << ::testing::PrintToString(each.address) << ' ' << each.diagnosis;
  }
}

INSTANTIATE_TEST_SUITE_P(Isemail, AddressVectors,
                         ::testing::Values("isemail-tests.xml", "isemail-tests-original.xml"),
                         [](const auto& test_info) {
                           const std::string name = test_info.param;
                           return std::string(
                               name.find("original") == std::string::npos ? "Current" : "Original");
                         });

}  // namespace
}  // namespace ringpost::smtp

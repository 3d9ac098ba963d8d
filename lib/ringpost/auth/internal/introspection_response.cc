#include "ringpost/auth/internal/introspection_response.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "nlohmann/json.hpp"
#include "ringpost/base/text.h"

namespace ringpost::auth::internal {
namespace {

using Json = nlohmann::json;

// Reads members of one object; the first that is of the wrong type is kept as the error.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  const absl::Status& status() const { return status_; }

  std::string Text(std::string_view name) {
    const Json* const member = Find(name);
    if (member == nullptr) return {};
    if (const auto* text = member->get_ptr<const std::string*>()) return *text;
    return Complain(name), std::string();
  }

  // A text, or a list of texts.
  std::vector<std::string> Texts(std::string_view name) {
    const Json* const member = Find(name);
    if (member == nullptr) return {};
    if (!member->is_array()) return {Text(name)};
    std::vector<std::string> texts;
    for (const Json& element : *member) {
      const auto* const text = element.get_ptr<const std::string*>();
      if (text == nullptr) return Complain(name), texts;
      texts.push_back(*text);
    }
    return texts;
  }

  // Seconds since 1970 (RFC 7519 §2, NumericDate).
  std::optional<absl::Time> Date(std::string_view name) {
    const Json* const member = Find(name);
    if (member == nullptr) return std::nullopt;
    if (!member->is_number()) return Complain(name), std::nullopt;
    return absl::UnixEpoch() + absl::Seconds(member->get<double>());
  }

 private:
  const Json* Find(std::string_view name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  void Complain(std::string_view name) {
    if (status_.ok()) {
      status_ = absl::InternalError(Concat("the response has a wrong \"", name, "\""));
    }
  }

  const Json& object_;
  absl::Status status_;
};

std::vector<std::string> SplitAtSpaces(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

}  // namespace

absl::StatusOr<IntrospectionResponse> ParseIntrospectionResponse(std::string_view json,
                                                                 std::string_view user_claim) {
  const Json object = Json::parse(json, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InternalError("the response is no JSON object");
  const auto active = object.find("active");
  if (active == object.end() || !active->is_boolean()) {
    return absl::InternalError("the response does not say whether the token is active");
  }
  IntrospectionResponse response = {.is_active = active->get<bool>()};
  if (!response.is_active) return response;
  Members members(object);
  response.user = members.Text(user_claim);
  response.scopes = SplitAtSpaces(members.Text("scope"));
  response.client_id = members.Text("client_id");
  response.audience = members.Texts("aud");
  response.expires = members.Date("exp").value_or(response.expires);
  response.not_before = members.Date("nbf").value_or(response.not_before);
  if (!members.status().ok()) return members.status();
  return response;
}

}  // namespace ringpost::auth::internal

#include "dialog_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

namespace ringpost::dialogs {

std::vector<std::string> DialogNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(RINGPOST_DIALOG_FOLDER)) {
    if (entry.path().extension() == ".dialog") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> LiveDialogNames(LiveAbilities abilities) {
  std::vector<std::string> names = DialogNames();
  std::erase_if(names, [abilities](const std::string& name) {
    const Dialog dialog = ReadDialog(name);
    return dialog.is_pure_only || (dialog.needs_tls() && !abilities.tls) ||
           (dialog.needs_authentication() && !abilities.authentication);
  });
  return names;
}

Dialog ReadDialog(const std::string& name) {
  std::ifstream file(std::string(RINGPOST_DIALOG_FOLDER) + "/" + name + ".dialog");
  std::stringstream text;
  text << file.rdbuf();
  std::variant<Dialog, DialogError> parsed = ParseDialog(text.str());
  if (const auto* error = std::get_if<DialogError>(&parsed)) {
    ADD_FAILURE() << name << ".dialog:" << error->line_number << ": " << error->message;
    return {};
  }
  return std::get<Dialog>(std::move(parsed));
}

std::string TestNameOf(std::string dialog_name) {
  std::replace(dialog_name.begin(), dialog_name.end(), '-', '_');
  return dialog_name;
}

void PrintTo(const Message& message, std::ostream* out) {
  *out << '<' << message.sender << "> " << ::testing::PrintToString(message.recipients) << ' '
       << ::testing::PrintToString(message.octets);
}

}  // namespace ringpost::dialogs

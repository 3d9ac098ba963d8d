// The dialogs of this folder, as parameters of tests.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "dialog.h"

namespace ringpost::dialogs {

// Sorted, without ".dialog".
std::vector<std::string> DialogNames();
// What a live server of the tests can be made to do.
struct LiveAbilities {
  bool tls = false;
  bool authentication = false;
};
// Those that one with these abilities can be made to play.
std::vector<std::string> LiveDialogNames(LiveAbilities abilities);

// Fails the test, and gives an empty dialog, where the file has an error.
Dialog ReadDialog(const std::string& name);

// As a name that GoogleTest takes.
std::string TestNameOf(std::string dialog_name);

// GoogleTest finds it by the type's namespace.
void PrintTo(const Message& message, std::ostream* out);

}  // namespace ringpost::dialogs

// The dialogs of this folder, as parameters of tests.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "dialog.h"

namespace ringpost::dialogs {

// Sorted, without ".dialog".
std::vector<std::string> DialogNames();
// Those that a live server can be made to play.
std::vector<std::string> LiveDialogNames();

// Fails the test, and gives an empty dialog, where the file has an error.
Dialog ReadDialog(const std::string& name);

// As a name that GoogleTest takes.
std::string TestNameOf(std::string dialog_name);

// GoogleTest finds it by the type's namespace.
void PrintTo(const Message& message, std::ostream* out);

}  // namespace ringpost::dialogs

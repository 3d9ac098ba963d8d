// The defaults of all keys, with the one listener and the one domain that ringpostd has when no
// file tells it: SMTP on 127.0.0.1:2525 for anybody at localhost, into Maildirs below ./mail.
#pragma once

#include <string>

#include "server/config.h"

namespace ringpost::daemon {

Config DefaultConfig();

// The same as a configuration file, every key with its default and a comment: ParseConfig() makes
// DefaultConfig() of it.
std::string DefaultConfigText();

}  // namespace ringpost::daemon

// Text that may come from anywhere, made safe to stand in an HTML page.
#pragma once

#include <string>
#include <string_view>

namespace ringpost::load {

// Between tags, and in quoted attributes. Control characters become U+FFFD, line feeds stay.
std::string EscapeHtml(std::string_view text);

// JSON that can stand in a <script> element: no '<' is left, so nothing in it ends the element or
// begins a comment.
std::string EscapeJsonForScript(std::string_view json);

}  // namespace ringpost::load

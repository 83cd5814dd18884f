// From masked lines to templates: the masked forms that say the same thing with other words in it. A template is a
// masked form in which whole words, too, became placeholders.
//
// The answer depends on the set of masked forms alone: not on their order, nor on how often each line came, so a flood
// of one message changes no template. Ties are broken in byte order.
//
// 1. Forms with the same skeleton (punctuation and number of words; a placeholder with what belongs to it, such as a
//    unit or more placeholders in a list, is one word) make a group.
// 2. A group is split by its least diverse position whose words look like words. A position where they look like values
//    (after '=' or ':', quoted, dotted, paths, or beside a placeholder) or which has many of them where the rest of the
//    line agrees becomes a placeholder.
// 3. A template that differs from another only where that one has a placeholder and itself has one with text attached
//    is merged into it.
//
// Cost: about words x depth of splitting; depth is at most kMaxWords.
#pragma once

#include "core/poll.hpp"
#include "signature/lexer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hunt::signature {

// Words and marks of a line beyond this many are one word.
inline constexpr std::size_t kMaxWords = 128;

// Places the template of masked[i] into result[i]. In profile mode a masked form is its own template. The forms are
// distinct and in byte order.
std::vector<std::string> find_templates(const std::vector<std::string_view> &masked, MaskMode mode,
                                        core::Poll poll = core::never_interrupted);

}  // namespace hunt::signature

#pragma once
// One language's texts and how a text takes its arguments. Languages are made with gettext: a
// catalogue is a file po/LANGUAGE.po beside the storey whose words it has, compiled at build time
// into a sorted array (po/compile.py), so that a process without files still speaks it.
//
//   msgctxt "threshold.below"
//   msgid "{1} units have a value here; {2} is the least"
//   msgstr "{1n} unités ont une valeur dans cette cellule ; il en faut au moins {2n}"
//
// English is the language of the code: a text whose English has changed since it was translated is
// shown in English until the catalogue follows, as gettext does.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::policies {

/// A pair of a catalogue: gettext's key (context ‖ U+0004 ‖ English) and the text.
struct Translation {
  std::string_view key;
  std::string_view text;
};

/// Sorted by key, bytewise. Empty: English.
using Translations = std::span<const Translation>;

/// The text for `english` in `context`, or `english` itself.
[[nodiscard]] std::string_view translated(Translations translations, std::string_view context,
                                          std::string_view english);

/// `form` with its slots filled: {1} as it is; {1n} as a number is written ("12345.5" becomes
/// "12 345,5" in French with a narrow no-break space, and stays in English; blanks between digits
/// become such spaces; what is no number stays); {1w} as a word of the catalogue's context "word".
/// An argument that is missing is nothing.
[[nodiscard]] std::string filled(std::string_view form, const std::vector<std::string>& args,
                                 std::string_view language, Translations translations);

/// "1", "2" … of a form's slots, sorted, each once: what a translation must have too.
[[nodiscard]] std::vector<char> slots_of(std::string_view form);

}  // namespace sceau::policies

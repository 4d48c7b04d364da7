// What a workspace may say to a person's terminal.
#include "enclave/workspace/terminal_filter.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using sceau::enclave::TerminalFilter;

namespace {

std::string passed(const std::string& bytes) { return TerminalFilter().pass(bytes); }

}  // namespace

TEST_CASE("what draws passes a terminal's filter") {
  for (const std::string& text : {std::string("plain text\r\n\ttab\b"), std::string("é€𝄞 ünï"),
                                  std::string("\x1b[1;31mred\x1b[0m"), std::string("\x1b[2J\x1b[H"),
                                  std::string("\x1b[?1049h\x1b[?25l\x1b[?2004h"),
                                  std::string("\x1b[38;2;1;2;3m"), std::string("\x1b(B\x1b)0"),
                                  std::string("\x1b"
                                              "7\x1b"
                                              "8\x1b=\x1b>\x1bM"),
                                  std::string("\x1b[5;10r\x1b[4h\x1b[!p\x1b[K")}) {
    CAPTURE(text);
    CHECK(passed(text) == text);
  }
}

TEST_CASE("what reaches out of the terminal is dropped, whole") {
  const std::vector<std::string> hostile = {"\x1b]52;c;c2VjcmV0\x07",  // the clipboard
                                            "\x1b]52;c;?\x1b\\",       // reading it
                                            "\x1b]0;title\x07",        // the title,
                                            "\x1b[21t",               // and its report, as if typed
                                            "\x1b]8;;http://x/\x07",  // a link
                                            "\x1b]1337;File=:AAAA\x07",  // a download
                                            "\x1bP$q\"p\x1b\\",          // DECRQSS
                                            "\x1bP+q544e\x1b\\",         // termcap
                                            "\x1b_Gi=1;AAAA\x1b\\",      // APC
                                            "\x1b^private\x1b\\",        // PM
                                            "\x1bXstart\x1b\\",          // SOS
                                            "\x1b[6n",
                                            "\x1b[?6n",
                                            "\x1b[5n",  // reports
                                            "\x1b[c",
                                            "\x1b[>c",
                                            "\x1b[=c",
                                            "\x1bZ",
                                            "\x1b[x",
                                            "\x1b[?1$p",
                                            "\x1b[>q",
                                            "\x1b[1;1;1;1;1;1*y",
                                            "\x1b[?u",
                                            "\x1b[5i",
                                            "\x1b[?5i",  // printing
                                            "\x1b[?1000h",
                                            "\x1b[?1006h",  // the mouse
                                            "\x1b[2h",      // the keyboard
                                            "\x05",
                                            std::string(1, '\0'),
                                            "\xc2\x9d"
                                            "52;c;AAAA\x07",  // the same as C1 controls
                                            "\xc2\x90qx\x1b\\",
                                            "\xc2\x9b"
                                            "6n",
                                            "\xc2\x9f"
                                            "G\x1b\\",
                                            "\x9b"
                                            "6n",                // bytes that are no character
                                            "\x1b[?1049;1000h",  // one bad mode among good ones
                                            "\x1b[" + std::string(300, '1') + "m"};
  for (const auto& sequence : hostile) {
    CAPTURE(sequence);
    const auto shown = passed("a" + sequence + "b");
    CHECK(shown.find('\x1b') == std::string::npos);
    CHECK(shown.find('\x07') == std::string::npos);
    CHECK(shown.find("52") == std::string::npos);
    CHECK(shown.front() == 'a');
    CHECK(shown.back() == 'b');
  }
}

TEST_CASE("a sequence that comes in pieces is judged whole") {
  const std::string text = "x\x1b]52;c;c2VjcmV0\x1b\\y\x1b[1mz\xc3\xa9\x1b[6nw";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    TerminalFilter filter;
    auto shown = filter.pass(text.substr(0, cut));
    shown += filter.pass(text.substr(cut));
    CHECK(shown == "xy\x1b[1mz\xc3\xa9w");
  }
}

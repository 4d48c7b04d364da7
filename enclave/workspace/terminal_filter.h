#pragma once
// What a workspace's terminal may say to the person's. A terminal answers and obeys: OSC 52 writes
// the clipboard, a title is reported back as if it were typed, CSI 5i prints. So the output passes
// through a list of what draws, and the rest is dropped.
//
//   passes   text, colours, cursor movement, erasing, scrolling, alternate screen, bracketed paste
//   dropped  OSC, DCS, APC, PM, SOS (to their end), reports of any kind (CSI n, c, x, t, $p …),
//   ENQ,
//            printing, mouse modes, key locks, C1 controls, whatever isn't known
//
// Output that isn't a terminal's passes as it is: a pipe obeys nothing.

#include <string>
#include <string_view>

namespace sceau::enclave {

class TerminalFilter {
 public:
  /// What of `bytes` may be shown; a sequence that isn't whole yet waits for the next call.
  [[nodiscard]] std::string pass(std::string_view bytes);

 private:
  enum class State { text, escape, charset, control, string, string_escape };
  void take(unsigned char byte, std::string& out);
  void begin(unsigned char byte, std::string& out);
  void in_text(unsigned char byte, std::string& out);
  void end_control(unsigned char last, std::string& out);

  State state_ = State::text;
  std::string held_;       ///< the sequence so far
  int following_ = 0;      ///< bytes that the character under way still has
  bool after_c2_ = false;  ///< the first byte of a C1 control in UTF-8 waits
};

}  // namespace sceau::enclave

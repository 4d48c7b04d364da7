// The one exception type of this module.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace sceau::audit {

/// Why something could not be done. Expected answers (a log that doesn't verify) are values, see
/// verify.h; these are inabilities.
enum class Fault {
  bad_input,  ///< an argument or a file that isn't in its format
  tampered,   ///< bytes that contradict a signature, a hash or each other
  undecided,  ///< what is needed to answer isn't there
  refused,    ///< the writer doesn't take this entry (unknown event, missing key, text)
  exists,     ///< there is something already where a new log should be made
  stopped,    ///< the log has seen a write fail, or is closed: nothing is appended any more
  io,         ///< the system refused a file operation
  crypto      ///< OpenSSL failed
};

/// Thrown by every function of the module that can't do its work. `what()` is one sentence
/// without a full stop; `hint()` says what to do next and may be empty. Neither ever holds key
/// material.
class AuditError final : public std::runtime_error {
 public:
  AuditError(Fault fault, const std::string& message, std::string hint = {})
      : std::runtime_error(message), fault_(fault), hint_(std::move(hint)) {}

  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  Fault fault_;
  std::string hint_;
};

}  // namespace sceau::audit

#pragma once
// What the client asks a person, and how it shows that work goes on.

#include <filesystem>
#include <string>
#include <string_view>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

/// The first line of a file that nobody else may read; refuses others' files
/// (centre.passphrase_file_open). Never kept outside locked memory.
[[nodiscard]] KeyBytes passphrase_from_file(const std::filesystem::path& file);

/// Asks on the terminal without echo. Throws unavailable (centre.no_terminal).
[[nodiscard]] KeyBytes ask_passphrase(const std::string& prompt);

/// Twice; throws usage (centre.passphrases_differ).
[[nodiscard]] KeyBytes ask_new_passphrase(std::string_view language);

/// "sceau: error: …", and the hint where there is one, on stderr.
void complain(const std::string& what, const std::string& advice);

/// A bar on stderr for Output::progress; nothing where stderr is no terminal.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void show(const std::string& json);
  void clear();

 private:
  bool terminal_ = false;
  bool shown_ = false;
};

}  // namespace sceau::enclave

#pragma once
// The commands of custodians, reviewers and operators as functions over a Centre: run in the broker
// for a client on control.sock, or in the client itself where nothing serves. The client opens
// files and passes their bytes (documents) or descriptors (data); a command opens no path that a
// client names.

#include <functional>
#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/keys/recipient.h"

namespace sceau::enclave {

/// A file that the client opened for a command.
struct PassedFile {
  std::string option;  ///< "codebook", "from", "file"
  std::string name;    ///< as the user wrote it
  std::string text;    ///< documents: the bytes
  int fd = -1;         ///< data: a descriptor; closed by the caller of run_command
};

struct Command {
  std::vector<std::string> words;  ///< {"review", "approve", "R-2026-000001", "--comment", "…"}
  std::vector<PassedFile> files;
  bool json = false;
  std::string language = "en";
  std::vector<Credential> credentials = {};  ///< of unlock and of changes to the keyring
};

/// What a command prints while it runs; `progress` is a JSON object for a bar on stderr.
struct Output {
  std::function<void(const std::string& text)> out;
  std::function<void(const std::string& text)> err;
  std::function<void(const std::string& json)> progress;
  std::function<bool()> cancelled;
  std::string language = "en";  ///< of what is written to err
};

/// The exit code. Errors are thrown as EnclaveError or PolicyError and written by the caller, once.
int run_command(Centre& centre, const Person& person, const Command& command,
                const Examiner& examiner, const Output& output);

/// Whether words name a command that needs a centre at all.
[[nodiscard]] bool needs_centre(const std::vector<std::string>& words);

}  // namespace sceau::enclave

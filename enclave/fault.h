#pragma once
// The one exception of storey `enclave`, caught once in main, in the worker's statement loop and in
// the broker's command loop. It carries a message id with arguments (messages.h makes the words),
// so that nothing that is protected can slip into a text by accident: arguments are names, numbers
// and positions, never values of the data.

#include <stdexcept>
#include <string>
#include <vector>

namespace sceau::enclave {

enum class Fault {
  usage,          ///< exit 2: the call's words are off
  bad_input,      ///< exit 2: a file or document that can't be used
  not_found,      ///< exit 2
  already_there,  ///< exit 2
  unavailable,    ///< exit 2: no room on the disk, not serving, locked
  not_permitted,  ///< exit 3
  integrity,      ///< exit 4: tampered, wrong key, corrupt
  refused,        ///< exit 1: the answer is no
  internal        ///< exit 70
};

[[nodiscard]] int exit_code(Fault fault);

class EnclaveError final : public std::runtime_error {
 public:
  EnclaveError(Fault fault, std::string id, std::vector<std::string> args = {});

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::vector<std::string>& args() const { return args_; }

 private:
  Fault fault_;
  std::string id_;
  std::vector<std::string> args_;
};

}  // namespace sceau::enclave

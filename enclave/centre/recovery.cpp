#include "enclave/centre/recovery.h"

#include "enclave/fault.h"

namespace sceau::enclave {

void recover(Centre::State& state) {
  if (state.registry.log_size() > state.journal.size()) {
    throw EnclaveError(
        Fault::integrity, "centre.log_behind",
        {std::to_string(state.journal.size()), std::to_string(state.registry.log_size())});
  }
}

}  // namespace sceau::enclave

#pragma once
// Stores that are not as they were sealed are set aside: nobody gets their key, and all else goes
// on, until `store verify` finds them as sealed again.
//
//   unlock, eleves@2024 has a changed byte   store.barred, sessions that need it are refused
//   the file is put back, `store verify`     store.admitted
//
// What is set aside is found anew at each unlocking, so it isn't kept anywhere but in the log.

#include <string>

#include "enclave/centre/state.h"
#include "enclave/fault.h"

namespace sceau::enclave {

/// Logged, unless it is already. `why`: what was found, whose id is the reason in the log.
void set_aside(Centre::State& state, const StoreRow& row, const std::string& by,
               const EnclaveError& why);
/// Logged; nothing where it isn't set aside.
void take_back(Centre::State& state, const StoreRow& row, const std::string& by);
/// Throws integrity (centre.set_aside) where it is.
void check_not_aside(const Centre::State& state, const StoreRow& row);

}  // namespace sceau::enclave

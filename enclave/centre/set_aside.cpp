#include "enclave/centre/set_aside.h"

#include "enclave/centre/access.h"

namespace sceau::enclave {
void set_aside(Centre::State& state, const StoreRow& row, const std::string& by,
               const EnclaveError& why) {
  if (!state.aside.insert(row.id).second) return;  // refused from here on, logged or not
  auto change = state.registry.begin();
  state.journal.record("store.barred", by, {{"reason", why.id()}, {"store", name_of(row)}});
  change.commit();
}

void take_back(Centre::State& state, const StoreRow& row, const std::string& by) {
  if (!state.aside.contains(row.id)) return;
  auto change = state.registry.begin();
  state.journal.record("store.admitted", by, {{"store", name_of(row)}});
  change.commit();
  state.aside.erase(row.id);
}

void check_not_aside(const Centre::State& state, const StoreRow& row) {
  if (state.aside.contains(row.id)) {
    throw EnclaveError(Fault::integrity, "centre.set_aside", {name_of(row)});
  }
}

}  // namespace sceau::enclave

// store rekey | erase: what becomes of a store's key.

#include <nlohmann/json.hpp>

#include "enclave/centre/access.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/store_erasure.h"
#include "enclave/centre/store_rekey.h"
#include "enclave/centre/stores.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

/// Erasing is for one vintage that was named whole.
StoreRow one_store(const Call& call) {
  const auto written = call.arguments.one("STORE");
  if (parse_store_name(written).vintage.empty()) {
    throw EnclaveError(Fault::usage, "centre.store_vintage", {written});
  }
  return stores_named(call.state, written).front();
}

}  // namespace

int store_rekey(const Call& call) {
  std::string by;
  std::vector<StoreRow> rows;
  {
    const Held held(call.state.mutex);
    by = require_role(call.state, call.person, "custodian");
    rows = stores_named(call.state, call.arguments.one("STORE"));
  }
  Json list = Json::array();
  std::string shown;
  for (const auto& row : rows) {
    const auto store = name_of(row);
    const auto rekeyed = rekey_store(call.state, by, store, call.output.cancelled);
    list.push_back({{"store", store}, {"bytes", rekeyed.size}, {"sha256", rekeyed.sha256}});
    shown += line(call, "shown.store_rekeyed", {store, grouped(rekeyed.size), rekeyed.sha256});
  }
  say(call, {{"format", 1}, {"stores", std::move(list)}}, shown);
  return 0;
}

int store_erase(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto erased = erase_store(call.state, by, one_store(call), call.arguments.one("reason"));
  const auto place = call.state.journal.chain().place_of(erased.seq);
  say(call,
      {{"format", 1},
       {"store", erased.store},
       {"state", "erased"},
       {"log", place.origin},
       {"entry", place.seq},
       {"file", erased.file.string()},
       {"receipt", erased.receipt}},
      line(call, "shown.store_erased",
           {erased.store, std::to_string(place.seq), erased.file.string()}));
  return 0;
}

}  // namespace sceau::enclave

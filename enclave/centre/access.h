#pragma once
// What a person may use in a project now: the one place where project, membership, permits, stores
// and policy are held against each other. The answer is an Access, or a Refusal with its sentence.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "disclosure/tabulation.h"
#include "enclave/centre/exchange.h"
#include "enclave/centre/people.h"
#include "enclave/centre/state.h"
#include "enclave/fault.h"

namespace sceau::enclave {

struct Refusal {
  std::string reason;  ///< one word, for the log
  std::string id;      ///< message
  std::vector<std::string> args;
};

struct DatasetAccess {
  PermitRow permit;
  std::vector<StoreRow> stores;  ///< covered, not superseded, ascending vintages, at least one
  std::string population;
};

struct Access {
  ProjectRow project;
  ResolvedPolicy policy;
  std::map<std::string, DatasetAccess> datasets;  ///< by name, at least one
};

/// Reads only. The stores' sizes are held against what was sealed; a store that is cut or missing
/// throws store.tampered.
[[nodiscard]] std::variant<Access, Refusal> access_of(const Centre::State& state,
                                                      const Person& person,
                                                      const std::string& project);

/// Throws not_permitted (centre.outside_permit): a tabulation that names more than is permitted.
void check_within(const Access& access, const disclosure::Tabulation& tabulation);

/// A store's file, and it with its key.
[[nodiscard]] std::filesystem::path file_of(const Centre::State& state, const StoreRow& store);
[[nodiscard]] StoreAccess open_access(const Centre::State& state, const StoreRow& store);

}  // namespace sceau::enclave

#pragma once
// What a person may use in a project now: the one place where project, membership, permits, stores
// and policy are held against each other. The answer is an Access, or a Refusal with its sentence.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "disclosure/restricted.h"
#include "disclosure/tabulation.h"
#include "enclave/centre/exchange.h"
#include "enclave/centre/people.h"
#include "enclave/centre/permit_document.h"
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
  std::set<OutputKind> outputs;  ///< that the permit declares
};

struct Access {
  ProjectRow project;
  ResolvedPolicy policy;
  std::map<std::string, DatasetAccess> datasets;  ///< by name, at least one
};

/// Reads only. Each permit's signature, person, place, dates and policy are looked at, and the
/// clock. The stores' sizes are held against what was sealed; a store that is cut or missing throws
/// store.tampered.
[[nodiscard]] std::variant<Access, Refusal> access_of(Centre::State& state, const Person& person,
                                                      const std::string& project);

/// Throws not_permitted (centre.outside_permit): a tabulation that names more than is permitted.
void check_within(const Access& access, const disclosure::Tabulation& tabulation);

/// A tabulation as a session asked for it as the centre judges and remembers it: the permits' row
/// filters are part of it, and pseudonyms stand in their stored form. Throws as check_within;
/// refused (centre.pseudonym_order): pseudonyms are compared by order, which each form has its own.
[[nodiscard]] disclosure::Tabulation as_permitted(const Centre::State& state, const Access& access,
                                                  disclosure::Tabulation tabulation);

/// A job in which pseudonyms stand in the stored form, and its tabulations and stores afterwards in
/// its project's: a file that a person lets out holds no other. A project whose key is gone keeps
/// the stored form.
void put_into_project_form(const Centre::State& state, ExamineJob& job);

/// By data set: the permits' conditions.
[[nodiscard]] disclosure::RowFilters row_filters(const Access& access);

/// A store's file, and it with its key.
[[nodiscard]] std::filesystem::path file_of(const Centre::State& state, const StoreRow& store);
/// "eleves@2024".
[[nodiscard]] std::string name_of(const StoreRow& store);
[[nodiscard]] StoreAccess open_access(const Centre::State& state, const StoreRow& store);
/// The same of one that may be set aside, for whoever looks whether it is as it was sealed.
[[nodiscard]] StoreAccess suspect_access(const Centre::State& state, const StoreRow& store);
/// The columns that a permit names; none: all that are not hidden.
[[nodiscard]] std::optional<std::set<std::string>> columns_of(const PermitRow& permit);
/// The covered stores with their keys and the permitted columns, all rows.
[[nodiscard]] DatasetGrant open_dataset(const Centre::State& state, const DatasetAccess& dataset);

}  // namespace sceau::enclave

#pragma once
// What a grant or a job allows, opened: stores under their keys, stacked by data set and joined as
// tabulations ask. Used by the worker and by the examiner; each opens for itself.

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "disclosure/tabulation.h"
#include "enclave/centre/exchange.h"
#include "enclave/store/filtered.h"
#include "enclave/store/joined.h"
#include "enclave/store/store.h"
#include "policies/policy.h"

namespace sceau::enclave {

/// The files that a child opens, and no other (sandbox/walls.h).
[[nodiscard]] std::vector<std::filesystem::path> files_of(const std::vector<DatasetGrant>& grants);

class OpenedData {
 public:
  /// A data set as it may be seen.
  struct Dataset {
    std::unique_ptr<StackedSource> all;       ///< all rows; with a filter, all columns too
    std::unique_ptr<StackedSource> columns;   ///< only with a filter: the permitted columns
    std::unique_ptr<FilteredSource> visible;  ///< only with a filter
    Joinable shown;                           ///< what may be seen, and its codebook
  };

  /// Size and id of each store are checked against what was sealed. `pseudonyms`: the key of the
  /// form in which they are shown; empty: as they are stored. Throws EnclaveError (store.tampered,
  /// store.damaged, a wrong key).
  explicit OpenedData(const std::vector<DatasetGrant>& grants, const KeyBytes& pseudonyms = {});

  /// Null where no data set has this name.
  [[nodiscard]] const Dataset* find(std::string_view dataset) const;
  [[nodiscard]] const std::vector<Dataset>& datasets() const { return datasets_; }

  /// The tabulation's data set with its references joined, and of `more` those that can be; kept,
  /// as what is joined is decoded once. Throws EnclaveError (server.no_dataset, store.join_…).
  [[nodiscard]] Joinable ground(const disclosure::Tabulation& tabulation,
                                std::vector<disclosure::Reference> more = {});

 private:
  struct Joined {
    std::string dataset;
    std::vector<disclosure::Reference> references;
    std::unique_ptr<JoinedSource> source;
  };
  [[nodiscard]] const JoinedSource& joined(const Joinable& base,
                                           std::vector<disclosure::Reference> references);
  /// What the references join, the rows of filtered ones chosen.
  [[nodiscard]] Joinables joinables(const std::vector<disclosure::Reference>& references);

  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<Dataset> datasets_;
  std::map<std::string, std::unique_ptr<FilteredSource>> filtered_;  ///< as references name them
  std::vector<Joined> joined_;
};

/// The policy that the texts make. Throws policies::PolicyError.
[[nodiscard]] policies::Policy read_policy(const PolicyTexts& texts);

}  // namespace sceau::enclave

#pragma once
// What a grant or a job allows, opened: stores under their keys, stacked by data set and joined as
// tabulations ask. Used by the worker and by the examiner; each opens for itself.

#include <memory>
#include <string_view>
#include <vector>

#include "disclosure/tabulation.h"
#include "enclave/centre/exchange.h"
#include "enclave/store/joined.h"
#include "enclave/store/store.h"
#include "policies/policy.h"

namespace sceau::enclave {

/// The files that a child opens, and no other (sandbox/walls.h).
[[nodiscard]] std::vector<std::filesystem::path> files_of(const std::vector<DatasetGrant>& grants);

class OpenedData {
 public:
  /// Size and id of each store are checked against what was sealed. Throws EnclaveError
  /// (store.tampered, store.damaged, a wrong key).
  explicit OpenedData(const std::vector<DatasetGrant>& grants);

  /// Null where no data set has this name.
  [[nodiscard]] const StackedSource* find(std::string_view dataset) const;
  [[nodiscard]] const std::vector<std::unique_ptr<StackedSource>>& sources() const {
    return sources_;
  }

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
  [[nodiscard]] const JoinedSource& joined(const StackedSource& base,
                                           std::vector<disclosure::Reference> references);

  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<std::unique_ptr<StackedSource>> sources_;
  std::vector<Joined> joined_;
};

/// The policy that the texts make. Throws policies::PolicyError.
[[nodiscard]] policies::Policy read_policy(const PolicyTexts& texts);

}  // namespace sceau::enclave

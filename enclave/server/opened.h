#pragma once
// What a grant or a job allows, opened: stores under their keys, stacked by data set. Used by the
// worker and by the examiner; each opens for itself.

#include <memory>
#include <string_view>
#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/store/store.h"
#include "policies/policy.h"

namespace sceau::enclave {

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

 private:
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<std::unique_ptr<StackedSource>> sources_;
};

/// The policy that the texts make. Throws policies::PolicyError.
[[nodiscard]] policies::Policy read_policy(const PolicyTexts& texts);

}  // namespace sceau::enclave

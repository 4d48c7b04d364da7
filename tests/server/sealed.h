#pragma once
// A sealed store of a dozen pupils, and jobs and grants over it, for the server's tests.
#include <string>

#include "disclosure/tabulation.h"
#include "enclave/centre/exchange.h"
#include "tests/store/world.h"

namespace sceau::enclave::test {

/// The data set "lycees", vintage 2021: `rows` lines of "academie,sexe,note" below the header.
class SealedLycees {
 public:
  explicit SealedLycees(const std::string& rows);
  [[nodiscard]] std::vector<DatasetGrant> grants() const;
  [[nodiscard]] SessionGrant session() const;
  /// The policy "plain": threshold 10, zeros safe, every other rule off.
  [[nodiscard]] static PolicyTexts policy();
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  Folder folder_;
  std::filesystem::path file_;
  SealedFile sealed_;
};

/// `first` pupils of PARIS and `second` of CORSE.
[[nodiscard]] std::string pupils(int first, int second);

/// SELECT academie, count(*) FROM lycees GROUP BY academie
[[nodiscard]] disclosure::Tabulation count_by_academie();

}  // namespace sceau::enclave::test

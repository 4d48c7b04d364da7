#pragma once
// A data set that a session may name but not read: its permitted columns and vintages, and no row.
// Where a policy shows aggregates only this is all that the worker has, so that no statement,
// however it is put, can reach a row there: SQLite finds empty tables, and the gate answers the
// rest.

#include "disclosure/source.h"
#include "enclave/centre/exchange.h"
#include "policies/codebook.h"

namespace sceau::enclave {

class OutlinedSource final : public disclosure::Source {
 public:
  /// Hidden and unpermitted variables are left out, as StackedSource does. Throws
  /// policies::PolicyError.
  explicit OutlinedSource(const DatasetOutline& outline);

  [[nodiscard]] std::string dataset() const override { return codebook_.name; }
  [[nodiscard]] std::vector<std::string> vintages() const override { return vintages_; }
  [[nodiscard]] std::size_t segments() const override { return 0; }
  [[nodiscard]] std::uint32_t rows(std::size_t) const override { return 0; }
  [[nodiscard]] std::string vintage(std::size_t segment) const override;
  /// Numbers as the codebook has them: decimals exact, integers whole.
  [[nodiscard]] std::vector<disclosure::ColumnInfo> columns() const override;
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override;
  [[nodiscard]] bool may_contain(std::size_t, std::string_view, std::int64_t,
                                 std::int64_t) const override {
    return false;
  }
  void read(std::size_t segment, std::string_view column, disclosure::Segment& out) const override;

  [[nodiscard]] const policies::Codebook& codebook() const { return codebook_; }

 private:
  policies::Codebook codebook_;
  std::vector<std::string> vintages_;
  std::vector<std::string> no_codes_;
};

}  // namespace sceau::enclave

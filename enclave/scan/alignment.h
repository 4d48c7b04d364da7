#pragma once
// Which field of a block is which column of a store, as far as the rows themselves bear it out: a
// sample of the block's lines is followed through the store, column by column, and a pairing is
// kept while most of those lines still have a row that agrees with all pairings so far.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "enclave/scan/blocks.h"
#include "enclave/scan/store_column.h"

namespace sceau::enclave {

/// Field `field` of each line is column `column` (index into the list of columns).
struct Pairing {
  std::size_t field = 0;
  std::size_t column = 0;
};

/// Counts down; what would go below zero isn't done.
class Steps {
 public:
  explicit Steps(std::uint64_t left) : left_(left) {}
  /// False once there are too few: then the search is not whole.
  [[nodiscard]] bool take(std::uint64_t count) {
    if (count > left_) {
      left_ = 0;
      return false;
    }
    left_ -= count;
    return true;
  }
  [[nodiscard]] bool spent() const { return left_ == 0; }

 private:
  std::uint64_t left_;
};

/// Columns of a store, their rows' values read when first needed.
class StoreColumns {
 public:
  StoreColumns(const disclosure::Source& source, const policies::Codebook& codebook,
               std::uint64_t memory, Steps& steps);
  [[nodiscard]] std::size_t size() const { return columns_.size(); }
  [[nodiscard]] const StoreColumn& operator[](std::size_t i) const { return *columns_[i]; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  /// Null where memory or steps don't suffice; then whole() is false.
  [[nodiscard]] const std::vector<std::uint32_t>* values(std::size_t column);
  [[nodiscard]] bool whole() const { return whole_; }

 private:
  std::vector<std::unique_ptr<StoreColumn>> columns_;
  std::map<std::size_t, std::vector<std::uint32_t>> values_;
  std::uint64_t rows_ = 0;
  std::uint64_t memory_;
  Steps* steps_;
  bool whole_ = true;
};

/// The best pairings found, by the most columns; empty where none bears out.
[[nodiscard]] std::vector<Pairing> align(const Block& block, StoreColumns& columns, Steps& steps);

}  // namespace sceau::enclave

#pragma once
// A first codebook from the data itself: what `sceau codebook infer` prints for a person to
// correct.
//
//   Inference inference("lycees");
//   inference.begin_file(header);             // names as they stand in the file, UTF-8
//   inference.add_row(cells);                 // for each row; the CSV reading is the caller's
//   Inferred first = inference.finish();
//   std::cout << to_toml(first.codebook, first.comments);
//
// A guess errs on the side of showing less: what looks like a number of its own for every row
// becomes an identifier, free text becomes hidden, and a code list is proposed only where each code
// stands in at least 10 rows, since a name in a codebook is a name that may be released.
// Comments hold counts, never values. Memory is bounded whatever the file holds: at most 256
// columns with some 100 KiB each.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/codebook.h"
#include "policies/write.h"

namespace sceau::policies {

struct Inferred {
  Codebook codebook;  ///< passes parse_codebook once written by to_toml
  Comments comments;
};

/// A name for SQL out of a column's header: accents dropped, lower case, anything else one `_`.
/// "N° élève (2021)" -> "n_eleve_2021", "2nde" -> "v_2nde". Never empty, at most 63 bytes.
[[nodiscard]] std::string sql_name(std::string_view header);

class Inference {
 public:
  /// `dataset`: the table's name; whatever is no name is made one by sql_name.
  explicit Inference(std::string_view dataset);
  ~Inference();
  Inference(Inference&&) noexcept;
  Inference& operator=(Inference&&) noexcept;

  /// Columns are matched by header with those of files before. Throws PolicyError(contradiction)
  /// where a header stands twice or is not UTF-8. Columns without a header are left out and said
  /// so.
  void begin_file(std::span<const std::string_view> header);

  /// False where the row has another number of cells than the header; it is counted, not read.
  bool add_row(std::span<const std::string_view> cells);

  /// What has been seen so far, as a codebook. Throws PolicyError(missing) where there is no
  /// column.
  [[nodiscard]] Inferred finish() const;

 private:
  class Column;
  std::string dataset_;
  std::vector<std::unique_ptr<Column>> columns_;
  std::vector<Column*> file_;  ///< this file's columns in order; null: left out
  std::uint64_t rows_ = 0;
  std::uint64_t ragged_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace sceau::policies

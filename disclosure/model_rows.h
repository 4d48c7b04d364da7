#pragma once
// The rows that a model uses, a block at a time: selected by WHERE, complete, each in its cell of
// every grouping set. A row is the vector
//     z = (1, numbers less their centres, one 0/1 column a code of each class)
// in which every regression of this storey is written; which columns a cell's regression keeps is
// decided afterwards. Internal to the models.

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/condition.h"
#include "disclosure/dimension.h"
#include "disclosure/group_index.h"
#include "disclosure/source.h"
#include "disclosure/table.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The response, then the terms.
struct DesignVariable {
  std::string name;
  bool categorical = false;
  std::size_t first = 0;            ///< its column in z; of its first code where categorical
  double centre = 0;                ///< taken off a number: near its mean
  std::vector<std::string> levels;  ///< codes that occur, bytewise ascending
};

struct Design {
  std::vector<DesignVariable> variables;
  std::size_t numbers = 1;  ///< columns before the classes', the 1 among them
  std::size_t width = 1;
};

/// Complete rows of a block.
struct ModelBlock {
  std::uint32_t rows = 0;
  RowMatrix numbers;                               ///< rows x Design::numbers
  std::vector<std::vector<std::uint32_t>> levels;  ///< a class: the column of z that is 1
  std::vector<std::uint32_t> cells;                ///< grouping set · rows + row; or no_cell
  std::vector<std::uint32_t> clusters;             ///< clustered errors only
};
inline constexpr std::uint32_t no_cell = 0xffffffffU;

class ModelRows {
 public:
  /// `table`: computed but for its models; its cells tell which grouping there is. Throws
  /// DisclosureError: wrong_kind where a number is wanted and a variable holds codes;
  /// too_many_cells where the classes have more codes than a model may have parameters.
  ModelRows(const Table& table, const Model& model, const Source& source,
            const policies::Codebook& codebook, const Cancelled& cancelled);

  [[nodiscard]] const Design& design() const { return design_; }
  [[nodiscard]] std::size_t sets() const { return cell_of_.size(); }
  [[nodiscard]] std::size_t cells() const { return table_->cells.size(); }
  [[nodiscard]] const std::vector<std::size_t>& segments() const { return segments_; }
  [[nodiscard]] std::size_t cells_with_rows() const;
  [[nodiscard]] std::uint64_t row_count() const;  ///< of the segments

  /// Reads segments with memory of its own: one a thread.
  class Reader;

 private:
  void bind_variables(const Model& model, const policies::Codebook& codebook);
  void find_levels(const Model& model, const policies::Codebook& codebook,
                   const Cancelled& cancelled);
  void find_centres(const Cancelled& cancelled);

  struct Bound {
    std::size_t column = 0;
    ColumnKind kind = ColumnKind::scaled;
    double unit = 1;  // value of one of a scaled column
    std::optional<BoundDimension> codes;
  };

  const Table* table_;
  const Source* source_;
  ColumnSet columns_;
  std::optional<BoundCondition> where_;
  std::vector<BoundDimension> dimensions_;
  std::vector<std::map<std::optional<std::string>, Member>> members_;  // by dimension
  std::vector<std::map<std::vector<Member>, std::uint32_t>> cell_of_;  // by grouping set
  std::vector<Bound> variables_;
  std::vector<std::map<std::string, std::uint32_t>> level_of_;  // by variable
  std::optional<BoundEntity> cluster_;
  std::size_t cluster_column_ = 0;
  std::vector<std::size_t> segments_;
  Design design_;
};

class ModelRows::Reader {
 public:
  explicit Reader(const ModelRows& rows);
  /// Every block of a segment that has complete rows. Throws DisclosureError(cancelled).
  void read(std::size_t segment, const Cancelled& cancelled,
            const std::function<void(const ModelBlock&)>& act);
  /// The first of them; null: there is none. It is read no further.
  const ModelBlock* read_first(std::size_t segment, const Cancelled& cancelled);

 private:
  bool fill_block();
  bool fill_block_at(std::size_t segment, std::uint32_t first, const Cancelled& cancelled);
  void choose_rows();
  void fill_number(std::size_t variable);
  void fill_levels(std::size_t variable, std::vector<std::uint32_t>& out);
  void fill_cells();
  [[nodiscard]] std::uint32_t level(std::size_t variable, std::uint32_t member);

  const ModelRows* rows_;
  SegmentColumns columns_;
  SelectedRows chosen_;
  GroupIndex index_;
  std::vector<Interner> values_;  // by dimension
  std::vector<Interner> codes_;   // by variable
  std::vector<std::vector<std::uint32_t>>
      levels_;                                 // by variable: z's column by member + 1, 0 unseen
  std::vector<std::uint32_t> cells_of_group_;  // group · sets + set
  Interner clusters_;
  Members members_;
  std::vector<std::uint32_t> groups_, room_;
  std::vector<Truth> holds_;
  std::vector<std::uint8_t> complete_;
  ModelBlock block_;
};

}  // namespace sceau::disclosure

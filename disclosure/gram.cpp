#include "disclosure/gram.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "disclosure/chunks.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

constexpr std::size_t most_chunks = 16;
constexpr std::size_t most_numbers = 16'000'000;  // doubles that all chunks hold: 128 MB
constexpr std::uint64_t rows_worth_a_thread = 100'000;

using Index = Eigen::Index;

std::size_t threads_for(const ModelRows& rows, int wanted) {
  if (wanted > 0) return static_cast<std::size_t>(wanted);
  const std::uint64_t worth = rows.row_count() / rows_worth_a_thread;
  const std::uint64_t there = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(worth, 1, there));
}

// log(1 + exp(-|x|)) + max(0, x) - y x is -log likelihood of a row.
double log_likelihood(double eta, double y) {
  return y * eta - std::max(0.0, eta) - std::log1p(std::exp(-std::fabs(eta)));
}

double probability(double eta) {
  const double e = std::exp(-std::fabs(eta));
  return eta >= 0 ? 1 / (1 + e) : e / (1 + e);
}

// Some rows of a block, all of one cell: weights and residuals.
class Run {
 public:
  Run(const Pass& pass, const ModelBlock& block)
      : pass_(&pass), design_(&pass.rows->design()), block_(&block) {}

  void take(const std::uint32_t* rows, std::size_t count, const Vector& predictor) {
    rows_ = rows;
    count_ = static_cast<Index>(count);
    whole_ = rows == nullptr;
    log_likelihood_ = 0;
    weights_.setOnes(count_);
    residuals_.setZero(count_);
    if (pass_->weighing == Weighing::plain) return;
    const auto numbers = static_cast<Index>(design_->numbers);
    const double centre = design_->variables[0].centre;
    for (Index i = 0; i < count_; ++i) {
      const auto values = block_->numbers.row(row(i));
      double eta = values.dot(predictor.head(numbers));
      for (const auto& levels : block_->levels) {
        eta += predictor[levels[static_cast<std::size_t>(row(i))]];
      }
      weigh(i, values[1], values[1] + centre, eta);
    }
  }

  [[nodiscard]] Index row(Index i) const {
    return whole_ ? i : static_cast<Index>(rows_[static_cast<std::size_t>(i)]);
  }
  [[nodiscard]] Index count() const { return count_; }
  [[nodiscard]] double residual(Index i) const { return residuals_[i]; }

  void add_to(CellSums& sums) {
    const auto width = static_cast<Index>(design_->width);
    const auto numbers = static_cast<Index>(design_->numbers);
    if (sums.gram.size() == 0) {
      sums.gram.setZero(width, width);
      sums.score.setZero(width);
      sums.spreads.resize(design_->numbers);
      for (std::size_t c = 1; c < design_->numbers; ++c) {
        const double first = block_->numbers(row(0), static_cast<Index>(c));
        sums.spreads[c] = {first, first, false};
      }
    }
    sums.log_likelihood += log_likelihood_;
    gather();
    auto corner = sums.gram.topLeftCorner(numbers, numbers);
    corner.selfadjointView<Eigen::Lower>().rankUpdate(scaled_.transpose());
    add_levels(sums);
    if (pass_->weighing == Weighing::plain) {
      for (Index c = 1; c < numbers; ++c) spread(sums.spreads[static_cast<std::size_t>(c)], c);
    } else {
      add_score(sums.score);
    }
  }

  void add_score(Vector& score) const {
    const auto numbers = static_cast<Index>(design_->numbers);
    for (Index i = 0; i < count_; ++i) {
      score.head(numbers) += residuals_[i] * block_->numbers.row(row(i)).transpose();
      for (const auto& levels : block_->levels) {
        score[levels[static_cast<std::size_t>(row(i))]] += residuals_[i];
      }
    }
  }

 private:
  void weigh(Index i, double centred, double y, double eta) {
    switch (pass_->weighing) {
      case Weighing::plain:
        return;
      case Weighing::squared_residual:
        residuals_[i] = centred - eta;
        weights_[i] = residuals_[i] * residuals_[i];
        return;
      case Weighing::logistic:
      case Weighing::logistic_squared: {
        const double p = probability(eta);
        residuals_[i] = y - p;
        log_likelihood_ += log_likelihood(eta, y);
        weights_[i] =
            pass_->weighing == Weighing::logistic ? p * (1 - p) : residuals_[i] * residuals_[i];
        return;
      }
    }
  }

  // The rows' numbers times the roots of their weights.
  void gather() {
    const bool plain = pass_->weighing == Weighing::plain;
    if (whole_ && plain) {
      scaled_ = block_->numbers;
      return;
    }
    scaled_.resize(count_, block_->numbers.cols());
    for (Index i = 0; i < count_; ++i) {
      scaled_.row(i) = block_->numbers.row(row(i)) * (plain ? 1.0 : std::sqrt(weights_[i]));
    }
  }

  void add_levels(CellSums& sums) const {
    const auto numbers = static_cast<Index>(design_->numbers);
    for (std::size_t a = 0; a < block_->levels.size(); ++a) {
      for (Index i = 0; i < count_; ++i) {
        const auto at = static_cast<std::size_t>(row(i));
        const double weight = weights_[i];
        auto line = sums.gram.row(block_->levels[a][at]);
        line.head(numbers) += weight * block_->numbers.row(row(i));
        for (std::size_t b = 0; b <= a; ++b) line[block_->levels[b][at]] += weight;
      }
    }
  }

  void spread(Spread& known, Index column) const {
    for (Index i = 0; i < count_ && !known.more; ++i) {
      const double value = block_->numbers(row(i), column);
      if (value == known.low || value == known.high) continue;
      if (known.low == known.high) {
        (value < known.low ? known.low : known.high) = value;
      } else {
        known.more = true;
      }
    }
  }

  const Pass* pass_;
  const Design* design_;
  const ModelBlock* block_;
  const std::uint32_t* rows_ = nullptr;
  Index count_ = 0;
  bool whole_ = true;
  double log_likelihood_ = 0;
  Vector weights_, residuals_;
  RowMatrix scaled_;
};

// Calls `act(cell, run)` for the rows of each cell in a block, grouping set by grouping set.
template <typename Act>
void by_cell(const Pass& pass, const ModelBlock& block, Act act) {
  const Vector none;
  Run run(pass, block);
  std::vector<std::uint32_t> order(block.rows);
  for (std::size_t set = 0; set < pass.rows->sets(); ++set) {
    const std::uint32_t* cells = block.cells.data() + set * block.rows;
    const auto take = [&](std::uint32_t cell, const std::uint32_t* rows, std::size_t count) {
      if (cell == no_cell) return;
      const bool plain = pass.weighing == Weighing::plain;
      if (!plain && pass.predictors[cell].size() == 0) return;
      run.take(rows, count, plain ? none : pass.predictors[cell]);
      act(cell, run);
    };
    if (std::all_of(cells, cells + block.rows, [&](auto cell) { return cell == cells[0]; })) {
      take(cells[0], nullptr, block.rows);
      continue;
    }
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return cells[a] < cells[b]; });
    for (std::size_t from = 0; from < order.size();) {
      std::size_t to = from;
      while (to < order.size() && cells[order[to]] == cells[order[from]]) ++to;
      take(cells[order[from]], order.data() + from, to - from);
      from = to;
    }
  }
}

void join(Spread& ours, const Spread& theirs) {
  if (ours.more) return;
  ours.more = theirs.more;
  for (const double value : {theirs.low, theirs.high}) {
    if (ours.more || value == ours.low || value == ours.high) continue;
    if (ours.low == ours.high) {
      (value < ours.low ? ours.low : ours.high) = value;
    } else {
      ours.more = true;
    }
  }
}

void join(CellSums& ours, CellSums theirs) {
  if (theirs.gram.size() == 0) return;
  if (ours.gram.size() == 0) {
    ours = std::move(theirs);
    return;
  }
  ours.gram += theirs.gram;
  ours.score += theirs.score;
  ours.log_likelihood += theirs.log_likelihood;
  for (std::size_t i = 0; i < ours.spreads.size(); ++i) join(ours.spreads[i], theirs.spreads[i]);
}

}  // namespace

std::vector<CellSums> sum_over_rows(const Pass& pass, const Cancelled& cancelled) {
  const ModelRows& rows = *pass.rows;
  const std::size_t width = rows.design().width;
  constexpr std::size_t empty_sums = 16;  // what a cell takes without rows
  const std::size_t one =
      std::max({rows.cells_with_rows() * width * width, rows.cells() * empty_sums, std::size_t{1}});
  if (one > most_numbers) {
    throw DisclosureError(Fault::too_many_cells,
                          "a model for each of so many cells is too large: group by fewer or "
                          "coarser variables, or take fewer terms");
  }
  const auto& segments = rows.segments();
  const std::size_t chunks =
      std::max<std::size_t>(std::min({most_chunks, segments.size(), most_numbers / one}), 1);
  std::vector<std::vector<CellSums>> sums(chunks);
  in_chunks(chunks, threads_for(rows, pass.threads), cancelled,
            [&](std::size_t chunk, const Cancelled& question) {
              sums[chunk].resize(rows.cells());
              ModelRows::Reader reader(rows);
              const std::size_t end = segments.size() * (chunk + 1) / chunks;
              for (std::size_t i = segments.size() * chunk / chunks; i < end; ++i) {
                reader.read(segments[i], question, [&](const ModelBlock& block) {
                  by_cell(pass, block,
                          [&](std::uint32_t cell, Run& run) { run.add_to(sums[chunk][cell]); });
                });
              }
            });
  std::vector<CellSums> all = std::move(sums[0]);
  for (std::size_t chunk = 1; chunk < chunks; ++chunk) {
    for (std::size_t i = 0; i < all.size(); ++i) join(all[i], std::move(sums[chunk][i]));
  }
  for (CellSums& cell : all) {
    if (cell.gram.size() == 0) continue;
    cell.gram.triangularView<Eigen::StrictlyUpper>() = cell.gram.transpose();
  }
  return all;
}

ClusterSums sum_by_cluster(const Pass& pass, const Cancelled& cancelled) {
  const ModelRows& rows = *pass.rows;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Vector> found;
  ModelRows::Reader reader(rows);  // one, so that clusters are numbered once
  for (const std::size_t segment : rows.segments()) {
    reader.read(segment, cancelled, [&](const ModelBlock& block) {
      by_cell(pass, block, [&](std::uint32_t cell, const Run& run) {
        for (Eigen::Index i = 0; i < run.count(); ++i) {
          const auto at = static_cast<std::size_t>(run.row(i));
          Vector& sum = found[{cell, block.clusters[at]}];
          if (sum.size() == 0) {
            if (found.size() * rows.design().width > most_numbers) {
              throw DisclosureError(Fault::too_many_cells,
                                    "there are too many clusters for so many cells and terms");
            }
            sum.setZero(static_cast<Index>(rows.design().width));
          }
          const auto numbers = static_cast<Index>(rows.design().numbers);
          sum.head(numbers) += run.residual(i) * block.numbers.row(run.row(i)).transpose();
          for (const auto& levels : block.levels) sum[levels[at]] += run.residual(i);
        }
      });
    });
  }
  ClusterSums sums;
  for (auto& [key, sum] : found) {
    sums.keys.push_back(key);
    sums.sums.push_back(std::move(sum));
  }
  return sums;
}

}  // namespace sceau::disclosure

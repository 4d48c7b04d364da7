#include "disclosure/model_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "disclosure/fault.h"
#include "disclosure/hypothesis.h"
#include "disclosure/implied.h"
#include "disclosure/linear_fit.h"
#include "disclosure/survival.h"

namespace sceau::disclosure {
namespace {

using Index = Eigen::Index;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int most_steps = 25;
constexpr double settled_step = 1e-8;  // of a coefficient of a column of deviation 1

bool is_constant(const Spread& spread) { return !spread.more && spread.low == spread.high; }

// One cell's regression while it is made.
struct Fitting {
  LeastSquares linear;  // ols; of a logit, what columns it keeps
  Vector coefficients, before;
  Matrix inverse;
  double log_likelihood = -infinite;
  bool done = false;
  bool separated = false;
  double residual_factor = 1;  // of robust and clustered errors
  Matrix middle;               // of the sandwich
  double clusters = 0;
};

class Fitter {
 public:
  Fitter(Table& table, const Model& model, const ModelRows& rows, const Cancelled& cancelled,
         int threads)
      : table_(&table), model_(&model), rows_(&rows), cancelled_(&cancelled), threads_(threads) {}

  void fit() {
    switch (model_->kind) {
      case ModelKind::ols:
        return regress();
      case ModelKind::logit:
        check_response();
        return regress();
      case ModelKind::km: {
        const auto found = lifetimes(*rows_, *cancelled_);
        for (std::size_t i = 0; i < found.size(); ++i) {
          if (!found[i].empty()) put(i, survival(found[i]));
        }
        return;
      }
      case ModelKind::t_test:
        return compare_means();
      case ModelKind::chi2:
        for_cells(sums(),
                  [&](std::size_t i, const CellSums& cell) { put(i, pearson(design(), cell)); });
        return;
    }
  }

 private:
  [[nodiscard]] const Design& design() const { return rows_->design(); }
  [[nodiscard]] bool is_logit() const { return model_->kind == ModelKind::logit; }

  void put(std::size_t cell, ModelResult result) {
    table_->cells[cell].columns[0].model = std::move(result);
  }

  template <typename Act>
  static void for_cells(const std::vector<CellSums>& of, Act act) {
    for (std::size_t i = 0; i < of.size(); ++i) {
      if (of[i].gram.size() > 0) act(i, of[i]);
    }
  }

  const std::vector<CellSums>& sums() {
    if (!plain_) plain_ = sum_over_rows({rows_, Weighing::plain, {}, threads_}, *cancelled_);
    return *plain_;
  }

  void compare_means() {
    if (design().variables[1].levels.size() > 2) {
      throw DisclosureError(Fault::wrong_kind,
                            "t_test compares two groups: choose two codes in WHERE");
    }
    Pass pass{rows_, Weighing::squared_residual, std::vector<Vector>(rows_->cells()), threads_};
    for_cells(sums(), [&](std::size_t i, const CellSums& cell) {
      pass.predictors[i] = group_means(design(), cell);
    });
    const auto squares = sum_over_rows(pass, *cancelled_);
    for_cells(sums(), [&](std::size_t i, const CellSums& cell) {
      put(i, welch(design(), cell, squares[i]));
    });
  }

  void check_response() {
    const double centre = design().variables[0].centre;
    const auto is = [&](double value, double wanted) {
      return std::fabs(value + centre - wanted) < 1e-9;
    };
    for_cells(sums(), [&](std::size_t, const CellSums& cell) {
      const Spread& y = cell.spreads[1];
      const bool both = is(y.low, 0) && is(y.high, 1);
      const bool one = is_constant(y) && (is(y.low, 0) || is(y.low, 1));
      if (y.more || (!both && !one)) {
        throw DisclosureError(Fault::wrong_kind, "the response of a logit is 0 or 1");
      }
    });
  }

  void regress() {
    fits_.resize(rows_->cells());
    for_cells(sums(), [&](std::size_t i, const CellSums& cell) {
      Fitting& fit = fits_[i].emplace();
      fit.linear = least_squares(design(), cell);
      fit.coefficients = fit.linear.coefficients;
      fit.inverse = fit.linear.inverse;
      fit.done = !is_logit();
      if (is_logit()) begin_logit(fit, cell);
    });
    if (is_logit()) climb();
    if (model_->errors != Errors::classical) find_middles();
    for_cells(sums(),
              [&](std::size_t i, const CellSums& cell) { put(i, result(*fits_[i], cell)); });
  }

  // ---- logit

  void begin_logit(Fitting& fit, const CellSums& cell) const {
    const double mean = cell.gram(0, 1) / cell.gram(0, 0) + design().variables[0].centre;
    fit.coefficients.setZero();
    fit.separated = is_constant(cell.spreads[1]);  // all alike: no finite maximum
    fit.done = fit.separated;
    if (!fit.done) fit.coefficients[0] = std::log(mean / (1 - mean));
  }

  [[nodiscard]] Pass pass(Weighing weighing, bool of_done) const {
    Pass made{rows_, weighing, std::vector<Vector>(fits_.size()), threads_};
    for (std::size_t i = 0; i < fits_.size(); ++i) {
      if (!fits_[i] || fits_[i]->separated || fits_[i]->done != of_done) continue;
      made.predictors[i] = fits_[i]->linear.kept.to.transpose() * fits_[i]->coefficients;
    }
    return made;
  }

  // Newton's method in all cells at once, a pass a step.
  void climb() {
    for (int step = 0; step <= most_steps; ++step) {
      const Pass made = pass(Weighing::logistic, false);
      const auto left = [](const Vector& predictor) { return predictor.size() > 0; };
      if (std::none_of(made.predictors.begin(), made.predictors.end(), left)) return;
      for_cells(sum_over_rows(made, *cancelled_),
                [&](std::size_t i, const CellSums& cell) { take_step(*fits_[i], cell); });
    }
    for (auto& fit : fits_) {
      if (fit && !fit->done) fit->done = fit->separated = true;
    }
  }

  static void take_step(Fitting& fit, const CellSums& cell) {
    constexpr double rounding = 1e-9;
    if (cell.log_likelihood < fit.log_likelihood - rounding * std::fabs(fit.log_likelihood)) {
      fit.coefficients = (fit.coefficients + fit.before) / 2;  // too far: half of the way
      return;
    }
    fit.log_likelihood = cell.log_likelihood;
    const Matrix& to = fit.linear.kept.to;
    const Matrix curvature = to * cell.gram * to.transpose();
    const Eigen::LDLT<Matrix> solver = curvature.ldlt();
    fit.inverse = solver.solve(Matrix::Identity(curvature.rows(), curvature.cols()));
    const Vector step = solver.solve(to * cell.score);
    if (!step.allFinite() || !solver.isPositive()) {
      fit.done = fit.separated = true;
      return;
    }
    fit.before = fit.coefficients;
    fit.coefficients += step;
    const double size = fit.coefficients.cwiseAbs().maxCoeff();
    fit.done = step.cwiseAbs().maxCoeff() <= settled_step * (1 + size);
  }

  // ---- robust and clustered errors

  void find_middles() {
    const bool clustered = model_->errors == Errors::clustered;
    const Weighing weighing = is_logit() ? Weighing::logistic_squared : Weighing::squared_residual;
    const Pass made = pass(weighing, true);
    if (!clustered) {
      for_cells(sum_over_rows(made, *cancelled_), [&](std::size_t i, const CellSums& cell) {
        Fitting& fit = *fits_[i];
        const Matrix& to = fit.linear.kept.to;
        fit.middle = to * cell.gram * to.transpose();
        fit.residual_factor = fit.linear.rows / freedom(fit);
      });
      return;
    }
    const ClusterSums found = sum_by_cluster(made, *cancelled_);
    for (std::size_t k = 0; k < found.keys.size(); ++k) {
      Fitting& fit = *fits_[found.keys[k].first];
      const Vector sum = fit.linear.kept.to * found.sums[k];
      if (fit.middle.size() == 0) fit.middle.setZero(sum.size(), sum.size());
      fit.middle += sum * sum.transpose();
      fit.clusters += 1;
    }
    for (auto& fit : fits_) {
      if (!fit) continue;
      fit->residual_factor =
          fit->clusters / (fit->clusters - 1) * (fit->linear.rows - 1) / freedom(*fit);
    }
  }

  [[nodiscard]] static double freedom(const Fitting& fit) {
    return fit.linear.rows - static_cast<double>(fit.coefficients.size());
  }

  // ---- results

  [[nodiscard]] Matrix covariance(const Fitting& fit) const {
    const Matrix back = fit.linear.kept.back;
    if (model_->errors == Errors::classical) {
      const double variance = is_logit() ? 1 : fit.linear.residual / freedom(fit);
      return variance * back * fit.inverse * back.transpose();
    }
    return fit.residual_factor * back * fit.inverse * fit.middle * fit.inverse * back.transpose();
  }

  [[nodiscard]] ModelResult result(const Fitting& fit, const CellSums& cell) const {
    ModelResult made;
    made.kind = model_->kind;
    made.rows = static_cast<std::int64_t>(fit.linear.rows);
    made.parameters = static_cast<std::int64_t>(fit.coefficients.size());
    made.degrees_of_freedom = freedom(fit);
    made.dropped = fit.linear.kept.dropped;
    made.converged = !fit.separated;
    made.constant = is_constant(cell.spreads[1]);
    for (std::size_t i = 1; i < design().variables.size(); ++i) {
      const DesignVariable& variable = design().variables[i];
      const Spread& spread = cell.spreads[variable.categorical ? 1 : variable.first];
      if (!variable.categorical && !spread.more && !is_constant(spread)) {
        made.two_valued.push_back(variable.name);
      }
    }
    if (fit.separated) return made;
    Vector values = fit.linear.kept.back * fit.coefficients;
    if (!is_logit()) values[0] += design().variables[0].centre;
    double law = is_logit() ? infinite : freedom(fit);
    if (!is_logit() && model_->errors == Errors::clustered) law = fit.clusters - 1;
    if (freedom(fit) <= 0) law = 0;
    if (law > 0) {
      made.estimates = estimates(fit.linear.kept.names, values, covariance(fit), law);
    } else {
      made.estimates = estimates(fit.linear.kept.names, values, {}, 0);
    }
    summarize(fit, cell, made);
    return made;
  }

  void summarize(const Fitting& fit, const CellSums& cell, ModelResult& made) const {
    constexpr double nearly = 1e-10;
    if (is_logit()) {
      const double n = fit.linear.rows;
      const double p = cell.gram(0, 1) / n + design().variables[0].centre;
      const double alone = n * (p * std::log(p) + (1 - p) * std::log(1 - p));
      made.summary = {{"log_likelihood", fit.log_likelihood},
                      {"pseudo_r2", 1 - fit.log_likelihood / alone}};
    } else if (!made.constant) {
      made.exact = fit.linear.residual <= nearly * fit.linear.total;
      made.summary = {{"r2", 1 - fit.linear.residual / fit.linear.total}};
      if (freedom(fit) > 0) {
        made.summary.emplace_back("sigma", std::sqrt(fit.linear.residual / freedom(fit)));
      }
    }
    if (model_->errors == Errors::clustered) made.summary.emplace_back("clusters", fit.clusters);
  }

  Table* table_;
  const Model* model_;
  const ModelRows* rows_;
  const Cancelled* cancelled_;
  int threads_;
  std::optional<std::vector<CellSums>> plain_;
  std::vector<std::optional<Fitting>> fits_;
};

}  // namespace

void fit_models(Table& table, const Source& source, const policies::Codebook& codebook,
                const Cancelled& cancelled, int threads) {
  const Model* model = model_of(table.tabulation);
  if (model == nullptr) return;
  const ModelRows rows(table, *model, source, codebook, cancelled);
  Fitter(table, *model, rows, cancelled, threads).fit();
}

}  // namespace sceau::disclosure

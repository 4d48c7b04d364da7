#include "disclosure/survival.h"

#include <cmath>
#include <limits>

#include "disclosure/fault.h"

namespace sceau::disclosure {

ModelResult survival(const Lifetimes& lifetimes) {
  ModelResult result;
  result.kind = ModelKind::km;
  for (const auto& [time, leaving] : lifetimes) result.rows += leaving.events + leaving.censored;
  std::int64_t at_risk = result.rows;
  std::int64_t all_events = 0;
  double surviving = 1;
  double hazard = 0;  // Σ d / (n (n - d))
  for (const auto& [time, leaving] : lifetimes) {
    if (leaving.events == 0) {
      (result.steps.empty() ? result.censored_before : result.steps.back().censored) +=
          leaving.censored;
    } else {
      const auto n = static_cast<double>(at_risk);
      const auto d = static_cast<double>(leaving.events);
      surviving = leaving.events == at_risk ? 0 : surviving * (1 - d / n);
      hazard += d / (n * (n - d));
      const double error =
          surviving > 0 ? surviving * std::sqrt(hazard) : std::numeric_limits<double>::quiet_NaN();
      result.steps.push_back({time, at_risk, leaving.events, leaving.censored, surviving, error});
    }
    all_events += leaving.events;
    at_risk -= leaving.events + leaving.censored;
  }
  result.summary = {{"events", static_cast<double>(all_events)}};
  return result;
}

std::vector<Lifetimes> lifetimes(const ModelRows& rows, const Cancelled& cancelled) {
  constexpr std::size_t most_times = 1'000'000;
  std::vector<Lifetimes> found(rows.cells());
  std::size_t times = 0;
  ModelRows::Reader reader(rows);
  for (const std::size_t segment : rows.segments()) {
    reader.read(segment, cancelled, [&](const ModelBlock& block) {
      for (std::size_t i = 0; i < block.cells.size(); ++i) {
        if (block.cells[i] == no_cell) continue;
        const auto row = static_cast<Eigen::Index>(i % block.rows);
        const double event = block.numbers(row, 2);
        if (event != 0 && event != 1) {
          throw DisclosureError(Fault::wrong_kind, "the event of km is 1 where it came, else 0");
        }
        const auto [at, is_new] = found[block.cells[i]].try_emplace(block.numbers(row, 1));
        times += is_new ? 1 : 0;
        if (times > most_times) {
          throw DisclosureError(Fault::too_many_cells,
                                "km has more than a million times: take a coarser measure");
        }
        (event == 1 ? at->second.events : at->second.censored) += 1;
      }
    });
  }
  return found;
}

}  // namespace sceau::disclosure

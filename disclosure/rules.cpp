#include "disclosure/rules.h"

#include <string>

#include "disclosure/exact.h"

namespace sceau::disclosure {
namespace {

// x1 + … + xn.
Number of_largest(const Contributions& kind, std::size_t n) {
  Number top = kind.largest.at(0);
  for (std::size_t i = 1; i < n && i < kind.largest.size(); ++i) top = sum(top, kind.largest[i]);
  return top;
}

bool gives_nothing(const Contributions& kind) {
  return kind.largest.empty() || is_zero(kind.total);
}

double ratio(const Number& part, const Number& whole) { return to_double(part) / to_double(whole); }

}  // namespace

std::optional<Breach> threshold(std::int64_t units, std::int64_t rows, std::int64_t minimum,
                                policies::Zeros zeros) {
  if (rows == 0 && zeros == policies::Zeros::safe) return std::nullopt;
  if (units >= minimum) return std::nullopt;
  const Message message{rows == 0 ? "threshold.empty" : "threshold.below",
                        {std::to_string(units), std::to_string(minimum)}};
  return Breach{policies::Rule::threshold, Verdict::fail, static_cast<double>(units),
                static_cast<double>(minimum), message};
}

std::optional<Breach> contributors(const Contributions& kind, std::int64_t rows,
                                   std::int64_t minimum) {
  if (rows == 0 || kind.distinct >= minimum) return std::nullopt;
  return Breach{
      policies::Rule::contributors,
      Verdict::fail,
      static_cast<double>(kind.distinct),
      static_cast<double>(minimum),
      {"contributors.below", {kind.kind, std::to_string(kind.distinct), std::to_string(minimum)}}};
}

std::optional<Breach> dominance(const Contributions& kind, const policies::DominanceRule& rule) {
  if (gives_nothing(kind)) return std::nullopt;
  const Number top = of_largest(kind, static_cast<std::size_t>(rule.n));
  const auto order = compare_share(top, rule.share, kind.total);
  const bool fails = order > 0 || (order == 0 && rule.at_limit == policies::AtLimit::fail);
  if (!fails) return std::nullopt;
  return Breach{
      policies::Rule::dominance,
      Verdict::fail,
      ratio(top, kind.total),
      policies::to_double(rule.share),
      {"dominance.above", {kind.kind, std::to_string(rule.n), policies::to_string(rule.share)}}};
}

std::optional<Breach> p_percent(const Contributions& kind, const policies::Decimal& share) {
  if (gives_nothing(kind)) return std::nullopt;
  const Number rest = difference(kind.total, of_largest(kind, 2));
  const Number& largest = kind.largest[0];
  if (compare_share(rest, share, largest) >= 0) return std::nullopt;
  return Breach{policies::Rule::p_percent,
                Verdict::fail,
                ratio(rest, largest),
                policies::to_double(share),
                {"p_percent.below", {kind.kind, policies::to_string(share)}}};
}

std::optional<Breach> negatives(const Evidence& evidence) {
  if (evidence.negatives == 0) return std::nullopt;
  return Breach{policies::Rule::p_percent,
                Verdict::review,
                static_cast<double>(evidence.negatives),
                0.0,
                {"p_percent.negatives", {std::to_string(evidence.negatives)}}};
}

std::optional<Breach> homogeneity(const Evidence& evidence, policies::Severity severity) {
  if (evidence.distinct_values != 1) return std::nullopt;
  const Verdict verdict = severity == policies::Severity::fail ? Verdict::fail : Verdict::review;
  return Breach{policies::Rule::homogeneity, verdict, 1.0, 2.0, {"homogeneity.one_value", {}}};
}

}  // namespace sceau::disclosure

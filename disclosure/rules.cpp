#include "disclosure/rules.h"

#include <algorithm>
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

std::optional<Breach> weighted_dominance(const Contributions& kind, const Number& weighted_total,
                                         const policies::DominanceRule& rule) {
  if (gives_nothing(kind) || weighted_total.kind == Number::Kind::null) return std::nullopt;
  const bool all_exact =
      weighted_total.kind == Number::Kind::exact && kind.largest[0].kind == Number::Kind::exact;
  const auto comparable = [&](const Number& number) {  // shares are taken in one scale, or of reals
    if (!all_exact) return real(to_double(number));
    const int finer = weighted_total.scale - number.scale;
    return finer <= 0
               ? number
               : exact(multiply(number.numerator, power_of_ten(finer)), weighted_total.scale);
  };
  Contributions weighted = kind;
  for (Number& gift : weighted.largest) gift = comparable(gift);
  weighted.total = comparable(weighted_total);
  auto breach = dominance(weighted, rule);
  if (is_zero(weighted_total)) {  // weights of nought hide nobody
    breach = Breach{policies::Rule::dominance,
                    Verdict::fail,
                    std::nullopt,
                    policies::to_double(rule.share),
                    {}};
  }
  if (breach) {
    breach->message = {"dominance.weighted",
                       {kind.kind, std::to_string(rule.n), policies::to_string(rule.share)}};
  }
  return breach;
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

std::optional<Breach> extremes(std::string_view which, std::int64_t sharing, std::int64_t rows,
                               std::int64_t minimum) {
  if (rows == 0 || sharing >= minimum) return std::nullopt;
  return Breach{
      policies::Rule::extremes,
      Verdict::fail,
      static_cast<double>(sharing),
      static_cast<double>(minimum),
      {"extremes." + std::string(which), {std::to_string(sharing), std::to_string(minimum)}}};
}

std::optional<Breach> quantiles(std::int64_t below, std::int64_t above, std::int64_t rows,
                                std::int64_t minimum) {
  if (rows == 0) return std::nullopt;
  const std::int64_t fewer = std::min(below, above);
  if (fewer >= minimum) return std::nullopt;
  if (fewer < 0) {
    return Breach{policies::Rule::quantiles,
                  Verdict::review,
                  std::nullopt,
                  static_cast<double>(minimum),
                  {"quantiles.not_known", {}}};
  }
  return Breach{policies::Rule::quantiles,
                Verdict::fail,
                static_cast<double>(fewer),
                static_cast<double>(minimum),
                {"quantiles.below", {std::to_string(fewer), std::to_string(minimum)}}};
}

std::optional<Breach> degrees_of_freedom(std::int64_t units, std::int64_t parameters,
                                         std::int64_t minimum) {
  const std::int64_t left = units - parameters;
  if (left >= minimum) return std::nullopt;
  return Breach{policies::Rule::degrees_of_freedom,
                Verdict::fail,
                static_cast<double>(left),
                static_cast<double>(minimum),
                {"degrees_of_freedom.below",
                 {std::to_string(units), std::to_string(parameters), std::to_string(minimum)}}};
}

std::optional<Breach> group_disclosure(const std::string& variable, std::int64_t held,
                                       std::int64_t all, const policies::Decimal& share) {
  if (all == 0 || compare_share(exact(held, 0), share, exact(all, 0)) < 0) return std::nullopt;
  return Breach{policies::Rule::group_disclosure,
                Verdict::fail,
                static_cast<double>(held) / static_cast<double>(all),
                policies::to_double(share),
                {"group_disclosure.share", {variable, policies::to_string(share)}}};
}

std::optional<Breach> mean_at_bound(const std::string& variable, const Number& sum,
                                    std::int64_t rows, const policies::Decimal& low,
                                    const policies::Decimal& high, const policies::Decimal& share) {
  if (rows == 0 || sum.kind == Number::Kind::null) return std::nullopt;
  // Units of the range: 1 - share of it is what may be missing.
  const double range = policies::to_double(high) - policies::to_double(low);
  const double mean = to_double(sum) / static_cast<double>(rows);
  const double spare = (1 - policies::to_double(share)) * range;
  constexpr double rounding = 1e-9;  // the safe side of what doubles can't tell
  const double from_low = mean - policies::to_double(low);
  const double from_high = policies::to_double(high) - mean;
  const bool at_low = from_low <= spare + rounding * range;
  const bool at_high = from_high <= spare + rounding * range;
  if (!at_low && !at_high) return std::nullopt;
  return Breach{policies::Rule::group_disclosure,
                Verdict::fail,
                mean,
                at_low ? policies::to_double(low) : policies::to_double(high),
                {at_low ? "group_disclosure.minimum" : "group_disclosure.maximum",
                 {variable, policies::to_string(share)}}};
}

std::optional<Breach> homogeneity(const Evidence& evidence, policies::Severity severity) {
  if (evidence.distinct_values != 1) return std::nullopt;
  const Verdict verdict = severity == policies::Severity::fail ? Verdict::fail : Verdict::review;
  return Breach{policies::Rule::homogeneity, verdict, 1.0, 2.0, {"homogeneity.one_value", {}}};
}

}  // namespace sceau::disclosure

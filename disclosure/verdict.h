#pragma once
// What the checker says: pass < review < fail, joined by the worst, with a finding for each cell
// and rule that stands in the way.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "policies/policy.h"

namespace sceau::disclosure {

enum class Verdict { pass, review, fail };

[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::optional<Verdict> parse_verdict(std::string_view text);
[[nodiscard]] constexpr Verdict worst(Verdict a, Verdict b) { return a < b ? b : a; }

/// A text as an id and its arguments; made into words when it is shown (messages.h).
struct Message {
  std::string id;                 ///< "threshold.below"
  std::vector<std::string> args;  ///< never a protected value beyond what the finding itself says
  friend bool operator==(const Message&, const Message&) = default;
};

/// A coordinate of a cell: a code, NULL (nullopt), or the margin (is_total).
struct Coordinate {
  std::string dimension;
  std::optional<std::string> code;
  bool is_total = false;
  friend bool operator==(const Coordinate&, const Coordinate&) = default;
};

struct Finding {
  policies::Rule rule = policies::Rule::tabulation;
  Verdict verdict = Verdict::fail;
  std::vector<Coordinate> cell;  ///< empty: the output as a whole
  std::string statistic;         ///< describe(column), or empty
  std::optional<double> measured;
  std::optional<double> limit;
  std::string earlier;          ///< history: the earlier release ("R-2026-000001/1"), else empty
  std::string earlier_project;  ///< its project; a researcher of another sees "another project"
  std::string waived;           ///< "W-000001": a waiver takes it out of the verdict (waiver.h)
  Message message;
};

/// What was found on one output.
struct Judgement {
  Verdict verdict = Verdict::fail;      ///< an empty output fails
  std::vector<Finding> findings;        ///< worst first, then by rule and cell in canonical order
  std::vector<policies::Rule> applied;  ///< rules that looked at it
};

/// A finding's message and the usual remedy in "en" or "fr"; any other language is English.
[[nodiscard]] std::string text(const Message& message, std::string_view language);
[[nodiscard]] std::string remedy(const Finding& finding, std::string_view language);

/// Who makes a message into words. A reason why something is no tabulation is worded by the room
/// that read the query; this storey's `text` knows the rules' messages alone.
using Words = std::function<std::string(const Message&, std::string_view language)>;

}  // namespace sceau::disclosure

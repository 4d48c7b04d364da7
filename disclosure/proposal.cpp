#include "disclosure/proposal.h"

#include <algorithm>
#include <utility>

#include "disclosure/versions.h"

namespace sceau::disclosure {
namespace {

bool stands_alone(const Finding& finding) {
  return finding.cell.empty() && finding.verdict == Verdict::fail && finding.waived.empty() &&
         finding.message.id != "tabulation.empty";
}

Version as_it_is(Way way, const Examination& original) {
  Version version;
  version.way = way;
  version.examination = original;
  version.status = status_as_shown(original.table);
  version.loss.cells = original.table.cells.size();
  version.effect = {"protection.nothing", {}};
  version.why = {"protection.passes", {}};
  return version;
}

}  // namespace

std::string_view to_string(Way way) {
  switch (way) {
    case Way::suppress:
      return "suppress";
    case Way::merge:
      return "merge";
    case Way::round:
      return "round";
  }
  return "suppress";
}

std::optional<Way> parse_way(std::string_view text) {
  const auto at =
      std::find_if(ways.begin(), ways.end(), [&](Way one) { return to_string(one) == text; });
  if (at == ways.end()) return std::nullopt;
  return *at;
}

std::string_view to_string(CellStatus status) {
  switch (status) {
    case CellStatus::published:
      return "published";
    case CellStatus::primary:
      return "primary";
    case CellStatus::secondary:
      return "secondary";
  }
  return "published";
}

std::vector<CellStatus> status_as_shown(const Table& table) {
  std::vector<CellStatus> status;
  for (const Cell& cell : table.cells) {
    status.push_back(cell.suppressed ? CellStatus::primary : CellStatus::published);
  }
  return status;
}

Examination judged(const Question& question, const Bench& bench) {
  auto examination = examine(question, bench.source, bench.codebook, bench.policy, bench.cancelled);
  examination.judgement =
      apply_waivers(std::move(examination.judgement), question.tabulation, bench.waivers);
  return examination;
}

Judgement unprotected(Judgement judgement, const Message& reason) {
  Finding finding;
  finding.rule = policies::Rule::tabulation;
  finding.verdict = Verdict::fail;
  finding.message = reason;
  const auto last = std::find_if(judgement.findings.begin(), judgement.findings.end(),
                                 [](const Finding& one) { return one.verdict != Verdict::fail; });
  judgement.findings.insert(last, std::move(finding));
  judgement.verdict = Verdict::fail;
  return judgement;
}

Proposal propose(Way way, const Question& question, const Examination& original,
                 const Bench& bench) {
  const auto& findings = original.judgement.findings;
  if (original.judgement.verdict == Verdict::pass) return as_it_is(way, original);
  if (question.tabulation.dimensions.empty()) return Message{"protection.one_cell", {}};
  const auto whole = std::find_if(findings.begin(), findings.end(), stands_alone);
  if (whole != findings.end()) {
    return Message{"protection.whole", {std::string(policies::to_string(whole->rule))}};
  }
  switch (way) {
    case Way::suppress:
      return suppressed_version(question, original, bench);
    case Way::merge:
      return merged_version(question, original, bench);
    case Way::round:
      return rounded_version(question, original, bench);
  }
  return Message{"protection.no_leaves", {}};
}

}  // namespace sceau::disclosure

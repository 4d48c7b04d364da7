#include "disclosure/messages.h"

#include <algorithm>
#include <array>

#include "disclosure/verdict.h"

namespace sceau::disclosure {
namespace {

struct Line {
  std::string_view id;
  std::string_view english;
};

constexpr std::array lines = {
    // rules on a cell
    Line{"threshold.below", "{1} units have a value here; {2} is the least"},
    Line{"threshold.empty",
         "nobody is in this cell, and the policy says that this is told too: "
         "{2} units are the least"},
    Line{"contributors.below", "{2} different {1} stand behind this cell; {3} is the least"},
    Line{"dominance.above", "the {2} largest {1} hold more than the allowed share of {3}"},
    Line{"p_percent.below",
         "the second largest {1} could estimate the largest to within {2} of it"},
    Line{"p_percent.negatives", "{1} values are negative, so shares can mislead: a person looks"},
    Line{"homogeneity.one_value",
         "all units of the cell share one value, so the table tells it of "
         "each of them"},
    // rules that aren't enforced yet
    Line{"group_disclosure.not_enforced",
         "\"{1}\" is sensitive, and group disclosure is not tested "
         "by itself yet: a person looks"},
    Line{"extremes.not_enforced",
         "a minimum or maximum is the value of somebody: a person looks, "
         "since no rule tests it yet"},
    Line{"quantiles.not_enforced",
         "a quantile is close to the value of somebody: a person looks, "
         "since no rule tests it yet"},
    Line{"degrees_of_freedom.not_enforced",
         "no rule tests the degrees of freedom of a variance or "
         "standard deviation yet: a person looks"},
    // the output as a whole
    Line{"tabulation.empty", "the table has no cell with anybody in it"},
    Line{"tabulation.no_statistic",
         "the table has no statistic: what it lists are categories alone"},
    Line{"tabulation.operand", "{1} is {2}, so a person looks at statistics of it"},
    Line{"tabulation.dimension",
         "the dimension \"{1}\" is made from {2}, which is {3}: a person "
         "looks"},
    Line{"tabulation.condition", "a condition names {1}, which is an identifier: a person looks"},
    Line{"tabulation.label",
         "the label \"{2}\" of \"{1}\" is not one of the codebook's: words of "
         "the researcher leave through a reviewer only"},
    Line{"tabulation.constant",
         "the column {1} names {2}, which is not in the codebook or the data: "
         "words of the researcher leave through a reviewer only"},
    Line{"tabulation.suppressed_margins",
         "cells are suppressed in a table with margins, and this policy "
         "doesn't test whether the margins give them back"},
    // history
    Line{"history.threshold", "between this cell and {1} lie {2} units; {3} is the least"},
    Line{"history.contributors",
         "between this cell and {1} lie {3} different {2}; {4} is the least"},
    Line{"history.dominance",
         "between this cell and {1} the {3} largest {2} hold more than the "
         "allowed share of {4}"},
    Line{"history.p_percent",
         "between this cell and {1} the second largest {2} could estimate the "
         "largest to within {3} of it"},
    Line{"history.negatives", "between this cell and {1} lie {2} negative values: a person looks"},
    Line{"history.homogeneity", "between this cell and {1} lie units that share one value"},
    Line{"history.all_of_them",
         "this cell and {1} count the same people, so a share of 100 %: \"{2}\" is told of all"},
    Line{"history.all_parts",
         "between the cells of {1} and the cell that holds them lie {2} units; {3} is the least"},
    Line{"history.all_parts_rule",
         "what lies between the cells of {1} and the cell that holds them breaks the rule {2}"},
    Line{
        "history.together_threshold",
        "this cell with {1}{2} gives {3} units away, by sums and differences of many cells; {4} is "
        "the least"},
    Line{"history.together",
         "what this cell with {1}{2} gives away, by sums and differences of many cells, breaks the "
         "rule {3}"},
    Line{"history.own_threshold",
         "this cell with others of the table gives {1} units away, by sums and differences of many "
         "cells; {2} is the least"},
    Line{"history.own",
         "what this cell with others of the table gives away, by sums and differences of many "
         "cells, breaks the rule {1}"},
    Line{"history.suppressed",
         "this cell is suppressed, but it follows from the cells that are shown"},
    Line{"history.suppressed_together",
         "this cell is suppressed, but it follows from the cells that are shown with {1}{2}"},
    Line{"history.opaque", "{1} is a file that a reviewer let out: what it told can't be compared"},
    Line{"history.other_data",
         "{1} was made from the data set \"{2}\" of the same population, which "
         "can't be compared row by row yet"},
    Line{"history.unreadable",
         "{1} can't be computed on the data that are here, so it can't be compared"},
    Line{"history.missing_vintage",
         "{1} was made from the vintage \"{2}\", which isn't here, so it "
         "can't be compared"},
    Line{"history.missing_reference",
         "{1} was made with the data set \"{2}\" joined to it, which isn't here as it was, so it "
         "can't be compared"},
    Line{"history.budget_together",
         "too many cells have been released to find out what all of them tell together: a person "
         "looks, or ask for fewer cells"},
    Line{"history.budget",
         "there are too many earlier tables to compare with all of them: {1} of "
         "{2} were compared"},
};

constexpr std::array remedies = {
    Line{"threshold",
         "merge small categories (a coarser variable of the codebook, a CASE), or leave "
         "the cells out with HAVING count(*) >= the limit"},
    Line{"contributors", "merge categories until enough contributors stand behind each cell"},
    Line{"dominance", "merge the cell with others, or release a count where a sum isn't needed"},
    Line{"p_percent", "merge the cell with others, or release a count where a sum isn't needed"},
    Line{"group_disclosure", "merge categories of the sensitive variable, or ask a reviewer"},
    Line{"homogeneity", "merge the cell with others, or leave this statistic out"},
    Line{"degrees_of_freedom", "ask a reviewer, or release means and counts alone"},
    Line{"extremes", "release a quantile of a large group, or ask a reviewer"},
    Line{"quantiles", "release a mean, or ask a reviewer"},
    Line{"history",
         "keep the categories and conditions of the earlier table, or merge more so that "
         "each difference is large enough"},
    Line{"tabulation",
         "write the output as SELECT of dimensions and statistics with GROUP BY, with "
         "labels of the codebook, or ask a reviewer"},
};

template <std::size_t N>
std::string_view find(const std::array<Line, N>& table, std::string_view id) {
  const auto at =
      std::find_if(table.begin(), table.end(), [&](const Line& line) { return line.id == id; });
  return at == table.end() ? std::string_view{} : at->english;
}

std::string filled(std::string_view form, const std::vector<std::string>& args) {
  std::string text;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool slot = form[i] == '{' && i + 2 < form.size() && form[i + 2] == '}';
    if (!slot) {
      text += form[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(form[i + 1] - '1');
    if (index < args.size()) text += args[index];
    i += 2;
  }
  return text;
}

}  // namespace

std::vector<std::string_view> message_ids() {
  std::vector<std::string_view> ids;
  for (const Line& line : lines) ids.push_back(line.id);
  return ids;
}

std::string text(const Message& message, std::string_view /*language*/) {
  const std::string_view form = find(lines, message.id);
  if (!form.empty()) return filled(form, message.args);
  std::string plain = message.id;  // an id of another room: nothing is lost
  for (const std::string& arg : message.args) plain += " " + arg;
  return plain;
}

std::string remedy(const Finding& finding, std::string_view /*language*/) {
  return std::string(find(remedies, policies::to_string(finding.rule)));
}

}  // namespace sceau::disclosure

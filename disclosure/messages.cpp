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
    Line{"dominance.weighted",
         "the {2} largest {1}, unweighted, hold more than {3} of the weighted total"},
    Line{"p_percent.below",
         "the second largest {1} could estimate the largest to within {2} of it"},
    Line{"p_percent.negatives", "{1} values are negative, so shares can mislead: a person looks"},
    Line{"homogeneity.one_value",
         "all units of the cell share one value, so the table tells it of "
         "each of them"},
    // models
    Line{"model.exact", "the terms determine the response, so the model tells it of each unit"},
    Line{"model.separated",
         "some value of the terms tells the response, so the model has no finite answer"},
    Line{"model.two_values",
         "{1} has two values here, so it is a class and its cells are not tested: "
         "a person looks"},
    Line{"model.table_too_large",
         "the model is on classes alone, and the table that it tells is too large to test: "
         "a person looks"},
    Line{"model.survival_step", "a step of the curve is of {1} units at risk; {2} is the least"},
    Line{"model.survival_events",
         "a step of the curve tells of {1} who had the event, or left without: {2} is the least, "
         "so a person looks"},
    Line{"model.rows_not_units",
         "units have several rows, and whether each step of the curve is of units enough is not "
         "tested: a person looks"},
    Line{"extremes.minimum", "the minimum is the value of {1} units; {2} must share it"},
    Line{"extremes.maximum", "the maximum is the value of {1} units; {2} must share it"},
    Line{"quantiles.below",
         "{1} units lie on one side of this quantile; {2} is the least on either"},
    Line{"quantiles.not_known",
         "how many units lie on either side of this quantile isn't known: a person looks"},
    Line{"degrees_of_freedom.below",
         "{1} units less {2} parameters leave too few degrees of freedom; {3} is the least"},
    Line{"group_disclosure.share",
         "a group of which {2} or more share one category of \"{1}\": what is so of nearly all is "
         "known of each"},
    Line{"group_disclosure.minimum",
         "the mean of \"{1}\" is so near its least possible value that {2} or more of the group "
         "must be near it"},
    Line{"group_disclosure.maximum",
         "the mean of \"{1}\" is so near its greatest possible value that {2} or more of the group "
         "must be near it"},
    Line{"group_disclosure.not_known",
         "how many units share the value of {1} isn't known: a person looks"},
    // the output as a whole
    Line{"tabulation.empty", "the table has no cell with anybody in it"},
    Line{"tabulation.no_statistic",
         "the table has no statistic: what it lists are categories alone"},
    Line{"tabulation.contributor",
         "{1} is not over the contributors that the codebook names first: a person looks"},
    Line{"tabulation.other_weight", "{1} is not the codebook's weight: a person looks"},
    Line{"tabulation.operand", "{1} is {2}, so a person looks at statistics of it"},
    Line{"tabulation.dimension",
         "the dimension \"{1}\" is made from {2}, which is {3}: a person "
         "looks"},
    Line{"tabulation.condition", "a condition names {1}, which is an identifier: a person looks"},
    Line{"tabulation.label",
         "the label \"{2}\" of \"{1}\" is not one of the codebook's: words of "
         "the researcher leave through a reviewer only"},
    Line{"tabulation.rare_label",
         "{2} categories of \"{1}\" have no shown cell of {3} units, so their names would tell of "
         "few: leave them out in WHERE, or group by a coarser variable"},
    Line{"tabulation.constant",
         "the column {1} names {2}, which is not in the codebook or the data: "
         "words of the researcher leave through a reviewer only"},
    Line{"tabulation.suppressed_margins",
         "cells are suppressed in a table with margins, and this policy "
         "doesn't test whether the margins give them back"},
    // safe versions of a table
    Line{"protection.hides",
         "{1} of {2} cells are hidden: {3} that have a finding and {4} that protect them; {5} rows "
         "stand behind the hidden cells"},
    Line{"protection.certified",
         "each of the {1} cells that have a finding has two tables as certificate that nobody can "
         "tell from the true one, as far apart as its rule asks"},
    Line{"protection.merges", "{1}: {2} cells instead of {3}"},
    Line{"protection.judged",
         "the coarser table passes every rule by itself, those on earlier releases among them"},
    Line{"protection.no_merge", "of {1} coarser tables none passes"},
    Line{"protection.rounds",
         "counts are multiples of {1}: {2} of {3} cells are changed, by {4} at most; margins are "
         "sums "
         "of what is shown"},
    Line{"protection.rounded",
         "each count that has a finding could be any of {1} values at least, and the same table "
         "would be shown for all of them"},
    Line{"protection.not_counts",
         "only tables of counts are rounded, without HAVING, and if they show their finest cells"},
    Line{"protection.narrow_base",
         "rounded to {1}, a count would be one of fewer than three values"},
    Line{"protection.nothing", "nothing: the table is shown as it is"},
    Line{"protection.passes", "the table passes as it is"},
    Line{"protection.none", "there is no safe version of this kind: {1}"},
    Line{"protection.model", "{1} is a model, and no number that adds up"},
    Line{"protection.weighted", "{1} is weighted, and the weights tell more than counts do"},
    Line{"protection.not_exact",
         "{1} is a sum of floating-point numbers, which no certificate can be exact about"},
    Line{"protection.large", "{1} has numbers too large for a certificate"},
    Line{"protection.large_pattern",
         "more cells would have to be hidden than a table can remember"},
    Line{"protection.empty", "the table has no cells"},
    Line{"protection.one_cell", "the table is a single number: nothing would be left of it"},
    Line{"protection.no_leaves",
         "no part of the table shows all of its dimensions together, so its parts can't be "
         "protected "
         "together"},
    Line{"protection.not_additive", "{1} doesn't add up over the table's categories"},
    Line{"protection.not_certified",
         "{1} cells of {2} could not be certified, whatever was hidden with them"},
    Line{"protection.many_cells",
         "{1} cells fail, and a pattern is looked for where at most {2} do: choose coarser "
         "categories, or protect 'merge'"},
    Line{"protection.no_end",
         "with more cells hidden other cells failed, and so on, {1} times in a row"},
    Line{"protection.still_fails", "what is left still fails by \"{1}\""},
    Line{"protection.whole", "a finding by \"{1}\" is on the output as a whole, not on its cells"},
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
    Line{"history.group_disclosure",
         "of what lies between this cell and {1}, {3} or more are in one category of \"{2}\""},
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
    Line{
        "history.own_narrowed",
        "this cell with others of the table leaves at most two numbers possible for fewer than {1} "
        "units, since no number is below nought"},
    Line{
        "history.together_narrowed",
        "this cell with {1}{2} leaves at most two numbers possible for fewer than {3} units, since "
        "no number is below nought"},
    Line{"history.own_suppressed_narrowed",
         "this cell is suppressed, but the cells that are shown leave at most two numbers possible "
         "for it"},
    Line{"history.together_suppressed_narrowed",
         "this cell is suppressed, but the cells that are shown with {1}{2} leave at most two "
         "numbers "
         "possible for it"},
    Line{"history.in_doubt",
         "for {1} small groups of units it could not be found out how closely all releases tell "
         "their numbers: a person looks"},
    Line{"history.opaque", "{1} is a file that a reviewer let out: what it told can't be compared"},
    Line{"history.other_data",
         "{1} was made from the data set \"{2}\" of the same population, which "
         "can't be compared row by row yet"},
    Line{"history.rounded",
         "{1} is of the same rows, and one of the two is rounded: together they could narrow a "
         "count "
         "further than either"},
    Line{"history.unreadable",
         "{1} can't be computed on the data that are here, so it can't be compared"},
    Line{"history.missing_vintage",
         "{1} was made from the vintage \"{2}\", which isn't here, so it "
         "can't be compared"},
    Line{"history.superseded_rows",
         "{1} was made from a version of these rows that was replaced since, and without a unit "
         "in the codebook nothing tells which row became which"},
    Line{"history.superseded_change",
         "between this table and {1} stand the corrections of a replaced vintage: they change a "
         "cell by few units, or the values of the same units"},
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
    Line{"group_disclosure",
         "merge groups until the sensitive variable varies in each, or leave that variable out"},
    Line{"homogeneity", "merge the cell with others, or leave this statistic out"},
    Line{"degrees_of_freedom",
         "merge groups so that each has more units, or release means and counts alone"},
    Line{"extremes", "release a quantile of a large group, such as the 5th and 95th percentile"},
    Line{"quantiles", "merge groups so that each has more units, or take a more central quantile"},
    Line{"history",
         "keep the categories and conditions of the earlier table, or merge more so that "
         "each difference is large enough"},
    Line{"tabulation",
         "write the output as SELECT of dimensions and statistics with GROUP BY, with "
         "labels of the codebook, or ask a reviewer"},
};

// English words that stand as arguments in the messages above: a catalogue has them under "word",
// and a translation says {2w} where it wants one. (Names of the data stand as {1}.)
constexpr std::array<std::string_view, 9> words = {
    "not in the codebook",
    "free text",
    "a measure",
    "an identifier",
    "hidden",
    "unknown",
    "not a number",
    "a classification, not a measure",
    "another project",
};

template <std::size_t N>
std::string_view find(const std::array<Line, N>& table, std::string_view id) {
  const auto at =
      std::find_if(table.begin(), table.end(), [&](const Line& line) { return line.id == id; });
  return at == table.end() ? std::string_view{} : at->english;
}

policies::Translations translations(std::string_view language) {
  return language == "fr" ? french() : policies::Translations{};
}

}  // namespace

std::vector<std::string_view> message_ids() {
  std::vector<std::string_view> ids;
  for (const Line& line : lines) ids.push_back(line.id);
  return ids;
}

std::vector<SourceText> source_texts() {
  std::vector<SourceText> all;
  for (const Line& line : lines) all.push_back({std::string(line.id), line.english});
  for (const Line& line : remedies) all.push_back({"remedy " + std::string(line.id), line.english});
  for (const std::string_view word : words) all.push_back({"word", word});
  return all;
}

std::string text(const Message& message, std::string_view language) {
  const std::string_view form = find(lines, message.id);
  if (!form.empty()) {
    const auto known = translations(language);
    return policies::filled(policies::translated(known, message.id, form), message.args, language,
                            known);
  }
  std::string plain = message.id;  // an id of another room: nothing is lost
  for (const std::string& arg : message.args) plain += " " + arg;
  return plain;
}

std::string remedy(const Finding& finding, std::string_view language) {
  const auto rule = policies::to_string(finding.rule);
  return std::string(policies::translated(translations(language), "remedy " + std::string(rule),
                                          find(remedies, rule)));
}

}  // namespace sceau::disclosure

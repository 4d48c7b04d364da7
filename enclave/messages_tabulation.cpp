// Why a SELECT is no tabulation, and what to write instead; EXPLAIN's words.
#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view codebook = "ask the custodian for a derived variable in the codebook";
constexpr std::string_view where =
    "put the condition into WHERE, FILTER or GROUP BY, where units are counted";

constexpr std::array entries = {
    MessageText{"tabulation.other", "it is no tabulation", "ask a reviewer"},
    MessageText{"tabulation.rows", "it shows rows, not groups",
                "write GROUP BY with count(*), sum or avg"},
    MessageText{"tabulation.no_store", "it reads no data set", "write FROM with a data set"},
    MessageText{"tabulation.join", "this kind of join is not part of a tabulation",
                "count in one data set, with others joined to it by LEFT JOIN on a reference that "
                "its codebook declares"},
    MessageText{"tabulation.join_inner",
                "an inner join is not part of a tabulation: rows without a partner would be left "
                "out, uncounted",
                "write LEFT JOIN, and leave out rows in WHERE if you mean to"},
    MessageText{"tabulation.join_condition",
                "the join with {1} has a condition that is more than its key",
                "write ON a.variable = b.key, and put conditions into WHERE"},
    MessageText{"tabulation.join_undeclared",
                "the codebook doesn't declare that {1} names rows of {2} by {3}",
                "join by a variable with references = \"dataset.variable\" in the codebook, or ask "
                "the custodian to declare it"},
    MessageText{"tabulation.join_chain", "it joins by a variable of another data set than {1}",
                "join by references of {1} alone"},
    MessageText{"tabulation.join_vintages",
                "{1} has several vintages, and a row would be joined once with each",
                "name one (\"{1}@{2}\"), or add AND a.vintage = b.vintage"},
    MessageText{"tabulation.join_vintage_missing",
                "{1} has no vintage {2} here, and rows of {2} are counted",
                "name one vintage of {1} without comparing vintages, or count only vintages that "
                "both have"},
    MessageText{"tabulation.subquery",
                "a subquery stands in it that does more than filter and rename",
                "write the groups and conditions in one SELECT"},
    MessageText{"tabulation.set_operation", "UNION and its kin put several tables together",
                "write each table as a SELECT of its own, or GROUPING SETS"},
    MessageText{"tabulation.limit", "LIMIT and OFFSET are not part of a tabulation",
                "release the whole table, and cut it afterwards"},
    MessageText{"tabulation.select_distinct", "DISTINCT is not part of a tabulation",
                "leave it out"},
    MessageText{"tabulation.window", "a window function is not part of a tabulation",
                "compute shares and ranks from the released table"},
    MessageText{"tabulation.order",
                "an ORDER BY on something else than a dimension is not part of one",
                "order by dimensions, and sort the released table"},
    MessageText{"tabulation.having", "HAVING is more than count(*) >= k",
                "write HAVING count(*) >= k, and filter groups in WHERE"},
    MessageText{"tabulation.set_twice", "a grouping set stands there twice", "write it once"},
    MessageText{"tabulation.grouping", "GROUPING() is not part of a tabulation",
                "leave it out: margins are Total in the released file"},
    MessageText{"tabulation.many_dimensions", "it has more than {1} dimensions", "group by fewer"},
    MessageText{"tabulation.unseen_dimension", "a grouping expression is not selected",
                "select every expression of GROUP BY"},
    MessageText{"tabulation.statistic_missing", "it has no statistic", "add count(*)"},

    MessageText{"tabulation.not_a_classification",
                "\"{1}\" is not a classification, so it is no dimension",
                "group by a classification variable, by CASE or by width_bucket"},
    MessageText{"tabulation.dimension_form",
                "the dimension \"{1}\" is neither a variable nor a recode",
                "write CASE WHEN … THEN 'label' … END or width_bucket(x, low, high, n)"},
    MessageText{"tabulation.recode_label", "a recode's labels are not all constants",
                "write every label of CASE out as a text or a whole number"},
    MessageText{"tabulation.bucket_form", "width_bucket takes a variable and three constants",
                "write width_bucket(note, 0, 20, 10)"},

    MessageText{"tabulation.statistic_form", "a column is neither an aggregate nor a ratio of two",
                "select count, sum, avg, or sum(x) / count(*)"},
    MessageText{"tabulation.ratio_of", "a ratio with {1} is no proportion",
                "select it by itself, and divide afterwards"},
    MessageText{"tabulation.top", "top_share is of a constant number of the largest, 1 to 100",
                "write top_share(3, x)"},
    MessageText{"tabulation.weight", "a weighted statistic is of the codebook's weight alone",
                "leave the weight out: weighted_avg(x) knows it"},
    MessageText{
        "tabulation.constant_factor", "a statistic is combined with a constant",
        "release the plain statistic, and multiply afterwards; 100.0 * a / b is understood"},
    MessageText{"tabulation.rounding", "round() changes a statistic",
                "leave it out: the gate rounds"},
    MessageText{"tabulation.function", "{1} is not a statistic of tabulations",
                "count, sum, avg, min, max, percentile_cont, percentile_disc, mode, variance, "
                "stddev, var_pop, stddev_pop, skewness, kurtosis, corr, covar_pop, covar_samp, "
                "regr_*, gini, hhi, top_share, weighted_count, weighted_sum and weighted_avg are"},
    MessageText{"tabulation.distinct", "{1}(DISTINCT …) is not a statistic of tabulations",
                "count(DISTINCT unit) is"},
    MessageText{"tabulation.distinct_variable",
                "count(DISTINCT {1}) counts neither units nor contributors", "the unit is {2}"},
    MessageText{"tabulation.fraction", "the fraction of a percentile is not a constant in 0..1",
                "write percentile_cont(0.5)"},
    MessageText{"tabulation.not_a_measure", "\"{1}\" is not a number to compute with",
                "aggregate a measure, or count its categories in GROUP BY"},
    MessageText{"tabulation.hidden_filter",
                "a value that depends on a condition hides a filter in a statistic", where},
    MessageText{"tabulation.transform",
                "a statistic of a computed value can carry more than it shows", codebook},

    MessageText{"tabulation.model_alone",
                "a model stands beside another column, FILTER or DISTINCT",
                "select dimensions and one model, as in SELECT academie, ols(note, age, sexe) FROM "
                "eleves GROUP BY academie; conditions go to WHERE"},
    MessageText{"tabulation.model_variable", "{1} takes variables, not expressions of them",
                "name variables of the codebook, and choose rows in WHERE"},
    MessageText{"tabulation.model_term", "\"{1}\" can't be part of a model",
                "terms are measures, 0/1 flags and classifications"},
    MessageText{
        "tabulation.model_form", "{1} takes other arguments",
        "write ols(y, x, …), ols_robust(y, x, …), ols_clustered(school, y, x, …), logit the "
        "same, km(time, event), t_test(x, group) or chi2(a, b), each variable once"},

    MessageText{"tabulation.condition_form",
                "a condition is more than variables compared with constants",
                "write x = 'a', x IN (…), x BETWEEN … AND …, x IS NULL, and AND, OR, NOT of these"},
    MessageText{"tabulation.like", "LIKE is not part of a tabulation", "write x IN ('a', 'b')"},
    MessageText{"tabulation.two_columns", "\"{1}\" is compared with \"{2}\"", codebook},
    MessageText{"tabulation.long_constant", "a constant has more than 18 digits: {1}",
                "write it with fewer"},

    MessageText{"explain.fixed", "session: answered from the catalogue", ""},
    MessageText{"explain.engine", "engine: a tabulation of {1}, dimensions: {2}, statistics: {3}",
                ""},
    MessageText{"explain.join", "joined n:1: {1}@{4}, where {2} is {3}", ""},
    MessageText{"explain.join_own", "joined n:1: {1} of each row's own vintage, where {2} is {3}",
                ""},
    MessageText{"explain.sqlite", "sqlite: explored, because {1}", ""},
    MessageText{"explain.mixed",
                "engine and sqlite: the tabulations in it are computed by the engine, the rest is "
                "explored, because {1}",
                ""},
    MessageText{"explain.part",
                "engine, part {1}: a tabulation of {2}, dimensions: {3}, statistics: {4}", ""},
    MessageText{"explain.read", "  reads {1} (vintages {2})", ""},
    MessageText{"explain.counted", "  reads no variable (vintages {1})", ""},
    MessageText{"explain.where", "  where {1}", ""},
    MessageText{"explain.around", "sqlite, around them:", ""},
    MessageText{"explain.part_read", "  reads part {1}", ""},
    MessageText{"explain.table_read", "  reads {1}: {2}", ""},
    MessageText{"explain.rows_read", "  reads {1}: no column", ""},
    MessageText{"explain.pushed", "    chosen before SQLite by {1}", ""},
    MessageText{"explain.neither", "not possible: {1}", ""},
};

}  // namespace

std::span<const MessageText> tabulation_messages() { return entries; }

}  // namespace sceau::enclave

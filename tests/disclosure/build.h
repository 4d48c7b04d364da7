#pragma once
// Short words for the values that tests make: codebooks, sources, tabulations, policies.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/examine.h"
#include "disclosure/memory_source.h"
#include "disclosure/table.h"

namespace sceau::disclosure::build {

policies::Variable category(const std::string& name);
policies::Variable integer(const std::string& name);  ///< a measure
policies::Variable decimal(const std::string& name, int decimals);
policies::Codebook codebook(std::vector<policies::Variable> variables,
                            std::vector<std::string> contributors = {}, std::string unit = "row");

/// Every rule off but those named.
policies::Policy only(const std::vector<policies::Rule>& rules);

std::string repeat(int count, const std::string& text);
/// Lines that are all alike.
std::string rows_of(int count, const std::string& line);

/// Rows as lines of words, columns in the codebook's order; "-" is NULL.
std::unique_ptr<Source> source(const policies::Codebook& codebook, const std::string& lines,
                               std::uint32_t rows_a_segment = 65536);

Statistic count();
Statistic count_of(const std::string& variable);
Statistic sum_of(const std::string& variable);
Statistic mean_of(const std::string& variable);
Statistic distinct(const std::string& variable);
Column column(Statistic statistic);

Condition equals(const std::string& variable, const std::string& code);
Condition differs(const std::string& variable, const std::string& code);
Condition is_null(const std::string& variable);
Condition negated(Condition condition);
Condition both(Condition a, Condition b);

/// Over vintage "1", all dimensions kept.
Tabulation tabulation(const std::vector<std::string>& dimensions, std::vector<Statistic> statistics,
                      Condition where = {});
/// As GROUP BY CUBE.
Tabulation cube(Tabulation tabulation);

/// The cell with these codes ("-": NULL, "*": Total); fails the test where there is none.
const Cell& cell(const Table& table, const std::vector<std::string>& codes);

/// Findings of a rule, as "CORSE,F".
std::vector<std::string> found(const Judgement& judgement, policies::Rule rule);

}  // namespace sceau::disclosure::build

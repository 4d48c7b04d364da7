#include "enclave/sql/functions.h"

#include <algorithm>
#include <array>

namespace sceau::enclave::sql {
namespace {

constexpr auto scalar = FunctionKind::scalar;
constexpr auto aggregate = FunctionKind::aggregate;
constexpr auto window = FunctionKind::window;
constexpr auto operation = FunctionKind::operation;

// Names with "s_" are ours (scalar.cpp, aggregates.cpp); the others are SQLite's own.
constexpr std::array table = {
    Signature{"+", operation, "II", 'I', "s_add4"},
    Signature{"+", operation, "ii", 'i', "s_add8"},
    Signature{"+", operation, "nn", 'n', "s_addn"},
    Signature{"+", operation, "ff", 'f', "s_addf"},
    Signature{"+", operation, "dI", 'd', "s_later"},
    Signature{"+", operation, "Id", 'd', "s_later_of"},
    Signature{"-", operation, "II", 'I', "s_sub4"},
    Signature{"-", operation, "ii", 'i', "s_sub8"},
    Signature{"-", operation, "nn", 'n', "s_subn"},
    Signature{"-", operation, "ff", 'f', "s_subf"},
    Signature{"-", operation, "dI", 'd', "s_earlier"},
    Signature{"-", operation, "dd", 'I', "s_days"},
    Signature{"*", operation, "II", 'I', "s_mul4"},
    Signature{"*", operation, "ii", 'i', "s_mul8"},
    Signature{"*", operation, "nn", 'n', "s_muln"},
    Signature{"*", operation, "ff", 'f', "s_mulf"},
    Signature{"/", operation, "II", 'I', "s_div4"},
    Signature{"/", operation, "ii", 'i', "s_div8"},
    Signature{"/", operation, "nn", 'n', "s_divn"},
    Signature{"/", operation, "ff", 'f', "s_divf"},
    Signature{"%", operation, "II", 'I', "s_mod4"},
    Signature{"%", operation, "ii", 'i', "s_mod8"},
    Signature{"%", operation, "nn", 'n', "s_modn"},
    Signature{"^", operation, "ff", 'f', "s_power"},
    Signature{"-", operation, "I", 'I', "s_neg4"},
    Signature{"-", operation, "i", 'i', "s_neg8"},
    Signature{"-", operation, "n", 'n', "s_negn"},
    Signature{"-", operation, "f", 'f', "s_negf"},
    Signature{"+", operation, "I", 'I', "s_same"},
    Signature{"+", operation, "i", 'i', "s_same"},
    Signature{"+", operation, "n", 'n', "s_same"},
    Signature{"+", operation, "f", 'f', "s_same"},
    Signature{"||", operation, "tt", 't', "s_join"},
    Signature{"||", operation, "tx", 't', "s_join"},
    Signature{"||", operation, "xt", 't', "s_join"},

    Signature{"abs", scalar, "I", 'I', "s_abs4"},
    Signature{"abs", scalar, "i", 'i', "s_abs8"},
    Signature{"abs", scalar, "n", 'n', "s_absn"},
    Signature{"abs", scalar, "f", 'f', "s_absf"},
    Signature{"round", scalar, "n", 'n', "s_roundn"},
    Signature{"round", scalar, "f", 'f', "s_roundf"},
    Signature{"round", scalar, "nI", 'n', "s_roundn"},
    Signature{"trunc", scalar, "n", 'n', "s_truncn"},
    Signature{"trunc", scalar, "f", 'f', "s_truncf"},
    Signature{"trunc", scalar, "nI", 'n', "s_truncn"},
    Signature{"ceil", scalar, "n", 'n', "s_ceiln"},
    Signature{"ceil", scalar, "f", 'f', "s_ceilf"},
    Signature{"ceiling", scalar, "n", 'n', "s_ceiln"},
    Signature{"ceiling", scalar, "f", 'f', "s_ceilf"},
    Signature{"floor", scalar, "n", 'n', "s_floorn"},
    Signature{"floor", scalar, "f", 'f', "s_floorf"},
    Signature{"sign", scalar, "n", 'n', "s_signn"},
    Signature{"sign", scalar, "f", 'f', "s_signf"},
    Signature{"mod", scalar, "II", 'I', "s_mod4"},
    Signature{"mod", scalar, "ii", 'i', "s_mod8"},
    Signature{"mod", scalar, "nn", 'n', "s_modn"},
    Signature{"div", scalar, "nn", 'n', "s_whole"},
    Signature{"sqrt", scalar, "f", 'f', "s_sqrt"},
    Signature{"exp", scalar, "f", 'f', "s_exp"},
    Signature{"ln", scalar, "f", 'f', "s_ln"},
    Signature{"log", scalar, "f", 'f', "s_log10"},
    Signature{"log10", scalar, "f", 'f', "s_log10"},
    Signature{"power", scalar, "ff", 'f', "s_power"},
    Signature{"pow", scalar, "ff", 'f', "s_power"},
    Signature{"width_bucket", scalar, "nnnI", 'I', "s_bucketn"},
    Signature{"width_bucket", scalar, "fffI", 'I', "s_bucketf"},

    Signature{"lower", scalar, "t", 't', "s_lower"},
    Signature{"upper", scalar, "t", 't', "s_upper"},
    Signature{"length", scalar, "t", 'I', "s_length"},
    Signature{"char_length", scalar, "t", 'I', "s_length"},
    Signature{"character_length", scalar, "t", 'I', "s_length"},
    Signature{"substr", scalar, "tI", 't', "s_substr"},
    Signature{"substr", scalar, "tII", 't', "s_substr"},
    Signature{"substring", scalar, "tI", 't', "s_substr"},
    Signature{"substring", scalar, "tII", 't', "s_substr"},
    Signature{"left", scalar, "tI", 't', "s_left"},
    Signature{"right", scalar, "tI", 't', "s_right"},
    Signature{"btrim", scalar, "t", 't', "s_btrim"},
    Signature{"btrim", scalar, "tt", 't', "s_btrim"},
    Signature{"ltrim", scalar, "t", 't', "s_ltrim"},
    Signature{"ltrim", scalar, "tt", 't', "s_ltrim"},
    Signature{"rtrim", scalar, "t", 't', "s_rtrim"},
    Signature{"rtrim", scalar, "tt", 't', "s_rtrim"},
    Signature{"replace", scalar, "ttt", 't', "s_replace"},
    Signature{"concat", scalar, "x*", 't', "s_concat"},
    Signature{"strpos", scalar, "tt", 'I', "s_strpos"},
    Signature{"position", scalar, "tt", 'I', "s_strpos"},
    Signature{"lpad", scalar, "tI", 't', "s_lpad"},
    Signature{"lpad", scalar, "tIt", 't', "s_lpad"},
    Signature{"rpad", scalar, "tI", 't', "s_rpad"},
    Signature{"rpad", scalar, "tIt", 't', "s_rpad"},
    Signature{"split_part", scalar, "ttI", 't', "s_split"},
    Signature{"starts_with", scalar, "tt", 'b', "s_starts"},
    Signature{"extract", scalar, "td", 'n', "s_extract"},
    Signature{"date_part", scalar, "td", 'f', "s_date_part"},
    Signature{"make_date", scalar, "III", 'd', "s_make_date"},

    Signature{"count", aggregate, "a", 'i', "count"},
    Signature{"sum", aggregate, "I", 'i', "s_sum4"},
    Signature{"sum", aggregate, "i", 'n', "s_sumn"},
    Signature{"sum", aggregate, "n", 'n', "s_sumn"},
    Signature{"sum", aggregate, "f", 'f', "s_sumf"},
    Signature{"avg", aggregate, "I", 'n', "s_avgn"},
    Signature{"avg", aggregate, "i", 'n', "s_avgn"},
    Signature{"avg", aggregate, "n", 'n', "s_avgn"},
    Signature{"avg", aggregate, "f", 'f', "s_avgf"},
    Signature{"min", aggregate, "I", 'I', "min"},
    Signature{"min", aggregate, "i", 'i', "min"},
    Signature{"min", aggregate, "n", 'n', "min"},
    Signature{"min", aggregate, "f", 'f', "min"},
    Signature{"min", aggregate, "t", 't', "min"},
    Signature{"min", aggregate, "d", 'd', "min"},
    Signature{"max", aggregate, "I", 'I', "max"},
    Signature{"max", aggregate, "i", 'i', "max"},
    Signature{"max", aggregate, "n", 'n', "max"},
    Signature{"max", aggregate, "f", 'f', "max"},
    Signature{"max", aggregate, "t", 't', "max"},
    Signature{"max", aggregate, "d", 'd', "max"},
    Signature{"bool_and", aggregate, "b", 'b', "min"},
    Signature{"every", aggregate, "b", 'b', "min"},
    Signature{"bool_or", aggregate, "b", 'b', "max"},
    Signature{"string_agg", aggregate, "tt", 't', "group_concat"},
    Signature{"stddev", aggregate, "I", 'n', "s_stddev_samp"},
    Signature{"stddev", aggregate, "i", 'n', "s_stddev_samp"},
    Signature{"stddev", aggregate, "n", 'n', "s_stddev_samp"},
    Signature{"stddev", aggregate, "f", 'f', "s_stddev_sampf"},
    Signature{"stddev_samp", aggregate, "I", 'n', "s_stddev_samp"},
    Signature{"stddev_samp", aggregate, "i", 'n', "s_stddev_samp"},
    Signature{"stddev_samp", aggregate, "n", 'n', "s_stddev_samp"},
    Signature{"stddev_samp", aggregate, "f", 'f', "s_stddev_sampf"},
    Signature{"stddev_pop", aggregate, "I", 'n', "s_stddev_pop"},
    Signature{"stddev_pop", aggregate, "i", 'n', "s_stddev_pop"},
    Signature{"stddev_pop", aggregate, "n", 'n', "s_stddev_pop"},
    Signature{"stddev_pop", aggregate, "f", 'f', "s_stddev_popf"},
    Signature{"variance", aggregate, "I", 'n', "s_var_samp"},
    Signature{"variance", aggregate, "i", 'n', "s_var_samp"},
    Signature{"variance", aggregate, "n", 'n', "s_var_samp"},
    Signature{"variance", aggregate, "f", 'f', "s_var_sampf"},
    Signature{"var_samp", aggregate, "I", 'n', "s_var_samp"},
    Signature{"var_samp", aggregate, "i", 'n', "s_var_samp"},
    Signature{"var_samp", aggregate, "n", 'n', "s_var_samp"},
    Signature{"var_samp", aggregate, "f", 'f', "s_var_sampf"},
    Signature{"var_pop", aggregate, "I", 'n', "s_var_pop"},
    Signature{"var_pop", aggregate, "i", 'n', "s_var_pop"},
    Signature{"var_pop", aggregate, "n", 'n', "s_var_pop"},
    Signature{"var_pop", aggregate, "f", 'f', "s_var_popf"},
    Signature{"corr", aggregate, "ff", 'f', "s_corr"},
    Signature{"covar_pop", aggregate, "ff", 'f', "s_covar_pop"},
    Signature{"covar_samp", aggregate, "ff", 'f', "s_covar_samp"},
    Signature{"regr_slope", aggregate, "ff", 'f', "s_slope"},
    Signature{"regr_intercept", aggregate, "ff", 'f', "s_intercept"},
    Signature{"regr_r2", aggregate, "ff", 'f', "s_r2"},
    Signature{"regr_count", aggregate, "ff", 'i', "s_regr_count"},
    Signature{"regr_avgx", aggregate, "ff", 'f', "s_avgx"},
    Signature{"regr_avgy", aggregate, "ff", 'f', "s_avgy"},
    Signature{"regr_sxx", aggregate, "ff", 'f', "s_sxx"},
    Signature{"regr_syy", aggregate, "ff", 'f', "s_syy"},
    Signature{"regr_sxy", aggregate, "ff", 'f', "s_sxy"},
    Signature{"skewness", aggregate, "f", 'f', "s_skewness"},
    Signature{"kurtosis", aggregate, "f", 'f', "s_kurtosis"},
    Signature{"gini", aggregate, "f", 'f', "s_gini"},
    Signature{"gini", aggregate, "fa", 'f', "s_gini"},
    Signature{"hhi", aggregate, "f", 'f', "s_hhi"},
    Signature{"hhi", aggregate, "fa", 'f', "s_hhi"},
    Signature{"top_share", aggregate, "If", 'f', "s_top_share"},
    Signature{"top_share", aggregate, "Ifa", 'f', "s_top_share"},
    Signature{"weighted_count", aggregate, "f", 'f', "s_weighted_count"},
    Signature{"weighted_sum", aggregate, "ff", 'f', "s_weighted_sum"},
    Signature{"weighted_avg", aggregate, "ff", 'f', "s_weighted_avg"},
    Signature{"median", aggregate, "f", 'f', "s_median"},
    Signature{"percentile_cont", aggregate, "ff", 'f', "s_percentile"},
    Signature{"percentile_disc", aggregate, "nI", 'I', "s_discrete"},
    Signature{"percentile_disc", aggregate, "ni", 'i', "s_discrete"},
    Signature{"percentile_disc", aggregate, "nn", 'n', "s_discrete"},
    Signature{"percentile_disc", aggregate, "nf", 'f', "s_discrete"},
    Signature{"percentile_disc", aggregate, "ff", 'f', "s_discrete"},
    Signature{"mode", aggregate, "a", 'a', "s_mode"},
    Signature{"mode", aggregate, "n", 'n', "s_moden"},

    // Models (models.h): SQLite has none of them.
    Signature{"ols", aggregate, "a*", 't', {}},
    Signature{"ols_robust", aggregate, "a*", 't', {}},
    Signature{"ols_clustered", aggregate, "a*", 't', {}},
    Signature{"logit", aggregate, "a*", 't', {}},
    Signature{"logit_robust", aggregate, "a*", 't', {}},
    Signature{"logit_clustered", aggregate, "a*", 't', {}},
    Signature{"km", aggregate, "aa", 't', {}},
    Signature{"t_test", aggregate, "aa", 't', {}},
    Signature{"chi2", aggregate, "aa", 't', {}},

    Signature{"row_number", window, "", 'i', "row_number"},
    Signature{"rank", window, "", 'i', "rank"},
    Signature{"dense_rank", window, "", 'i', "dense_rank"},
    Signature{"percent_rank", window, "", 'f', "percent_rank"},
    Signature{"cume_dist", window, "", 'f', "cume_dist"},
    Signature{"ntile", window, "I", 'I', "ntile"},
    Signature{"lag", window, "a", 'a', "lag"},
    Signature{"lag", window, "aI", 'a', "lag"},
    Signature{"lag", window, "aIa", 'a', "lag"},
    Signature{"lead", window, "a", 'a', "lead"},
    Signature{"lead", window, "aI", 'a', "lead"},
    Signature{"lead", window, "aIa", 'a', "lead"},
    Signature{"first_value", window, "a", 'a', "first_value"},
    Signature{"last_value", window, "a", 'a', "last_value"},
    Signature{"nth_value", window, "aI", 'a', "nth_value"},
};

std::optional<Type> type_of_letter(char letter) {
  switch (letter) {
    case 'b':
      return Type::boolean;
    case 'I':
      return Type::int4;
    case 'i':
      return Type::int8;
    case 'n':
      return Type::numeric;
    case 'f':
      return Type::float8;
    case 't':
      return Type::text;
    case 'd':
      return Type::date;
    default:
      return std::nullopt;
  }
}

char letter_at(std::string_view letters, std::size_t index) {
  if (!letters.empty() && letters.back() == '*') return letters[letters.size() - 2];
  return letters[index];
}

bool takes(std::string_view letters, std::size_t count) {
  if (!letters.empty() && letters.back() == '*') return count + 2 > letters.size();
  return letters.size() == count;
}

/// Exact and preferred matches of one candidate; negative exact: it doesn't fit.
struct Fit {
  int exact = 0;
  int preferred = 0;
};

Fit fit(const Signature& signature, const std::vector<Type>& arguments) {
  Fit result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto wanted = type_of_letter(letter_at(signature.arguments, i));
    if (!wanted) continue;
    if (!converts(arguments[i], *wanted)) return {-1, 0};
    if (arguments[i] == *wanted) ++result.exact;
    if (*wanted == Type::float8 || *wanted == Type::text) ++result.preferred;
  }
  return result;
}

const Signature* best(std::string_view name, bool wants_operation,
                      const std::vector<Type>& arguments) {
  const Signature* chosen = nullptr;
  Fit held{-1, 0};
  for (const auto& signature : table) {
    const bool named =
        signature.name == name && (signature.kind == FunctionKind::operation) == wants_operation;
    if (!named || !takes(signature.arguments, arguments.size())) continue;
    const auto candidate = fit(signature, arguments);
    const bool better = candidate.exact > held.exact ||
                        (candidate.exact == held.exact && candidate.preferred > held.preferred);
    if (candidate.exact >= 0 && (!chosen || better)) {
      chosen = &signature;
      held = candidate;
    }
  }
  return chosen;
}

}  // namespace

std::span<const Signature> signatures() { return table; }

bool function_exists(std::string_view name) {
  return std::any_of(table.begin(), table.end(), [&](const Signature& signature) {
    return signature.kind != FunctionKind::operation && signature.name == name;
  });
}

bool is_aggregate(const Signature& signature) { return signature.kind == FunctionKind::aggregate; }

bool converts(Type from, Type to) {
  if (from == to || from == Type::unknown) return true;
  if (from == Type::int4) return to == Type::int8 || to == Type::numeric || to == Type::float8;
  if (from == Type::int8) return to == Type::numeric || to == Type::float8;
  return from == Type::numeric && to == Type::float8;
}

const Signature* resolve(std::string_view name, bool wants_operation,
                         const std::vector<Type>& arguments) {
  if (wants_operation && arguments.size() == 2 &&
      (arguments[0] == Type::unknown) != (arguments[1] == Type::unknown)) {
    const Type known = arguments[0] == Type::unknown ? arguments[1] : arguments[0];
    const auto* same = best(name, true, {known, known});
    if (same && fit(*same, {known, known}).exact == 2) return same;
  }
  return best(name, wants_operation, arguments);
}

Type argument_type(const Signature& signature, std::size_t index, Type given) {
  const char letter = letter_at(signature.arguments, index);
  if (letter == 'x') return Type::text;
  const auto type = type_of_letter(letter);
  return type ? *type : (given == Type::unknown ? Type::text : given);
}

Type result_type(const Signature& signature, const std::vector<Type>& arguments) {
  const auto type = type_of_letter(signature.result);
  if (type) return *type;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (letter_at(signature.arguments, i) == 'a') return argument_type(signature, i, arguments[i]);
  }
  return Type::text;
}

}  // namespace sceau::enclave::sql

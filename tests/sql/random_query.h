#pragma once
// Random SELECTs over the world's pupils, each of which is a tabulation, so that the engine and
// SQLite can both answer it. The same seed gives the same text everywhere.
//
//   RandomQuery query = random_query(17);
//   query.text()   // SELECT sexe, count(*) FILTER (WHERE age > 13) FROM eleves GROUP BY 1 …

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sceau::enclave::sql::test {

/// A SELECT in parts, so that one that goes wrong can be made smaller.
struct RandomQuery {
  enum class Groups { expressions, ordinals, rollup, cube, sets };
  enum class Around { nothing, derived, common, lifted };
  struct Key {
    std::size_t dimension = 0;
    bool ordinal = false;
    std::string suffix;  ///< " DESC NULLS LAST"
  };

  std::string relation = "eleves";
  std::vector<std::string> dimensions;  ///< expressions, no two alike
  std::vector<std::string> statistics;
  bool statistics_first = false;
  bool twice = false;              ///< the first dimension is selected once more
  std::vector<std::string> where;  ///< joined by AND
  Groups groups = Groups::expressions;
  std::vector<std::vector<std::size_t>> sets;  ///< Groups::sets: which dimensions each keeps
  std::string having;
  std::vector<Key> order;
  Around around = Around::nothing;
  std::string around_where;  ///< of the subquery, or where `around` is lifted, of the outer SELECT

  [[nodiscard]] std::string text() const;
  /// Where in a row the keys of ORDER BY stand.
  [[nodiscard]] std::vector<std::size_t> ordered_by() const;
};

[[nodiscard]] RandomQuery random_query(std::uint32_t seed);

/// The smallest part of `query` of which `fails` still holds, by leaving out a piece at a time.
[[nodiscard]] RandomQuery smallest(RandomQuery query,
                                   const std::function<bool(const RandomQuery&)>& fails);

}  // namespace sceau::enclave::sql::test

// Labels and rounded numbers of a table, in the order in which a figure shows them.

#include "disclosure/figure_data.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "disclosure/naming.h"

namespace sceau::disclosure {
namespace {

using policies::Codebook;
using policies::Variable;

constexpr std::string_view thin_space = "\xE2\x80\xAF";
constexpr std::string_view minus = "\xE2\x88\x92";
constexpr std::size_t digits_a_group = 3;

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// Days since 1970 of "2021-09-01".
std::optional<double> day_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto read = [&](std::size_t at, std::size_t length, auto& into) {
    const auto* end = text.data() + at + length;
    const auto result = std::from_chars(text.data() + at, end, into);
    return result.ec == std::errc() && result.ptr == end;
  };
  if (!read(0, 4, year) || !read(5, 2, month) || !read(8, 2, day)) return std::nullopt;
  constexpr std::array<unsigned, 12> before = {0,   31,  59,  90,  120, 151,
                                               181, 212, 243, 273, 304, 334};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (year < 1 || month < 1 || month > 12 || day < 1) return std::nullopt;
  const unsigned longest = month == 12 ? 31 : before[month] - before[month - 1];
  if (day > longest + (leap && month == 2 ? 1U : 0U)) return std::nullopt;
  const int past = year - 1;
  const int days = past * 365 + past / 4 - past / 100 + past / 400;
  constexpr int of_1970 = 1969 * 365 + 1969 / 4 - 1969 / 100 + 1969 / 400;
  const unsigned in_year = before[month - 1] + day - 1 + (leap && month > 2 ? 1U : 0U);
  return static_cast<double>(days - of_1970) + in_year;
}

/// A place on a line for every code that isn't NULL, or none.
using Places = std::vector<std::optional<double>>;

template <class Read>
std::optional<Places> placed(const Domain& domain, Read read) {
  Places places;
  for (const auto& code : domain.codes) {
    if (!code) {
      places.emplace_back();
      continue;
    }
    const auto place = read(*code);
    if (!place) return std::nullopt;
    places.push_back(place);
  }
  return places;
}

std::optional<Places> places_of(const Dimension& dimension, const Domain& domain) {
  if (auto places = placed(domain, number_of)) return places;
  if (auto places = placed(domain, day_of)) return places;
  const auto* variable = std::get_if<std::string>(&dimension.from);
  if (variable == nullptr || *variable != "vintage") return std::nullopt;
  double next = 0;  // "2019-2020": in the order of their names
  return placed(domain, [&](const std::string&) { return std::optional(next++); });
}

/// Numbers by value (codes stand bytewise: 10 before 2), else as they stand; NULL last.
std::vector<std::size_t> order_of(const Domain& domain, const std::optional<Places>& places) {
  std::vector<std::size_t> order(domain.codes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (places) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const auto& left = (*places)[a];
      const auto& right = (*places)[b];
      return left && (!right || *left < *right);
    });
  }
  return order;
}

std::string label_at(const Dimension& dimension, const Domain& domain, std::size_t member,
                     const Codebook& codebook, std::string_view language) {
  const auto& code = domain.codes[member];
  if (!code) return "NA";
  const Variable* variable = labelled(dimension, codebook);
  return variable == nullptr ? *code : policies::label_of(*variable, *code, language);
}

class Reader {
 public:
  Reader(const Table& table, Chart chart, const Codebook& codebook, std::string_view language)
      : table_(table), chart_(chart), codebook_(codebook), language_(language) {}

  std::variant<FigureData, Message> read() {
    head();
    const auto& dimensions = table_.tabulation.dimensions;
    std::vector<std::size_t> rows{0};
    std::vector<std::size_t> sides{0};
    if (dimensions.empty()) {
      data_.categories = {""};
    } else {
      const auto places = places_of(dimensions[0], table_.domains[0]);
      if (chart_ == Chart::line && !places) {
        return Message{"figure.line_order", {canonical_name(dimensions[0])}};
      }
      rows = order_of(table_.domains[0], places);
      for (const std::size_t row : rows) {
        data_.categories.push_back(
            label_at(dimensions[0], table_.domains[0], row, codebook_, language_));
      }
      if (chart_ == Chart::line) place(rows, *places);
      if (chart_ == Chart::histogram) bucket(rows, *places);
    }
    if (dimensions.size() > 1) {
      sides = order_of(table_.domains[1], places_of(dimensions[1], table_.domains[1]));
    }
    series(sides);
    if (auto refusal = too_many()) return *refusal;
    fill(rows, sides);
    return std::move(data_);
  }

 private:
  void head() {
    const auto& tabulation = table_.tabulation;
    for (const Column& column : tabulation.columns) {
      data_.heading += (data_.heading.empty() ? "" : ", ") + describe(column);
    }
    data_.statistic = tabulation.columns.size() == 1 ? data_.heading : operand();
    std::string by;
    for (const Dimension& dimension : tabulation.dimensions) {
      by += (by.empty() ? "" : ", ") + title_of(dimension, codebook_, language_);
    }
    if (!by.empty()) {
      data_.heading += " " + std::string(words_of(chart_, language_).by) + " " + by;
    }
  }

  std::string operand() const {
    const auto* name = std::get_if<std::string>(&table_.tabulation.columns[0].statistic.operand);
    return name == nullptr ? std::string() : title_of({"", *name}, codebook_, language_);
  }

  void place(const std::vector<std::size_t>& rows, const Places& places) {
    const auto known = static_cast<std::size_t>(std::count_if(
        places.begin(), places.end(), [](const auto& one) { return one.has_value(); }));
    double least = 0;
    double most = 0;
    if (known > 0) {
      least = *places[rows[0]];
      most = *places[rows[known - 1]];
    }
    const double apart = most > least ? (most - least) / 20 : 1;
    for (const std::size_t row : rows) {
      data_.positions.push_back(places[row].value_or(most + 2 * apart));
      data_.joined.push_back(places[row].has_value());
    }
  }

  void bucket(const std::vector<std::size_t>& rows, const Places& places) {
    const auto& bucket = std::get<WidthBucket>(table_.tabulation.dimensions[0].from);
    data_.bucket_count = bucket.buckets;
    for (const std::size_t row : rows) {
      data_.buckets.push_back(places[row] ? static_cast<int>(*places[row]) : bucket.buckets + 2);
    }
    const Variable* variable = codebook_.find(bucket.variable);
    if (variable == nullptr || !can_show(bucket, *variable)) return;
    for (int edge = 0; edge <= bucket.buckets; ++edge)
      data_.edges.push_back(edge_text(bucket, edge));
    data_.below = "< " + data_.edges.front();
    data_.above = "\xE2\x89\xA5 " + data_.edges.back();
    for (std::size_t i = 0; i < data_.buckets.size(); ++i) {
      const int at = data_.buckets[i];
      if (at == 0) data_.categories[i] = data_.below;
      if (at == bucket.buckets + 1) data_.categories[i] = data_.above;
      if (at < 1 || at > bucket.buckets) continue;
      const auto edge = static_cast<std::size_t>(at);
      data_.categories[i] = "[" + data_.edges[edge - 1] + " ; " + data_.edges[edge] + "[";
    }
  }

  // The researcher's numbers, so only what the codebook knows: within declared bounds, and no finer
  // than the variable.
  static bool can_show(const WidthBucket& bucket, const Variable& variable) {
    constexpr int most = 200;
    if (!variable.min || !variable.max || bucket.buckets > most) return false;
    const auto fits = [&](const Decimal& edge) {
      return policies::shortened(edge).scale <= variable.decimals &&
             policies::compare(edge, *variable.min) >= 0 &&
             policies::compare(edge, *variable.max) <= 0;
    };
    return fits(bucket.low) && fits(bucket.high) && policies::compare(bucket.low, bucket.high) < 0;
  }

  [[nodiscard]] std::string edge_text(const WidthBucket& bucket, int edge) const {
    constexpr int finer = 2;
    const int scale = std::max(bucket.low.scale, bucket.high.scale);
    const auto raised = [&](const Decimal& value) {
      Int128 mantissa = value.mantissa;
      for (int i = value.scale; i < scale; ++i) mantissa *= 10;
      return mantissa;
    };
    const Int128 low = raised(bucket.low);
    const Int128 sum = low * bucket.buckets + (raised(bucket.high) - low) * edge;
    std::string text =
        to_string(quotient(exact(sum, scale), exact(bucket.buckets, 0)), scale + finer);
    if (text.find('.') != std::string::npos) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.ends_with('.')) text.pop_back();
    }
    return number_text(text, language_);
  }

  void series(const std::vector<std::size_t>& sides) {
    const auto& tabulation = table_.tabulation;
    if (chart_ == Chart::box) {
      rank_columns();
      for (const std::size_t column : columns_) {
        data_.series.push_back(describe(tabulation.columns[column]));
      }
    } else if (tabulation.dimensions.size() < 2) {
      data_.series = {""};
    } else {
      for (const std::size_t side : sides) {
        data_.series.push_back(
            label_at(tabulation.dimensions[1], table_.domains[1], side, codebook_, language_));
      }
    }
  }

  /// Box: columns from the minimum over the quantiles by fraction to the maximum.
  void rank_columns() {
    const auto& columns = table_.tabulation.columns;
    columns_.resize(columns.size());
    std::iota(columns_.begin(), columns_.end(), std::size_t{0});
    const auto rank = [&](std::size_t i) {
      const Function function = columns[i].statistic.function;
      return function == Function::minimum ? 0 : function == Function::maximum ? 2 : 1;
    };
    std::stable_sort(columns_.begin(), columns_.end(), [&](std::size_t a, std::size_t b) {
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      return rank(a) == 1 &&
             policies::compare(columns[a].statistic.fraction, columns[b].statistic.fraction) < 0;
    });
    const auto where = [&](const Decimal& fraction) {
      const auto at = std::find_if(columns_.begin(), columns_.end(), [&](std::size_t i) {
        return rank(i) == 1 && policies::compare(columns[i].statistic.fraction, fraction) == 0;
      });
      return static_cast<std::size_t>(at - columns_.begin());
    };
    data_.lower = where({25, 2});
    data_.middle = where({5, 1});
    data_.upper = where({75, 2});
  }

  [[nodiscard]] std::optional<Message> too_many() const {
    const bool narrow = chart_ == Chart::bar || chart_ == Chart::box;
    const std::size_t most = narrow ? max_bars : max_points;
    const std::size_t groups = narrow && chart_ != Chart::box ? data_.series.size() : 1;
    if (data_.categories.size() * groups > most) {
      return Message{"figure.too_many_categories",
                     {std::to_string(data_.categories.size() * groups), std::to_string(most)}};
    }
    if (chart_ != Chart::box && data_.series.size() > max_series) {
      return Message{"figure.too_many_series",
                     {std::to_string(data_.series.size()), std::to_string(max_series)}};
    }
    return std::nullopt;
  }

  void fill(const std::vector<std::size_t>& rows, const std::vector<std::size_t>& sides) {
    const auto place_in = [](const std::vector<std::size_t>& order) {
      std::vector<std::size_t> place(order.size());
      for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
      return place;
    };
    const auto row_place = place_in(rows);
    const auto side_place = place_in(sides);
    data_.points.assign(data_.series.size(), std::vector<Point>(data_.categories.size()));
    for (const Cell& cell : table_.cells) {
      const auto member = [&](std::size_t d) { return static_cast<std::size_t>(cell.key[d]); };
      const std::size_t category = cell.key.empty() ? 0 : row_place[member(0)];
      if (chart_ == Chart::box) {
        for (std::size_t s = 0; s < columns_.size(); ++s) {
          data_.points[s][category] = point(cell, columns_[s]);
        }
      } else {
        const std::size_t side = cell.key.size() > 1 ? side_place[member(1)] : 0;
        data_.points[side][category] = point(cell, 0);
      }
    }
  }

  [[nodiscard]] Point point(const Cell& cell, std::size_t column) const {
    if (cell.suppressed) return {Point::Kind::suppressed, 0, ""};
    const int decimals = released_decimals(table_.tabulation.columns[column], codebook_);
    const std::string plain = to_string(cell.columns[column].value, decimals);
    const auto at = number_of(plain);
    if (!at) return {};
    return {Point::Kind::value, *at, number_text(plain, language_)};
  }

  const Table& table_;
  Chart chart_;
  const Codebook& codebook_;
  std::string_view language_;
  std::vector<std::size_t> columns_;  ///< box: the table's columns by position
  FigureData data_;
};

}  // namespace

FigureWords words_of(Chart chart, std::string_view language) {
  const bool french = language == "fr";
  FigureWords words{"", french ? "par" : "by", french ? "non diffusé" : "suppressed",
                    french ? "sans valeur" : "no value"};
  switch (chart) {
    case Chart::bar:
      words.chart = french ? "Diagramme en barres" : "Bar chart";
      break;
    case Chart::histogram:
      words.chart = french ? "Histogramme" : "Histogram";
      break;
    case Chart::line:
      words.chart = french ? "Courbe" : "Line chart";
      break;
    case Chart::box:
      words.chart = french ? "Boîtes à moustaches" : "Box plot";
      break;
  }
  return words;
}

std::string number_text(std::string_view plain, std::string_view language) {
  const bool french = language == "fr";
  const bool negative = plain.starts_with('-');
  if (negative) plain.remove_prefix(1);
  const std::size_t point = std::min(plain.find('.'), plain.size());
  std::string text(negative ? minus : "");
  for (std::size_t i = 0; i < point; ++i) {
    if (i > 0 && (point - i) % digits_a_group == 0) text += french ? thin_space : ",";
    text += plain[i];
  }
  if (point < plain.size()) {
    text += french ? ',' : '.';
    text += plain.substr(point + 1);
  }
  return text;
}

std::variant<FigureData, Message> figure_data(const Table& table, Chart chart,
                                              const Codebook& codebook, std::string_view language) {
  return Reader(table, chart, codebook, language).read();
}

}  // namespace sceau::disclosure

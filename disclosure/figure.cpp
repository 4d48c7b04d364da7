// The four charts.

#include "disclosure/figure.h"

#include <algorithm>

#include "disclosure/figure_canvas.h"

namespace sceau::disclosure {
namespace {

constexpr std::size_t label_characters = 34;
constexpr double axis_height = 40;  // numbers and what they are
constexpr double number_room = 62;  // left of a vertical axis

/// Room for the categories' labels left of the plot.
double label_room(const FigureData& data) {
  double widest = 40;
  for (const auto& label : data.categories) {
    widest = std::max(widest, text_width(shortened(label, label_characters)));
  }
  return widest + 26;
}

std::string bar_chart(const FigureData& data, std::string_view language) {
  constexpr double thickness = 14;
  constexpr double gap = 8;
  const auto sides = static_cast<double>(data.series.size());
  const double band = sides * thickness + gap;
  Canvas canvas(data, Chart::bar, language, label_room(data),
                band * static_cast<double>(data.categories.size()), axis_height);
  const Frame& frame = canvas.frame();
  double least = 0;
  double most = 0;
  (void)range_of(data, true, least, most);
  const Scale scale = round_scale(least, most, frame.left, frame.right - 20);
  canvas.axis_below(scale);
  const double zero = scale.at(0);
  for (std::size_t c = 0; c < data.categories.size(); ++c) {
    const double top = frame.top + band * static_cast<double>(c) + gap / 2;
    canvas.text(frame.left - 8, top + sides * thickness / 2 + 4, "end",
                shortened(data.categories[c], label_characters));
    for (std::size_t s = 0; s < data.series.size(); ++s) {
      const Point& point = data.points[s][c];
      const double y = top + thickness * static_cast<double>(s);
      if (point.kind != Point::Kind::value) {
        canvas.absent(zero + 8, y + thickness - 3, point, canvas.name_of(s, c));
        continue;
      }
      const double end = scale.at(point.at);
      canvas.svg().shape("rect",
                         {{"x", std::min(zero, end)},
                          {"y", y},
                          {"width", std::max(zero, end) - std::min(zero, end)},
                          {"height", thickness - 1},
                          {"fill", colour(s)}},
                         canvas.name_of(s, c));
      canvas.text(end + (point.at < 0 ? -4 : 4), y + thickness - 3, point.at < 0 ? "end" : "start",
                  point.text);
    }
  }
  return canvas.take();
}

/// Labels below the plot, as many as there is room for.
void labels_below(Canvas& canvas, const std::vector<std::pair<double, std::string>>& labels) {
  double free = -1e9;
  for (const auto& [x, label] : labels) {
    const std::string shown = shortened(label, label_characters);
    const double half = text_width(shown) / 2;
    if (x - half < free) continue;
    canvas.text(x, canvas.frame().bottom + 16, "middle", shown);
    free = x + half + 6;
  }
}

std::string line_chart(const FigureData& data, std::string_view language) {
  constexpr double height = 320;
  Canvas canvas(data, Chart::line, language, number_room, height, axis_height - 12);
  const Frame& frame = canvas.frame();
  double least = 0;
  double most = 0;
  if (range_of(data, false, least, most) && least > 0 && least < most / 2) least = 0;
  const Scale up = round_scale(least, most, frame.bottom, frame.top);
  canvas.axis_left(up);
  Scale along;
  along.from = frame.left + 20;
  along.to = frame.right - 20;
  const double first = data.positions.empty() ? 0 : data.positions.front();
  const double last = data.positions.empty() ? 0 : data.positions.back();
  along.low = last > first ? first : first - 1;
  along.high = last > first ? last : first + 1;
  for (std::size_t s = 0; s < data.series.size(); ++s) {
    const auto point_at = [&](std::size_t c) {
      return data.points[s][c].kind == Point::Kind::value;
    };
    for (std::size_t c = 0; c < data.categories.size(); ++c) {
      const double x = along.at(data.positions[c]);
      if (!point_at(c)) {
        canvas.absent(x + 6 * static_cast<double>(s), frame.bottom - 4, data.points[s][c],
                      canvas.name_of(s, c));
        continue;
      }
      const double y = up.at(data.points[s][c].at);
      const bool joined = c > 0 && point_at(c - 1) && data.joined[c] && data.joined[c - 1];
      if (joined) {
        canvas.svg().element("line", {{"x1", along.at(data.positions[c - 1])},
                                      {"y1", up.at(data.points[s][c - 1].at)},
                                      {"x2", x},
                                      {"y2", y},
                                      {"stroke", colour(s)},
                                      {"stroke-width", "2"}});
      }
      canvas.svg().shape("circle", {{"cx", x}, {"cy", y}, {"r", "3.5"}, {"fill", colour(s)}},
                         canvas.name_of(s, c));
    }
  }
  std::vector<std::pair<double, std::string>> labels;
  for (std::size_t c = 0; c < data.categories.size(); ++c) {
    labels.emplace_back(along.at(data.positions[c]), data.categories[c]);
  }
  labels_below(canvas, labels);
  return canvas.take();
}

/// Places of a histogram's classes: 0 and n + 1 stand apart, beyond them NULL.
class Classes {
 public:
  Classes(const FigureData& data, const Frame& frame) : count_(data.bucket_count) {
    const auto has = [&](int bucket) {
      return std::find(data.buckets.begin(), data.buckets.end(), bucket) != data.buckets.end();
    };
    before_ = has(0) ? apart : 0;
    const double after = (has(count_ + 1) ? apart : 0) + (has(count_ + 2) ? apart : 0);
    width_ = (frame.right - frame.left) / (before_ + count_ + after);
    left_ = frame.left;
    inner_end_ = before_ + count_ + (has(count_ + 1) ? apart : 0);
  }

  [[nodiscard]] double edge(int number) const { return left_ + width_ * (before_ + number); }
  [[nodiscard]] double begin(int bucket) const {
    if (bucket == 0) return left_;
    if (bucket <= count_) return edge(bucket - 1);
    return bucket == count_ + 1 ? edge(count_) + width_ * (apart - 1)
                                : left_ + width_ * (inner_end_ + apart - 1);
  }
  [[nodiscard]] double width() const { return width_; }

 private:
  static constexpr double apart = 1.5;
  int count_;
  double before_ = 0, width_ = 1, left_ = 0, inner_end_ = 0;
};

std::string histogram(const FigureData& data, std::string_view language) {
  constexpr double height = 320;
  Canvas canvas(data, Chart::histogram, language, number_room, height, axis_height - 12);
  const Frame& frame = canvas.frame();
  double least = 0;
  double most = 0;
  (void)range_of(data, true, least, most);
  const Scale up = round_scale(least, most, frame.bottom, frame.top);
  canvas.axis_left(up);
  const Classes classes(data, frame);
  std::vector<std::pair<double, std::string>> labels;
  for (std::size_t c = 0; c < data.categories.size(); ++c) {
    const int bucket = data.buckets[c];
    const double x = classes.begin(bucket);
    const double middle = x + classes.width() / 2;
    const bool outside = bucket < 1 || bucket > data.bucket_count;
    if (outside || data.edges.empty()) labels.emplace_back(middle, data.categories[c]);
    const Point& point = data.points[0][c];
    if (point.kind != Point::Kind::value) {
      canvas.absent(middle, frame.bottom - 4, point, canvas.name_of(0, c));
      continue;
    }
    const double top = up.at(point.at);
    canvas.svg().shape("rect",
                       {{"x", x},
                        {"y", top},
                        {"width", std::max(classes.width() - 0.5, 0.5)},
                        {"height", frame.bottom - top},
                        {"fill", outside ? colour(7) : colour(0)}},
                       canvas.name_of(0, c));
  }
  for (std::size_t edge = 0; edge < data.edges.size(); ++edge) {
    labels.emplace_back(classes.edge(static_cast<int>(edge)), data.edges[edge]);
  }
  std::sort(labels.begin(), labels.end());
  labels_below(canvas, labels);
  return canvas.take();
}

void box(Canvas& canvas, const FigureData& data, const Scale& scale, std::size_t c, double middle) {
  constexpr double half = 9;
  constexpr std::string_view ink = "#222222";
  const auto at = [&](std::size_t s) -> const Point& { return data.points[s][c]; };
  const auto is_value = [&](std::size_t s) { return at(s).kind == Point::Kind::value; };
  const auto place = [&](std::size_t s) { return scale.at(at(s).at); };
  const auto stroke = [&](double x1, double y1, double x2, double y2, std::string_view width) {
    canvas.svg().element(
        "line",
        {{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}, {"stroke", ink}, {"stroke-width", width}});
  };
  for (const std::size_t quartile : {data.lower, data.middle, data.upper}) {
    if (is_value(quartile)) continue;
    canvas.absent(canvas.frame().left + 14, middle + 4, at(quartile), canvas.name_of(quartile, c));
    return;
  }
  const auto whisker = [&](std::size_t outer, std::size_t quartile) {
    if (outer == quartile || !is_value(outer)) return;
    stroke(place(outer), middle, place(quartile), middle, "1");
    stroke(place(outer), middle - half / 2, place(outer), middle + half / 2, "1");
  };
  whisker(0, data.lower);
  whisker(data.series.size() - 1, data.upper);
  std::string title;
  for (std::size_t s = 0; s < data.series.size(); ++s) {
    title += (title.empty() ? "" : "; ") + canvas.name_of(s, c);
  }
  canvas.svg().shape("rect",
                     {{"x", place(data.lower)},
                      {"y", middle - half},
                      {"width", std::max(place(data.upper) - place(data.lower), 1.0)},
                      {"height", 2 * half},
                      {"fill", "#9ecae1"},
                      {"stroke", ink}},
                     title);
  stroke(place(data.middle), middle - half, place(data.middle), middle + half, "2.5");
}

std::string box_chart(const FigureData& data, std::string_view language) {
  constexpr double band = 34;
  Canvas canvas(data, Chart::box, language, label_room(data),
                band * static_cast<double>(data.categories.size()), axis_height);
  const Frame& frame = canvas.frame();
  double least = 0;
  double most = 0;
  (void)range_of(data, false, least, most);
  const Scale scale = round_scale(least, most, frame.left, frame.right);
  canvas.axis_below(scale);
  for (std::size_t c = 0; c < data.categories.size(); ++c) {
    const double middle = frame.top + band * (static_cast<double>(c) + 0.5);
    canvas.text(frame.left - 8, middle + 4, "end", shortened(data.categories[c], label_characters));
    box(canvas, data, scale, c, middle);
  }
  return canvas.take();
}

}  // namespace

std::variant<std::string, Message> draw(const Table& table, Chart chart,
                                        const policies::Codebook& codebook,
                                        std::string_view language) {
  if (auto refusal = why_no_figure(table.tabulation, chart)) return *refusal;
  auto read = figure_data(table, chart, codebook, language);
  if (auto* refusal = std::get_if<Message>(&read)) return *refusal;
  const auto& data = std::get<FigureData>(read);
  switch (chart) {
    case Chart::bar:
      return bar_chart(data, language);
    case Chart::histogram:
      return histogram(data, language);
    case Chart::line:
      return line_chart(data, language);
    case Chart::box:
      return box_chart(data, language);
  }
  return Message{"figure.margins", {}};
}

}  // namespace sceau::disclosure

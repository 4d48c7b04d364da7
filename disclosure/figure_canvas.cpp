#include "disclosure/figure_canvas.h"

#include <algorithm>
#include <array>

namespace sceau::disclosure {
namespace {

constexpr double margin = 16;
constexpr double line_height = 18;
constexpr double swatch = 10;
constexpr double character_width = 6.8;  // of a sans-serif at 12 pixels, on the wide side
constexpr std::size_t heading_characters = 104;
constexpr std::size_t legend_characters = 30;
constexpr std::string_view suppressed_mark = "\xC3\x97";
constexpr std::string_view empty_mark = "\xE2\x80\x93";
constexpr std::string_view ink = "#222222";
constexpr std::string_view grid = "#dddddd";

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  }));
}

double legend_item(std::string_view label) {
  return swatch + 6 + text_width(shortened(label, legend_characters)) + 16;
}

bool has_legend(const FigureData& data, Chart chart) {
  return chart != Chart::box && data.series.size() > 1;
}

double legend_height(const FigureData& data, Chart chart) {
  if (!has_legend(data, chart)) return 0;
  double x = margin;
  double rows = 1;
  for (const auto& label : data.series) {
    if (x > margin && x + legend_item(label) > figure_width - margin) {
      x = margin;
      ++rows;
    }
    x += legend_item(label);
  }
  return rows * line_height;
}

}  // namespace

std::string colour(std::size_t series) {
  constexpr std::array<std::string_view, max_series> palette = {
      "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#666666"};
  return std::string(palette[series % palette.size()]);
}

std::string shortened(std::string_view text, std::size_t most) {
  if (characters(text) <= most) return std::string(text);
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80 && ++seen == most) break;
  }
  return std::string(text.substr(0, end)) + "\xE2\x80\xA6";
}

double text_width(std::string_view text) {
  return character_width * static_cast<double>(characters(text));
}

bool range_of(const FigureData& data, bool zero, double& least, double& most) {
  bool any = zero;
  least = 0;
  most = 0;
  for (const auto& series : data.points) {
    for (const Point& point : series) {
      if (point.kind != Point::Kind::value) continue;
      least = any ? std::min(least, point.at) : point.at;
      most = any ? std::max(most, point.at) : point.at;
      any = true;
    }
  }
  return any;
}

Canvas::Canvas(const FigureData& data, Chart chart, std::string_view language, double left,
               double plot_height, double below)
    : data_(data), chart_(chart), language_(language), words_(words_of(chart, language)) {
  frame_.left = left;
  frame_.right = figure_width - 3 * margin;
  frame_.top = margin + line_height + legend_height(data, chart) + 12;
  frame_.bottom = frame_.top + plot_height;
  const double end = frame_.bottom + below;
  const double notes_height =
      any(Point::Kind::suppressed) || any(Point::Kind::none) ? line_height : 0;
  head(end + notes_height + margin / 2);
  legend();
  notes(end + line_height / 2);
}

void Canvas::head(double height) {
  const std::string title = std::string(words_.chart) + ": " + data_.heading;
  svg_.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                    {"viewBox", "0 0 " + Svg::Attribute("", figure_width).value + " " +
                                    Svg::Attribute("", height).value},
                    {"width", figure_width},
                    {"height", height},
                    {"role", "img"},
                    {"aria-labelledby", "title description"},
                    {"xml:lang", language_ == "fr" ? "fr" : "en"},
                    {"font-family", "sans-serif"},
                    {"font-size", "12"},
                    {"fill", ink}});
  svg_.element("title", {{"id", "title"}}, title);
  svg_.element("desc", {{"id", "description"}}, description());
  svg_.element("rect", {{"width", figure_width}, {"height", height}, {"fill", "#ffffff"}});
  svg_.element("text",
               {{"x", margin}, {"y", margin + 6}, {"font-size", "14"}, {"font-weight", "bold"}},
               shortened(data_.heading, heading_characters));
}

void Canvas::legend() {
  if (!has_legend(data_, chart_)) return;
  double x = margin;
  double y = margin + line_height + 8;
  for (std::size_t s = 0; s < data_.series.size(); ++s) {
    const double item = legend_item(data_.series[s]);
    if (x > margin && x + item > figure_width - margin) {
      x = margin;
      y += line_height;
    }
    svg_.element("rect", {{"x", x},
                          {"y", y - swatch + 1},
                          {"width", swatch},
                          {"height", swatch},
                          {"fill", colour(s)}});
    text(x + swatch + 6, y, "start", shortened(data_.series[s], legend_characters));
    x += item;
  }
}

void Canvas::notes(double y) {
  std::string note;
  if (any(Point::Kind::suppressed)) {
    note = std::string(suppressed_mark) + " " + std::string(words_.suppressed);
  }
  if (any(Point::Kind::none)) {
    note +=
        (note.empty() ? "" : "   ") + std::string(empty_mark) + " " + std::string(words_.no_value);
  }
  if (!note.empty()) text(margin, y, "start", note);
}

bool Canvas::any(Point::Kind kind) const {
  return std::any_of(data_.points.begin(), data_.points.end(), [&](const auto& series) {
    return std::any_of(series.begin(), series.end(),
                       [&](const Point& point) { return point.kind == kind; });
  });
}

std::string Canvas::name_of(std::size_t series, std::size_t category) const {
  const Point& point = data_.points[series][category];
  std::string name = data_.categories[category];
  const auto& side = data_.series[series];
  if (!side.empty()) name += (name.empty() ? "" : ", ") + side;
  if (!name.empty()) name += ": ";
  switch (point.kind) {
    case Point::Kind::value:
      return name + point.text;
    case Point::Kind::suppressed:
      return name + std::string(words_.suppressed);
    case Point::Kind::none:
      return name + std::string(words_.no_value);
  }
  return name;
}

std::string Canvas::description() const {
  std::string all;
  for (std::size_t c = 0; c < data_.categories.size(); ++c) {
    for (std::size_t s = 0; s < data_.series.size(); ++s) {
      all += (all.empty() ? "" : "; ") + name_of(s, c);
    }
  }
  return all.empty() ? std::string(words_.no_value) : all;
}

void Canvas::text(double x, double y, std::string_view anchor, std::string_view words) {
  svg_.element("text", {{"x", x}, {"y", y}, {"text-anchor", anchor}}, words);
}

void Canvas::axis_below(const Scale& scale) {
  for (const double tick : scale.ticks) {
    const double x = scale.at(tick);
    svg_.element("line", {{"x1", x},
                          {"y1", frame_.top},
                          {"x2", x},
                          {"y2", frame_.bottom},
                          {"stroke", tick == 0 ? ink : grid}});
    text(x, frame_.bottom + 16, "middle", scale.label(tick, language_));
  }
  text((frame_.left + frame_.right) / 2, frame_.bottom + 34, "middle",
       shortened(data_.statistic, heading_characters));
}

void Canvas::axis_left(const Scale& scale) {
  for (const double tick : scale.ticks) {
    const double y = scale.at(tick);
    svg_.element("line", {{"x1", frame_.left},
                          {"y1", y},
                          {"x2", frame_.right},
                          {"y2", y},
                          {"stroke", tick == 0 ? ink : grid}});
    text(frame_.left - 6, y + 4, "end", scale.label(tick, language_));
  }
}

void Canvas::absent(double x, double y, const Point& point, std::string_view title) {
  svg_.open("text", {{"x", x}, {"y", y}, {"text-anchor", "middle"}, {"font-weight", "bold"}});
  svg_.element("title", {}, title);
  svg_.element("tspan", {}, point.kind == Point::Kind::suppressed ? suppressed_mark : empty_mark);
  svg_.close();
}

}  // namespace sceau::disclosure

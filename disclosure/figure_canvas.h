#pragma once
// What all figures share: the document's head, legend, axes, marks of absent cells.

#include <string>
#include <string_view>

#include "disclosure/figure_data.h"
#include "disclosure/figure_scale.h"
#include "disclosure/svg.h"

namespace sceau::disclosure {

/// Places of the plot's sides, in user units (pixels at 100 %); y grows downwards.
struct Frame {
  double left = 0, top = 0, right = 0, bottom = 0;
};

inline constexpr double figure_width = 760;

/// The colour of a series: eight that people with any colour vision tell apart (Okabe and Ito,
/// "Color Universal Design", 2008).
[[nodiscard]] std::string colour(std::size_t series);

/// Cut to `most` characters, with an ellipsis.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);
/// About how wide a text is at the figure's size.
[[nodiscard]] double text_width(std::string_view text);

class Canvas {
 public:
  /// `plot_height`: of the frame; the document is as high as all of it needs.
  Canvas(const FigureData& data, Chart chart, std::string_view language, double left,
         double plot_height, double below);

  [[nodiscard]] const Frame& frame() const { return frame_; }
  [[nodiscard]] Svg& svg() { return svg_; }

  void text(double x, double y, std::string_view anchor, std::string_view words);
  /// Lines across the plot with their numbers; the scale's places are x, or y.
  void axis_below(const Scale& scale);
  void axis_left(const Scale& scale);
  /// In place of a cell that is not shown.
  void absent(double x, double y, const Point& point, std::string_view title);
  /// "Paris, Filles: 325"
  [[nodiscard]] std::string name_of(std::size_t series, std::size_t category) const;

  [[nodiscard]] std::string take() { return svg_.take(); }

 private:
  void head(double height);
  void legend();
  void notes(double y);
  [[nodiscard]] bool any(Point::Kind kind) const;
  [[nodiscard]] std::string description() const;

  const FigureData& data_;
  Chart chart_;
  std::string_view language_;
  FigureWords words_;
  Frame frame_;
  Svg svg_;
};

/// The least and greatest value shown; `zero`: 0 is one of them. False where none is shown.
[[nodiscard]] bool range_of(const FigureData& data, bool zero, double& least, double& most);

}  // namespace sceau::disclosure

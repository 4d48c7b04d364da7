#include "disclosure/figure_scale.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "disclosure/figure_data.h"

namespace sceau::disclosure {
namespace {

/// 10^exponent to the nearest double, whatever the machine's pow() does.
double power_of_ten(int exponent) {
  const std::string text = "1e" + std::to_string(exponent);
  double power = 0;
  std::from_chars(text.data(), text.data() + text.size(), power);
  return power;
}

}  // namespace

std::string Scale::label(double tick, std::string_view language) const {
  std::array<char, 400> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), tick + 0.0,
                                 std::chars_format::fixed, decimals);
  return number_text({digits.data(), end.ptr}, language);
}

Scale round_scale(double least, double most, double from, double to) {
  constexpr double most_ticks = 6;
  constexpr int finest = -12;
  constexpr int coarsest = 300;
  if (!(most > least)) {
    const double around = std::max(std::abs(least), 1.0);
    most = least + around;
    if (least != 0) least -= around;
  }
  Scale scale;
  scale.from = from;
  scale.to = to;
  double step = 0;
  int exponent = finest;
  for (; exponent < coarsest && step == 0; ++exponent) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tried = factor * power_of_ten(exponent);
      if (step == 0 && (most - least) / tried <= most_ticks) step = tried;
    }
  }
  scale.decimals = std::max(0, -(exponent - 1));
  const double first = std::floor(least / step);
  const double last = std::ceil(most / step);
  scale.low = first * step;
  scale.high = last * step;
  for (double tick = first; tick <= last; tick += 1) scale.ticks.push_back(tick * step);
  return scale;
}

}  // namespace sceau::disclosure

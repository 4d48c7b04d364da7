#include "disclosure/source.h"

#include <algorithm>

namespace sceau::disclosure {
namespace {

template <typename T>
void slice(const std::vector<T>& from, std::uint32_t first, std::uint32_t count,
           std::vector<T>& to) {
  if (from.empty()) return to.clear();
  const auto begin = from.begin() + static_cast<std::ptrdiff_t>(first);
  to.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
}

// For sources that decode a segment in one piece.
class WholeColumn final : public LoadedColumn {
 public:
  void decode(std::uint32_t first, std::uint32_t count, Segment& out) override {
    out.kind = all.kind;
    slice(all.codes, first, count, out.codes);
    slice(all.scaled, first, count, out.scaled);
    slice(all.real, first, count, out.real);
    slice(all.present, first, count, out.present);
  }

  Segment all;
};

}  // namespace

void Source::load(std::size_t segment, std::string_view column,
                  std::unique_ptr<LoadedColumn>& into) const {
  if (dynamic_cast<WholeColumn*>(into.get()) == nullptr) into = std::make_unique<WholeColumn>();
  read(segment, column, static_cast<WholeColumn&>(*into).all);
}

}  // namespace sceau::disclosure

#include "disclosure/columns.h"

#include "disclosure/fault.h"

namespace sceau::disclosure {

std::size_t ColumnSet::use(std::string_view name) {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i].name == name) return i;
  }
  for (const ColumnInfo& info : known_) {
    if (info.name == name) {
      used_.push_back(info);
      return used_.size() - 1;
    }
  }
  if (name == "vintage") {  // every source has it
    used_.push_back({std::string(name), ColumnKind::codes, 0});
    return used_.size() - 1;
  }
  throw DisclosureError(Fault::unknown_variable,
                        "there is no variable \"" + std::string(name) + "\" to tabulate");
}

}  // namespace sceau::disclosure

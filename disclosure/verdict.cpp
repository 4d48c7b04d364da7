#include "disclosure/verdict.h"

namespace sceau::disclosure {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::review:
      return "review";
    case Verdict::fail:
      return "fail";
  }
  return "fail";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  for (const Verdict verdict : {Verdict::pass, Verdict::review, Verdict::fail}) {
    if (to_string(verdict) == text) return verdict;
  }
  return std::nullopt;
}

}  // namespace sceau::disclosure

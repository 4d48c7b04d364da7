#include "disclosure/together.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <set>

#include "disclosure/fault.h"
#include "policies/digest.h"

namespace sceau::disclosure {
namespace {

using Element = PrimeField::Element;
using Atoms = std::vector<std::uint32_t>;  // ascending

// More pairs than these aren't listed, and not more looked at: the answer is incomplete then.
constexpr std::size_t most_pairs = 1'000;
constexpr std::size_t most_looks = 20'000'000;

// A verdict must be the same years later, and nobody may choose rows to fit the prime: so primes
// follow from the bytes of everything that was asked.
std::uint64_t seed_of(const std::string& bytes) {
  const auto digest = policies::digest_of(bytes);
  std::uint64_t seed = 0;
  std::memcpy(&seed, digest.data(), sizeof seed);
  return seed;
}

// The cells of one question modulo one prime, with a vector that is orthogonal to those of earlier
// tables and one that is orthogonal to the new ones too.
class Modulo {
 public:
  Modulo(const ReleasedCells& cells, const std::vector<ReleasedCell>& asked, const Asking& asking,
         std::uint64_t& state, std::uint64_t done)
      : cells_(&cells),
        asking_(&asking),
        field_(state),
        space_(field_, holders(cells, asked)),
        steps_(done) {
    const auto first_new = std::ranges::find(asked, asking.table, &ReleasedCell::table);
    before = add({asked.begin(), first_new}, state);
    const std::size_t rank = space_.rank();
    after = before;
    if (in_budget()) after = add({first_new, asked.end()}, state);
    tells = space_.rank() != rank;
  }

  [[nodiscard]] bool in_budget() const { return steps_ <= asking_->steps; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  [[nodiscard]] Element sum(const std::vector<Element>& vector, const Atoms& atoms) const {
    Element sum = 0;
    for (const std::uint32_t atom : atoms) sum = field_.add(sum, vector[atom]);
    return sum;
  }
  [[nodiscard]] bool follows(const Atoms& atoms) const { return sum(after, atoms) == 0; }
  [[nodiscard]] bool followed(const Atoms& atoms) const { return sum(before, atoms) == 0; }
  [[nodiscard]] const std::vector<ReleasedCell>& independent() const { return independent_; }
  [[nodiscard]] Element negative(Element element) const { return field_.negative(element); }

  // The cells whose combination a set is; empty where it is none.
  [[nodiscard]] std::vector<ReleasedCell> combination(const Atoms& atoms) {
    std::vector<ReleasedCell> found;
    const auto rows = space_.combination(atoms);
    if (!rows) return found;
    for (const std::uint32_t row : *rows) found.push_back(independent_[row]);
    return found;
  }

  std::vector<Element> before;
  std::vector<Element> after;
  bool tells = false;  // whether the new cells say more than the earlier ones

 private:
  static std::vector<std::uint32_t> holders(const ReleasedCells& cells,
                                            const std::vector<ReleasedCell>& asked) {
    std::vector<std::uint32_t> counts(cells.atoms(), 0);
    for (const ReleasedCell& cell : asked) {
      for (const std::uint32_t atom : cells.atoms(cell)) ++counts[atom];
    }
    return counts;
  }

  // A cell that is orthogonal to a random vector that the space is orthogonal to is in the space:
  // most of a thousand tables' cells are, and cost a look. The vector is drawn anew when it has
  // grown too old to tell.
  std::vector<Element> add(const std::vector<ReleasedCell>& more, std::uint64_t& state) {
    auto vector = space_.orthogonal(state);
    std::uint64_t wasted = 0;
    bool stale = false;
    for (const ReleasedCell& cell : more) {
      if (!in_budget()) return vector;
      if (asking_->cancelled && asking_->cancelled())
        throw DisclosureError(Fault::cancelled, "cancelled");
      const auto atoms = cells_->atoms(cell);
      steps_ += atoms.size();
      Element product = 0;
      for (const std::uint32_t atom : atoms) product = field_.add(product, vector[atom]);
      if (product == 0) continue;
      const std::uint64_t start = steps_;
      if (space_.add(atoms, steps_)) {
        independent_.push_back(cell);
        stale = true;
        continue;
      }
      wasted += steps_ - start;
      if (wasted <= space_.entries()) continue;
      vector = space_.orthogonal(state);
      steps_ += space_.entries();
      wasted = 0;
      stale = false;
    }
    if (stale) {
      vector = space_.orthogonal(state);
      steps_ += space_.entries();
    }
    return vector;
  }

  const ReleasedCells* cells_;
  const Asking* asking_;
  PrimeField field_;
  RowSpace space_;
  std::uint64_t steps_;  // those of before included
  std::vector<ReleasedCell> independent_;
};

// The sets that are asked of, and which of them follow. What follows modulo either prime is told,
// what followed before modulo both is not: where the two differ, a person looks rather than nobody.
class Search {
 public:
  Search(const ReleasedCells& cells, const std::vector<ReleasedCell>& asked,
         const std::vector<Hidden>& hidden, const Asking& asking, std::deque<Modulo>& moduli)
      : cells_(&cells), hidden_(&hidden), asking_(&asking), moduli_(&moduli) {
    for (const ReleasedCell& cell : asked) {  // new cells are judged as what they are
      const auto atoms = cells.atoms(cell);
      if (cell.table == asking.table && atoms.size() <= 2)
        told_.emplace(atoms.begin(), atoms.end());
    }
  }

  Answer run() {
    for (std::size_t i = 0; i < hidden_->size(); ++i) ask_of_hidden(i);
    std::vector<bool> alone(cells_->atoms(), false);
    for (std::uint32_t atom = 0; atom < cells_->atoms(); ++atom) {
      if (!cells_->released(atom)) continue;
      alone[atom] = follows({atom});
      if (alone[atom] && !followed({atom})) tell({atom}, std::nullopt);
    }
    Answer answer;
    answer.complete = true;
    for (const Modulo& modulo : *moduli_) {
      answer.complete = ask_of_pairs(modulo, alone) && answer.complete;
    }
    answer.sets = std::move(found_);
    return answer;
  }

 private:
  [[nodiscard]] bool follows(const Atoms& atoms) const {
    return std::ranges::any_of(*moduli_, [&](const Modulo& one) { return one.follows(atoms); });
  }
  [[nodiscard]] bool followed(const Atoms& atoms) const {
    return std::ranges::all_of(*moduli_, [&](const Modulo& one) { return one.followed(atoms); });
  }

  // A hidden cell that cuts an atom doesn't follow.
  void ask_of_hidden(std::size_t number) {
    const Hidden& asked = (*hidden_)[number];
    if (asked.table != asking_->table && asked.rows >= asking_->pair_rows) return;  // never few
    const std::vector<std::uint32_t>& profiles = asked.profiles;
    std::map<std::uint32_t, std::size_t> inside;
    for (const std::uint32_t profile : profiles) ++inside[cells_->atom_of(profile)];
    Atoms atoms;
    for (const auto& [atom, count] : inside) {
      if (!cells_->released(atom) || count != cells_->profiles()[atom].size()) return;
      atoms.push_back(atom);
    }
    if (follows(atoms) && !followed(atoms)) tell(atoms, number);
  }

  // Two atoms whose entries cancel. False: too many.
  bool ask_of_pairs(const Modulo& modulo, const std::vector<bool>& alone) {
    std::vector<std::pair<Element, std::uint32_t>> by_entry;
    for (std::uint32_t atom = 0; atom < alone.size(); ++atom) {
      const bool small = cells_->rows(atom) < asking_->pair_rows;
      if (small && !alone[atom] && cells_->released(atom)) {
        by_entry.emplace_back(modulo.after[atom], atom);
      }
    }
    std::ranges::sort(by_entry);
    for (const auto& [entry, atom] : by_entry) {
      auto other =
          std::ranges::lower_bound(by_entry, std::pair(modulo.negative(entry), std::uint32_t{0}));
      for (; other != by_entry.end() && other->first == modulo.negative(entry); ++other) {
        if (++looks_ > most_looks) return false;
        if (other->second <= atom) continue;
        const Atoms both = {atom, other->second};
        if (cells_->rows(atom) + cells_->rows(other->second) >= asking_->pair_rows) continue;
        if (followed(both)) continue;
        if (++pairs_ > most_pairs) return false;
        tell(both, std::nullopt);
      }
    }
    return true;
  }

  void tell(const Atoms& atoms, std::optional<std::size_t> hidden) {
    if (!told_.insert(atoms).second) return;
    Follows one;
    one.hidden = hidden;
    for (const std::uint32_t atom : atoms) {
      const auto& more = cells_->profiles()[atom];
      one.profiles.insert(one.profiles.end(), more.begin(), more.end());
    }
    std::ranges::sort(one.profiles);
    for (Modulo& modulo : *moduli_) {
      if (one.from.empty() && modulo.follows(atoms)) one.from = modulo.combination(atoms);
    }
    found_.push_back(std::move(one));
  }

  const ReleasedCells* cells_;
  const std::vector<Hidden>* hidden_;
  const Asking* asking_;
  std::deque<Modulo>* moduli_;
  std::set<Atoms> told_;
  std::size_t pairs_ = 0;
  std::size_t looks_ = 0;
  std::vector<Follows> found_;
};

// An atom follows where it does so modulo both primes; either one's independent cells are a basis.
void describe_counts(const std::deque<Modulo>& moduli, Answer& answer) {
  const auto fixed = [&](std::vector<Element> Modulo::*vector) {
    std::vector<std::uint8_t> found((moduli.front().*vector).size(), 1);
    for (const Modulo& one : moduli) {
      for (std::size_t atom = 0; atom < found.size(); ++atom) {
        if ((one.*vector)[atom] != 0) found[atom] = 0;
      }
    }
    return found;
  };
  answer.fixed = fixed(&Modulo::after);
  answer.fixed_before = fixed(&Modulo::before);
  answer.basis = moduli.front().independent();
}

}  // namespace

Answer what_follows(const ReleasedCells& cells, const std::vector<Hidden>& hidden,
                    const Asking& asking, std::optional<std::size_t> operand,
                    std::uint64_t& steps) {
  std::vector<ReleasedCell> asked;
  for (const ReleasedCell& cell : cells.cells()) {
    if (!operand || ((cell.sums >> *operand) & 1U) != 0) asked.push_back(cell);
  }
  // Small cells first: what they pin leaves larger ones nearly nothing to work on.
  const auto first_new = std::ranges::find(asked, asking.table, &ReleasedCell::table);
  const auto smaller = [](const ReleasedCell& a, const ReleasedCell& b) {
    return a.atoms < b.atoms;
  };
  std::stable_sort(asked.begin(), first_new, smaller);
  std::stable_sort(first_new, asked.end(), smaller);
  std::uint64_t state = seed_of(asking.bytes);
  std::deque<Modulo> moduli;  // each refers to its own field and stays where it is
  bool tells = false;
  for (int i = 0; i < 2; ++i) {
    const Modulo& one = moduli.emplace_back(cells, asked, asking, state, steps);
    steps = one.steps();
    if (!one.in_budget()) return {};
    tells = tells || one.tells;
  }
  Answer answer;
  answer.complete = true;
  if (tells) answer = Search(cells, asked, hidden, asking, moduli).run();
  if (!operand) describe_counts(moduli, answer);
  return answer;
}

}  // namespace sceau::disclosure

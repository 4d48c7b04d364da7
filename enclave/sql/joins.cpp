#include "enclave/sql/joins.h"

#include <algorithm>
#include <optional>

namespace sceau::enclave::sql {
namespace {

using disclosure::Message;
using disclosure::Reference;

/// What a leaf stands for.
struct Leaf {
  const Relation* relation = nullptr;
  std::vector<std::string> vintages;
  std::size_t range = 0;
};

class Joiner {
 public:
  explicit Joiner(const Catalog& catalog) : catalog_(catalog) {}

  std::variant<JoinedRelation, Message> answer(const From& from) {
    if (!add(from)) return *reason_;
    std::sort(made_.references.begin(), made_.references.end());
    return std::move(made_);
  }

 private:
  bool no(std::string id, std::vector<std::string> args = {}) {
    reason_ = Message{std::move(id), std::move(args)};
    return false;
  }

  std::optional<Leaf> leaf(const From& from) {
    switch (from.kind) {
      case From::Kind::derived:
        no("tabulation.subquery");
        return std::nullopt;
      case From::Kind::join:
        no("tabulation.join");
        return std::nullopt;
      case From::Kind::relation:
      case From::Kind::system:
        break;
    }
    const auto found = from.kind == From::Kind::relation ? catalog_.find(from.name) : std::nullopt;
    if (!found) {
      no("tabulation.no_store");
      return std::nullopt;
    }
    Leaf made{found->relation, found->relation->vintages, from.range};
    if (from.vintage) made.vintages = {*from.vintage};
    return made;
  }

  bool add(const From& from) {
    if (from.kind != From::Kind::join) return add_base(from);
    if (!add(*from.left)) return false;
    switch (from.join) {
      case From::Join::left:
        return add_joined(from);
      case From::Join::inner:
        return no("tabulation.join_inner");
      case From::Join::cross:
      case From::Join::right:
      case From::Join::full:
        return no("tabulation.join");
    }
    return no("tabulation.join");
  }

  bool add_base(const From& from) {
    auto found = leaf(from);
    if (!found) return false;
    base_ = std::move(*found);
    made_.relation = *base_.relation;
    made_.relation.vintages = base_.vintages;
    place(base_, nullptr);
    return true;
  }

  bool add_joined(const From& from) {
    const auto right = leaf(*from.right);
    if (!right) return false;
    Reference reference;
    reference.dataset = right->relation->name;
    bool own_vintage = false;
    if (!from.on || !read_on(*from.on, *right, reference, own_vintage)) return false;
    if (reference.variable.empty()) return no("tabulation.join_condition", {reference.dataset});
    if (!policies::declares_reference(*base_.relation->codebook, reference.variable,
                                      *right->relation->codebook, reference.key)) {
      return no("tabulation.join_undeclared",
                {reference.variable, reference.dataset, reference.key});
    }
    if (!settle_vintage(*right, own_vintage, reference)) return false;
    auto& references = made_.references;
    const bool known =
        std::find(references.begin(), references.end(), reference) != references.end();
    place(*right, &reference);
    if (known) return true;
    for (auto column : right->relation->columns) {
      column.name = joined_name(reference, column.name);
      made_.relation.columns.push_back(std::move(column));
    }
    references.push_back(std::move(reference));
    return true;
  }

  /// ON: the two keys, and perhaps the two vintages.
  bool read_on(const Expr& on, const Leaf& right, Reference& reference, bool& own_vintage) {
    if (on.kind == Expr::Kind::all_of) {
      return std::all_of(on.args.begin(), on.args.end(), [&](const Expr& part) {
        return read_on(part, right, reference, own_vintage);
      });
    }
    const bool equality = on.kind == Expr::Kind::operation && on.name == "=" &&
                          on.args.size() == 2 &&
                          std::all_of(on.args.begin(), on.args.end(), [](const Expr& side) {
                            return side.kind == Expr::Kind::column && side.level == 0;
                          });
    if (!equality) return no("tabulation.join_condition", {reference.dataset});
    const bool mirrored = on.args[0].range == right.range;
    const Expr& ours = on.args[mirrored ? 1 : 0];
    const Expr& theirs = on.args[mirrored ? 0 : 1];
    if (theirs.range != right.range || ours.range == right.range) {
      return no("tabulation.join_condition", {reference.dataset});
    }
    if (ours.range != base_.range) return no("tabulation.join_chain", {base_.relation->name});
    const auto& variable = base_.relation->columns[ours.column];
    const auto& key = right.relation->columns[theirs.column];
    if (!variable.variable && !key.variable) {
      own_vintage = true;
      return true;
    }
    const bool first = reference.variable.empty();
    if (!first && (reference.variable != variable.name || reference.key != key.name)) {
      return no("tabulation.join_condition", {reference.dataset});
    }
    reference.variable = variable.name;
    reference.key = key.name;
    return true;
  }

  /// In SQL a row finds its key in every vintage that is there: n:1 only if that is one.
  bool settle_vintage(const Leaf& right, bool own_vintage, Reference& reference) {
    if (!own_vintage) {
      if (right.vintages.size() != 1) {
        return no("tabulation.join_vintages", {reference.dataset, right.vintages.back()});
      }
      reference.vintage = right.vintages[0];
      return true;
    }
    for (const auto& vintage : base_.vintages) {
      const auto& there = right.vintages;
      if (std::find(there.begin(), there.end(), vintage) == there.end()) {
        return no("tabulation.join_vintage_missing", {reference.dataset, vintage});
      }
    }
    return true;
  }

  void place(const Leaf& leaf, const Reference* reference) {
    if (made_.leaves.size() <= leaf.range) made_.leaves.resize(leaf.range + 1);
    for (const auto& column : leaf.relation->columns) {
      const auto name = reference ? joined_name(*reference, column.name) : column.name;
      made_.leaves[leaf.range].push_back({name, column.type});
    }
  }

  const Catalog& catalog_;
  Leaf base_;
  JoinedRelation made_;
  std::optional<Message> reason_;
};

}  // namespace

std::variant<JoinedRelation, Message> join_relations(const From& from, const Catalog& catalog) {
  return Joiner(catalog).answer(from);
}

}  // namespace sceau::enclave::sql

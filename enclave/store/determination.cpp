#include "enclave/store/determination.h"

#include <algorithm>

#include "disclosure/source.h"

namespace sceau::enclave {
namespace {

using disclosure::null_code;

constexpr std::uint32_t unseen = null_code - 1;  // no dictionary has as many codes

bool may_be_determined(const policies::Variable& variable) {
  return variable.type == policies::Type::category &&
         variable.role == policies::Role::classification;
}

}  // namespace

Determination::Determination(const policies::Codebook& codebook) {
  const auto& variables = codebook.variables;
  for (std::size_t from = 0; from < variables.size(); ++from) {
    if (std::ranges::count(codebook.contributors, variables[from].name) == 0) continue;
    for (std::size_t to = 0; to < variables.size(); ++to) {
      if (to != from && may_be_determined(variables[to])) pairs_.push_back({from, to, {}});
    }
  }
}

void Determination::add(const Codes& codes) {
  for (auto& pair : pairs_) {
    if (pair.holds) follow(pair, codes(pair.from), codes(pair.to));
    if (!pair.holds) pair.beside = {};
  }
}

void Determination::follow(Pair& pair, std::span<const std::uint32_t> from,
                           std::span<const std::uint32_t> to) {
  pair.holds = from.size() == to.size();
  for (std::size_t i = 0; i < from.size() && pair.holds; ++i) {
    const std::uint32_t code = from[i];
    if (code == null_code) continue;
    if (code >= pair.beside.size()) {
      if (code >= most_determining) {
        pair.holds = false;
        return;
      }
      pair.beside.resize(std::max<std::size_t>(code + 1, pair.beside.size() * 2), unseen);
    }
    std::uint32_t& beside = pair.beside[code];
    if (beside == unseen) beside = to[i];
    pair.holds = beside == to[i];
    pair.met = true;
  }
}

std::vector<std::size_t> Determination::of(std::size_t variable) const {
  std::vector<std::size_t> determined;
  for (const auto& pair : pairs_) {
    if (pair.from == variable && pair.holds && pair.met) determined.push_back(pair.to);
  }
  return determined;
}

}  // namespace sceau::enclave

#include "enclave/server/opened.h"

#include <algorithm>
#include <iterator>

#include "enclave/fault.h"

namespace sceau::enclave {

std::vector<std::filesystem::path> files_of(const std::vector<DatasetGrant>& grants) {
  std::vector<std::filesystem::path> files;
  for (const auto& grant : grants) {
    for (const auto& access : grant.vintages) files.push_back(access.file);
  }
  return files;
}

OpenedData::OpenedData(const std::vector<DatasetGrant>& grants) {
  for (const auto& grant : grants) {
    std::vector<const Store*> vintages;
    for (const auto& access : grant.vintages) {
      verify_sealed(access.file, access.sealed, false);
      auto store = std::make_unique<Store>(Store::open(access.file, access.key));
      if (store->manifest().id != access.sealed.id) {
        throw EnclaveError(Fault::integrity, "server.other_store", {to_string(access.name)});
      }
      vintages.push_back(store.get());
      stores_.push_back(std::move(store));
    }
    if (vintages.empty()) continue;
    sources_.push_back(std::make_unique<StackedSource>(std::move(vintages), grant.columns));
  }
}

const StackedSource* OpenedData::find(std::string_view dataset) const {
  const auto found = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const auto& source) { return source->dataset() == dataset; });
  return found == sources_.end() ? nullptr : found->get();
}

Joinable OpenedData::ground(const disclosure::Tabulation& tabulation,
                            std::vector<disclosure::Reference> more) {
  const auto* base = find(tabulation.dataset);
  if (base == nullptr) {
    throw EnclaveError(Fault::not_permitted, "server.no_dataset", {tabulation.dataset});
  }
  auto references = tabulation.references;  // first: where two keys have one name, these hold
  references.insert(references.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  if (references.empty()) return {base, &base->codebook()};
  const auto& source = joined(*base, std::move(references));
  source.demand(tabulation);
  return {&source, &source.codebook()};
}

const JoinedSource& OpenedData::joined(const StackedSource& base,
                                       std::vector<disclosure::Reference> references) {
  for (const auto& one : joined_) {
    if (one.dataset == base.dataset() && one.references == references) return *one.source;
  }
  Joinables others;
  for (const auto& source : sources_) {
    others[source->dataset()] = {source.get(), &source->codebook()};
  }
  auto source =
      std::make_unique<JoinedSource>(Joinable{&base, &base.codebook()}, others, references);
  joined_.push_back({base.dataset(), std::move(references), std::move(source)});
  return *joined_.back().source;
}

policies::Policy read_policy(const PolicyTexts& texts) {
  const auto find = [&](std::string_view name) -> std::optional<std::string> {
    for (const auto& [known, toml] : texts.texts) {
      if (known == name) return toml;
    }
    return std::nullopt;
  };
  const auto text = find(texts.name);
  if (!text) throw EnclaveError(Fault::integrity, "server.no_policy", {texts.name});
  return policies::parse_policy(*text, texts.name + ".toml", find);
}

}  // namespace sceau::enclave

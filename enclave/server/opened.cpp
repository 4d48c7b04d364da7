#include "enclave/server/opened.h"

#include <algorithm>
#include <iterator>

#include "disclosure/restricted.h"
#include "enclave/fault.h"
#include "enclave/server/file_examiner.h"

namespace sceau::enclave {

std::vector<std::filesystem::path> files_of(const std::vector<DatasetGrant>& grants) {
  std::vector<std::filesystem::path> files;
  for (const auto& grant : grants) {
    for (const auto& access : grant.vintages) files.push_back(access.file);
  }
  return files;
}

namespace {

OpenedData::Dataset dataset_of(std::vector<const Store*> vintages, const DatasetGrant& grant) {
  OpenedData::Dataset made;
  if (!grant.rows) {
    made.all = std::make_unique<StackedSource>(std::move(vintages), grant.columns);
    made.shown = {made.all.get(), &made.all->codebook()};
    return made;
  }
  // A row may be chosen by what is not shown of it.
  made.all = std::make_unique<StackedSource>(vintages, std::nullopt);
  made.columns = std::make_unique<StackedSource>(std::move(vintages), grant.columns);
  made.visible = std::make_unique<FilteredSource>(*made.columns, *made.all, *grant.rows);
  made.shown = {made.visible.get(), &made.columns->codebook()};
  return made;
}

}  // namespace

OpenedData::OpenedData(const std::vector<DatasetGrant>& grants, const KeyBytes& pseudonyms) {
  for (const auto& grant : grants) {
    std::vector<const Store*> vintages;
    for (const auto& access : grant.vintages) {
      verify_sealed(access.file, access.sealed, false);
      auto store = std::make_unique<Store>(
          Store::open(access.file, access.key, pseudonyms.empty() ? nullptr : &pseudonyms));
      if (store->manifest().id != access.sealed.id) {
        throw EnclaveError(Fault::integrity, "server.other_store", {to_string(access.name)});
      }
      vintages.push_back(store.get());
      stores_.push_back(std::move(store));
    }
    if (!vintages.empty()) datasets_.push_back(dataset_of(std::move(vintages), grant));
  }
}

const OpenedData::Dataset* OpenedData::find(std::string_view dataset) const {
  const auto found = std::find_if(datasets_.begin(), datasets_.end(), [&](const auto& one) {
    return one.shown.source->dataset() == dataset;
  });
  return found == datasets_.end() ? nullptr : &*found;
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
  if (references.empty()) return base->shown;
  const auto& source = joined(base->shown, std::move(references));
  source.demand(tabulation);
  return {&source, &source.codebook()};
}

const JoinedSource& OpenedData::joined(const Joinable& base,
                                       std::vector<disclosure::Reference> references) {
  const auto dataset = base.source->dataset();
  for (const auto& one : joined_) {
    if (one.dataset == dataset && one.references == references) return *one.source;
  }
  auto source = std::make_unique<JoinedSource>(base, joinables(references), references);
  joined_.push_back({dataset, std::move(references), std::move(source)});
  return *joined_.back().source;
}

Joinables OpenedData::joinables(const std::vector<disclosure::Reference>& references) {
  Joinables found;
  for (const auto& reference : references) {
    auto rows = disclosure::joined_rows(reference.dataset);
    const auto* other = find(rows.dataset);
    if (other == nullptr) continue;
    if (!rows.filter) {
      found[reference.dataset] = other->shown;
      continue;
    }
    auto& filtered = filtered_[reference.dataset];
    if (!filtered) {
      filtered = std::make_unique<FilteredSource>(*other->shown.source, *other->shown.source,
                                                  std::move(*rows.filter));
    }
    found[reference.dataset] = {filtered.get(), other->shown.codebook};
  }
  return found;
}

namespace {

policies::PolicyFinder among(const PolicyTexts& texts) {
  return [&texts](std::string_view name) -> std::optional<std::string> {
    for (const auto& [known, toml] : texts.texts) {
      if (known == name) return toml;
    }
    return std::nullopt;
  };
}

std::string own_text(const PolicyTexts& texts) {
  auto text = among(texts)(texts.name);
  if (!text) throw EnclaveError(Fault::integrity, "server.no_policy", {texts.name});
  return std::move(*text);
}

}  // namespace

policies::Policy read_policy(const PolicyTexts& texts) {
  return policies::parse_policy(own_text(texts), texts.name + ".toml", among(texts));
}

}  // namespace sceau::enclave

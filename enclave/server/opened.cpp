#include "enclave/server/opened.h"

#include <algorithm>

#include "enclave/fault.h"

namespace sceau::enclave {

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

// Every text has a French one that takes the same arguments, and none is left over.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "disclosure/messages.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

using namespace sceau;

namespace {

struct Storey {
  const char* name;
  std::vector<disclosure::SourceText> sources;
  policies::Translations french;
};

std::vector<Storey> storeys() {
  return {{"disclosure", disclosure::source_texts(), disclosure::french()},
          {"enclave", enclave::source_texts(), enclave::french()}};
}

std::string key_of(const disclosure::SourceText& source) {
  return source.context + "\4" + std::string(source.english);
}

std::string readable(std::string_view key) {
  std::string text(key);
  std::replace(text.begin(), text.end(), '\4', ' ');
  return text;
}

/// The literals of the code that look like a message's id: "centre.no_home".
std::set<std::string> ids_in_code(const std::string& folder) {
  static const std::regex id(
      "\"((?:keys|protect|store|import|sql|tabulation|explain|server|centre|shown|threshold|"
      "contributors|"
      "dominance|p_percent|homogeneity|group_disclosure|extremes|quantiles|degrees_of_freedom|"
      "history|files|figure|acro|doctor|backup)\\.[a-z0-9_]+)\"");
  std::set<std::string> ids;
  const std::filesystem::path root = std::filesystem::path(SCEAU_SOURCE_DIR) / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator at(text.begin(), text.end(), id), end; at != end; ++at) {
      ids.insert((*at)[1]);
    }
  }
  return ids;
}

}  // namespace

TEST_CASE("every text has a French one") {
  for (const auto& storey : storeys()) {
    CHECK(!storey.sources.empty());
    for (const auto& source : storey.sources) {
      CAPTURE(storey.name);
      CAPTURE(source.context);
      CAPTURE(source.english);
      // What is not found is returned as it was given; a copy, since equal literals may be one.
      const std::string english(source.english);
      const auto french = policies::translated(storey.french, source.context, english);
      CHECK(french.data() != english.data());
      CHECK(policies::slots_of(french) == policies::slots_of(source.english));
    }
  }
}

TEST_CASE("no French text is left over, and they are sorted as they are looked up") {
  for (const auto& storey : storeys()) {
    std::set<std::string> keys;
    for (const auto& source : storey.sources) keys.insert(key_of(source));
    for (const auto& translation : storey.french) {
      CAPTURE(readable(translation.key));
      CHECK(keys.contains(std::string(translation.key)));
    }
    CHECK(std::is_sorted(storey.french.begin(), storey.french.end(),
                         [](const auto& a, const auto& b) { return a.key < b.key; }));
  }
}

TEST_CASE("French signs stand as French typography has them") {
  for (const auto& storey : storeys()) {
    for (const auto& translation : storey.french) {
      const std::string text(translation.text);
      CAPTURE(text);
      for (const auto* wrong : {" ;", " :", " ?", " !", " »", "« ", "..."}) {
        CHECK(text.find(wrong) == std::string::npos);
      }
    }
  }
}

TEST_CASE("every id that the code names has a text") {
  std::set<std::string> known;
  for (const auto part : enclave::catalogue()) {
    for (const auto& entry : part) {
      CAPTURE(entry.id);
      CHECK(known.insert(std::string(entry.id)).second);
    }
  }
  for (const auto id : disclosure::message_ids()) {
    CAPTURE(id);  // one that both storeys had would be shown in the other's words
    CHECK(known.insert(std::string(id)).second);
  }
  // Events of the log and names of the store's files look like ids, and are none.
  static const std::set<std::string> others = {
      "store.started",  "store.sealed",   "store.opened",   "store.superseded", "centre.created",
      "history.viewed", "centre.started", "centre.stopped", "centre.unlocked",  "centre.toml",
      "store.rekeyed",  "store.kept",     "store.erased",   "store.barred",     "store.admitted"};
  for (const auto* folder : {"disclosure", "enclave"}) {
    const auto ids = ids_in_code(folder);
    CHECK(ids.size() > 20);
    for (const auto& id : ids) {
      if (others.contains(id)) continue;
      CAPTURE(id);
      CHECK(known.contains(id));
    }
  }
}

TEST_CASE("an error says itself in both languages, and what() stays English") {
  const enclave::EnclaveError error(enclave::Fault::not_found, "centre.no_project", {"p"});
  CHECK(std::string(error.what()) == "there is no project 'p'");
  CHECK(enclave::text(error.id(), error.args(), "fr") == "il n'y a pas de projet «\u00A0p\u00A0»");
  CHECK(enclave::text(error.id(), error.args(), "en") == error.what());
  CHECK(enclave::text(error.id(), error.args(), "de") == error.what());
}

TEST_CASE("a finding of another project names no project in either language") {
  const disclosure::Message message{"history.threshold", {"another project", "3", "10"}};
  CHECK(disclosure::text(message, "en") ==
        "between this cell and another project lie 3 units; 10 is the least");
  const auto french = disclosure::text(message, "fr");
  CHECK(french.find("un autre projet") != std::string::npos);
}

TEST_CASE("a locale's name says the language") {
  for (const auto* french : {"fr", "fr_FR", "fr_FR.UTF-8", "fr.UTF-8", "fr_CA@x"}) {
    CHECK(enclave::language_of_locale(french) == "fr");
  }
  for (const auto* other : {"", "C", "C.UTF-8", "en_US.UTF-8", "fro", "frp_IT", "POSIX", "de_DE"}) {
    CHECK(enclave::language_of_locale(other) == "en");
  }
}

// The gate and joined data sets: within the permits of both, and the examiner is handed both.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/centre/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr const char* codebook = R"(format = 1
[dataset]
name = "regions"
[variables.academie]
type = "category"
role = "classification"
[variables.zone]
type = "category"
role = "classification"
[variables.habitants]
type = "integer"
role = "measure"
)";

void seal_regions(World& world, const std::string& vintage) {
  world.ok(world.owner(), {"store", "create", "regions@" + vintage, "--codebook=c", "--from=f"},
           {{"codebook", "regions.toml", codebook},
            {"from", "regions.csv", "academie,zone,habitants\nLYON,A,500\nLILLE,B,250\n"}});
}

void permit_regions(World& world, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"permit",  "grant",     "--project", "orientation",
                                    "--store", "regions",   "--policy",  "depp",
                                    "--until", "2027-06-30"};
  words.insert(words.end(), more.begin(), more.end());
  world.ok(world.owner(), words);
}

OutputDraft joined(World& world, const std::string& name, const std::string& vintage,
                   const std::string& variable = "zone") {
  auto draft = world.table(name);
  const disclosure::Reference reference{"academie", "regions", "academie", vintage};
  draft.tabulation->references = {reference};
  draft.tabulation->dimensions[0].from = joined_name(reference, variable);
  return draft;
}

std::string submit(World& world, OutputDraft draft) {
  const auto grant = world.session();
  std::vector<OutputDraft> drafts = {std::move(draft)};
  auto fault = fault_of(
      [&] { (void)world.centre().submit(grant.session, std::move(drafts), world.examiner()); });
  world.centre().close_session(grant.session, "closed");
  return fault;
}

/// "lycees 2024, regions 2023 2024": what the last job may open.
std::string opened(const World& world) {
  std::string text;
  for (const auto& grant : world.jobs.back().datasets) {
    text += (text.empty() ? "" : ", ") + grant.dataset;
    for (const auto& access : grant.vintages) text += " " + access.name.vintage;
  }
  return text;
}

}  // namespace

TEST_CASE("an examiner is handed what is joined, now and by what is remembered") {
  World world;
  world.cast();
  seal_regions(world, "2023");
  seal_regions(world, "2024");
  permit_regions(world, {});
  CHECK(submit(world, world.table("plain.csv")).empty());
  CHECK(opened(world) == "lycees 2024");
  CHECK(submit(world, joined(world, "own.csv", "")).empty());
  CHECK(opened(world) == "lycees 2024, regions 2024");
  CHECK(submit(world, joined(world, "one.csv", "2023")).empty());
  CHECK(opened(world) == "lycees 2024, regions 2023 2024");
  CHECK(submit(world, world.table("after.csv")).empty());
  CHECK(opened(world) == "lycees 2024, regions 2023 2024");
  CHECK(world.jobs.back().history.size() == 3);
}

TEST_CASE("what is joined is within its own permit, or the gate stays shut") {
  World world;
  world.cast();
  seal_regions(world, "2023");
  seal_regions(world, "2024");
  CHECK(submit(world, joined(world, "a.csv", "2024")) == "centre.outside_permit");
  SUBCASE("vintages") {
    permit_regions(world, {"--vintages", "2023"});
    CHECK(submit(world, joined(world, "a.csv", "2024")) == "centre.outside_permit");
    CHECK(submit(world, joined(world, "a.csv", "")) == "centre.outside_permit");
    CHECK(submit(world, joined(world, "a.csv", "2023")).empty());
  }
  SUBCASE("columns") {
    permit_regions(world, {"--columns", "academie,zone"});
    CHECK(submit(world, joined(world, "a.csv", "2024", "habitants")) == "centre.outside_permit");
    CHECK(submit(world, joined(world, "a.csv", "2024", "zone")).empty());
    CHECK(submit(world, joined(world, "b.csv", "2024", "vintage")).empty());
  }
  SUBCASE("the key is a column too") {
    permit_regions(world, {"--columns", "zone"});
    CHECK(submit(world, joined(world, "a.csv", "2024", "zone")) == "centre.outside_permit");
  }
  SUBCASE("even where nothing of it is named") {
    auto draft = joined(world, "a.csv", "2024");
    draft.tabulation->dimensions[0].from = std::string("sexe");
    CHECK(submit(world, std::move(draft)) == "centre.outside_permit");
  }
}

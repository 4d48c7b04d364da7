// What a request may look like, whoever sends it.
#include "enclave/server/draft_rules.h"

#include <doctest/doctest.h>

#include "enclave/server/frames.h"
#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

OutputDraft draft(std::string name) {
  OutputDraft draft;
  draft.name = std::move(name);
  draft.title = "A title";
  return draft;
}

std::string refused_name(const std::string& name) {
  return refusal([&] { check_file_name(name); });
}

}  // namespace

TEST_CASE("an output's name is a plain file name") {
  for (const auto* name : {"effectifs.csv", "Élèves 2021.png", "a", "x-y_z.tar.gz"}) {
    CHECK(refused_name(name).empty());
  }
  for (const auto* name :
       {"", ".", "..", ".hidden", "a/b", "../x", "a\\b", "a\nb", "a\x7f", "\xff"}) {
    CAPTURE(name);
    CHECK(refused_name(name) == "server.bad_file_name");
  }
  CHECK(refused_name(std::string("a\0b", 3)) == "server.bad_file_name");
  CHECK(refused_name(std::string(120, 'x')).empty());
  CHECK(refused_name(std::string(121, 'x')) == "server.bad_file_name");
}

TEST_CASE("names of files that the centre writes itself are its own") {
  for (const auto* name : {"release.json", "a.csv.receipt", "R-2026-000001-1.csv"}) {
    CHECK(refused_name(name) == "server.own_file_name");
  }
}

TEST_CASE("a request has each name once, plain titles and bounded files") {
  CHECK(refusal([] { check_drafts({draft("a"), draft("b")}); }).empty());
  CHECK(refusal([] { check_drafts({draft("a"), draft("a")}); }) == "server.name_taken");
  auto escape = draft("a");
  escape.title = "\x1b[2J";
  CHECK(refusal([&] { check_drafts({escape}); }) == "server.bad_title");
  auto large = draft("a");
  large.opaque.resize(max_opaque_bytes / 2 + 1);
  auto second = draft("b");
  second.opaque = large.opaque;
  CHECK(refusal([&] { check_drafts({large}); }).empty());
  CHECK(refusal([&] { check_drafts({large, second}); }) == "server.output_too_large");
  std::vector<OutputDraft> many;
  for (std::size_t i = 0; i <= max_outputs; ++i) many.push_back(draft("o" + std::to_string(i)));
  CHECK(refusal([&] { check_drafts(many); }) == "server.too_many_outputs");
}

TEST_CASE("what a worker may write into the log as an outcome is a short list") {
  for (const auto* outcome : {"done", "closed", "57014", "SD002", "0A000"}) {
    CHECK(is_outcome(outcome));
  }
  for (const auto* outcome : {"", "DUPONT Jean", "5701", "570144", "abcde", "57 14"}) {
    CHECK_FALSE(is_outcome(outcome));
  }
}

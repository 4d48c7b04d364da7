// The engine's ways to one answer: with and without what a source knows of its columns, in blocks
// or whole, by one thread or several, with evidence or without, under each processor's kernels.
#include <doctest/doctest.h>
#include <hwy/targets.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "disclosure/fault.h"
#include "disclosure/kernels.h"
#include "tests/disclosure/build.h"
#include "tests/disclosure/dump.h"
#include "tests/disclosure/naive.h"
#include "tests/disclosure/random.h"

namespace sceau::disclosure {
namespace {

// A source that knows its bounds and which columns determine which, found by looking at each row.
class Informed final : public Source {
 public:
  explicit Informed(const Source& rows) : rows_(&rows) {
    for (const ColumnInfo& info : rows.columns()) look_at(info);
  }

  [[nodiscard]] std::string dataset() const override { return rows_->dataset(); }
  [[nodiscard]] std::vector<std::string> vintages() const override { return rows_->vintages(); }
  [[nodiscard]] std::size_t segments() const override { return rows_->segments(); }
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override {
    return rows_->rows(segment);
  }
  [[nodiscard]] std::string vintage(std::size_t segment) const override {
    return rows_->vintage(segment);
  }
  [[nodiscard]] std::vector<ColumnInfo> columns() const override { return rows_->columns(); }
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override {
    return rows_->dictionary(column);
  }
  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view column, std::int64_t low,
                                 std::int64_t high) const override {
    return rows_->may_contain(segment, column, low, high);
  }
  void read(std::size_t segment, std::string_view column, Segment& out) const override {
    rows_->read(segment, column, out);
  }
  [[nodiscard]] std::optional<Bounds> bounds(std::string_view column) const override {
    const auto found = bounds_.find(std::string(column));
    return found == bounds_.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] bool determines(std::string_view column, std::string_view other) const override {
    const auto& keys = codes_.at(std::string(column));
    const auto& values = codes_.at(std::string(other));
    if (keys.empty() || values.empty()) return false;  // not a column of codes
    std::map<std::uint32_t, std::uint32_t> one;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == null_code) continue;
      if (one.emplace(keys[i], values[i]).first->second != values[i]) return false;
    }
    return true;
  }

 private:
  void look_at(const ColumnInfo& info) {
    Segment segment;
    auto& codes = codes_[info.name];
    for (std::size_t n = 0; n < rows_->segments(); ++n) {
      rows_->read(n, info.name, segment);
      if (info.kind == ColumnKind::codes) {
        codes.insert(codes.end(), segment.codes.begin(), segment.codes.end());
      }
      if (info.kind != ColumnKind::scaled) continue;
      for (std::size_t i = 0; i < segment.scaled.size(); ++i) {
        if (!segment.present.empty() && segment.present[i] == 0) continue;
        const std::int64_t value = segment.scaled[i];
        const auto [at, fresh] = bounds_.try_emplace(info.name, Bounds{value, value});
        at->second.low = std::min(at->second.low, value);
        at->second.high = std::max(at->second.high, value);
      }
    }
  }

  const Source* rows_;
  std::map<std::string, Bounds> bounds_;
  std::map<std::string, std::vector<std::uint32_t>> codes_;
};

// Where k, the contributor, is known, it decides a: as a school its département.
void nest(naive::World& world) {
  const std::map<std::string, naive::Text> above = {
      {"p", "p"}, {"q", "p"}, {"r", std::nullopt}, {"s", "q"}};
  for (naive::Row& row : world.rows) {
    if (row.at("k")) row.at("a") = above.at(*row.at("k"));
  }
}

naive::World one_vintage(naive::World world) {
  std::erase_if(world.rows, [](const naive::Row& row) { return row.at("vintage") != "1"; });
  return world;
}

}  // namespace

TEST_CASE("property: what a source knows of its columns changes no result and no evidence") {
  for (int round = 0; round < 4; ++round) {
    CHECK(rc::check([] {
      naive::World world = random::world(30);
      if (random::number(0, 3) > 0) nest(world);
      if (random::number(0, 1) == 0) world = one_vintage(world);
      const auto rows = random::source(world);
      const Informed informed(*rows);
      const auto dimensions = static_cast<std::size_t>(random::number(0, 3));
      const Tabulation tabulation = random::tabulation(world, dimensions, 2);
      const int threads = random::number(1, 4);
      RC_ASSERT(build::dump(tabulate(tabulation, informed, world.book, {}, threads)) ==
                build::dump(tabulate(tabulation, *rows, world.book, {}, 1)));
    }));
  }
}

TEST_CASE("property: results without evidence are the results with it") {
  for (int round = 0; round < 4; ++round) {
    CHECK(rc::check([] {
      const naive::World world = random::world(30);
      const auto rows = random::source(world);
      const Informed informed(*rows);
      const auto dimensions = static_cast<std::size_t>(random::number(0, 3));
      const Tabulation tabulation = random::tabulation(world, dimensions, 3);
      const int threads = random::number(1, 3);
      Table expected = tabulate(tabulation, *rows, world.book, {}, 1);
      std::erase_if(expected.cells, [&](const Cell& cell) {  // who looks sees what occurs
        return cell.rows == 0 && tabulation.grouping_sets[cell.grouping_set] != 0;
      });
      const std::string whole = build::dump(expected, false);
      const std::vector<const Source*> sources = {&informed, rows.get()};
      for (const Source* source : sources) {
        const Table lean = tabulate(tabulation, *source, world.book, {}, threads, Detail::results);
        RC_ASSERT(build::dump(lean, false) == whole);
        for (const Cell& cell : lean.cells) {
          for (const ColumnResult& column : cell.columns) {
            RC_ASSERT(column.evidence.contributions.empty());
          }
        }
      }
    }));
  }
}

TEST_CASE("a long segment, read in blocks, gives what short ones give") {
  const auto book =
      build::codebook({build::category("a"), build::category("k"), build::decimal("d", 2)}, {"k"});
  std::vector<MemoryColumn> columns = {{"a", {}}, {"k", {}}, {"d", {}}};
  for (int i = 0; i < 10'000; ++i) {
    columns[0].values.push_back(i % 7 == 0 ? std::nullopt : naive::Text(std::to_string(i % 5)));
    columns[1].values.push_back(i % 11 == 0 ? std::nullopt : naive::Text(std::to_string(i / 97)));
    columns[2].values.push_back(i % 13 == 0 ? std::nullopt
                                            : naive::Text(std::to_string(i % 31) + ".25"));
  }
  const auto whole = memory_source(book, columns, "1", 10'000);
  const auto pieces = memory_source(book, columns, "1", 333);
  const Informed informed(*whole);
  Condition few;
  few.kind = Condition::Kind::compare;
  few.variable = "d";
  few.comparison = Comparison::greater;
  few.constants = {Decimal{20, 0}};
  for (const Condition& where : {Condition{}, few}) {
    const Tabulation tabulation = build::tabulation(
        {"a"}, {build::count(), build::mean_of("d"), build::distinct("k")}, where);
    const std::string expected = build::dump(tabulate(tabulation, *pieces, book, {}, 1));
    CHECK(build::dump(tabulate(tabulation, *whole, book, {}, 1)) == expected);
    CHECK(build::dump(tabulate(tabulation, informed, book, {}, 1)) == expected);
    CHECK(build::dump(tabulate(tabulation, *pieces, book, {}, 3)) == expected);
  }
}

namespace {

// Very many rows that take no room: x is 3 in all of them.
class Endless final : public Source {
 public:
  [[nodiscard]] std::string dataset() const override { return "pupils"; }
  [[nodiscard]] std::vector<std::string> vintages() const override { return {"1"}; }
  [[nodiscard]] std::size_t segments() const override { return 513; }
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override {
    return segment == 512 ? 5 : 1U << 22;
  }
  [[nodiscard]] std::string vintage(std::size_t) const override { return "1"; }
  [[nodiscard]] std::vector<ColumnInfo> columns() const override {
    return {{"x", ColumnKind::scaled, 0}};
  }
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view) const override {
    return none_;
  }
  [[nodiscard]] bool may_contain(std::size_t, std::string_view, std::int64_t,
                                 std::int64_t) const override {
    return true;
  }
  void read(std::size_t segment, std::string_view, Segment& out) const override {
    out.kind = ColumnKind::scaled;
    out.scaled.assign(rows(segment), 3);
  }
  void load(std::size_t, std::string_view, std::unique_ptr<LoadedColumn>& into) const override {
    class Threes final : public LoadedColumn {
      void decode(std::uint32_t, std::uint32_t count, Segment& out) override {
        out.kind = ColumnKind::scaled;
        out.scaled.assign(count, 3);
      }
    };
    if (into == nullptr) into = std::make_unique<Threes>();
  }
  [[nodiscard]] std::optional<Bounds> bounds(std::string_view) const override {
    return Bounds{3, 3};
  }

 private:
  std::vector<std::string> none_;
};

}  // namespace

TEST_CASE("more rows than 32 bits can count are counted and added up") {
  const auto book = build::codebook({build::integer("x")});
  const Endless rows;
  const std::int64_t many = (std::int64_t{1} << 31) + 5;
  const Tabulation tabulation = build::tabulation({}, {build::count(), build::sum_of("x")});
  const Table table = tabulate(tabulation, rows, book, {}, 2, Detail::results);
  REQUIRE(table.cells.size() == 1);
  CHECK(table.cells[0].rows == many);
  CHECK(to_string(table.cells[0].columns[0].value, 0) == std::to_string(many));
  CHECK(to_string(table.cells[0].columns[1].value, 0) == std::to_string(3 * many));
}

TEST_CASE("a scan stops within its segment's blocks when it is cancelled") {
  const auto book = build::codebook({build::integer("x")});
  const Endless rows;
  int asked = 0;
  const auto cancelled = [&] { return ++asked > 2; };
  const Tabulation tabulation = build::tabulation({}, {build::count(), build::sum_of("x")});
  CHECK_THROWS_AS((void)tabulate(tabulation, rows, book, cancelled, 2), DisclosureError);
  CHECK(asked == 3);
}

TEST_CASE("property: kernels give one result under every processor's registers") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    CAPTURE(hwy::TargetName(target));
    CHECK(rc::check([] {
      const auto count = static_cast<std::size_t>(random::number(0, 300));
      std::vector<std::uint32_t> members(count), numbers(count), table(64);
      std::vector<std::int64_t> values(count);
      std::vector<std::uint8_t> flags(count);
      for (std::size_t i = 0; i < count; ++i) {
        members[i] = *rc::gen::arbitrary<std::uint32_t>();
        numbers[i] = *rc::gen::arbitrary<std::uint32_t>();
        values[i] = *rc::gen::arbitrary<std::int32_t>();
        flags[i] = random::number(0, 1) == 1 ? 1 : 0;
      }
      for (auto& entry : table) entry = static_cast<std::uint32_t>(random::number(0, 90));
      const auto size = *rc::gen::arbitrary<std::uint32_t>();
      auto folded = numbers;
      kernels::fold(members.data(), size, folded.data(), count);
      std::vector<std::uint32_t> capped(count);
      kernels::cap(members.data(), size, capped.data(), count);
      std::vector<std::uint32_t> found(count);
      for (std::size_t i = 0; i < count; ++i) found[i] = members[i] % 64;
      const bool all = kernels::look_up(table.data(), found.data(), count);
      bool expect_all = true;
      std::int64_t added = 0;
      std::vector<std::uint32_t> ones;
      kernels::Span span;
      for (std::size_t i = 0; i < count; ++i) {
        RC_ASSERT(folded[i] == numbers[i] * size + members[i]);
        RC_ASSERT(capped[i] == std::min(members[i], size));
        RC_ASSERT(found[i] == table[members[i] % 64] - 1);
        expect_all = expect_all && table[members[i] % 64] != 0;
        added += values[i];
        if (flags[i] == 1) ones.push_back(static_cast<std::uint32_t>(i));
        span.low = std::min(span.low, members[i]);
        span.high = std::max(span.high, members[i]);
      }
      RC_ASSERT(all == expect_all);
      RC_ASSERT(kernels::sum(values.data(), count) == added);
      RC_ASSERT(kernels::count_equal(flags.data(), 1, count) ==
                static_cast<std::int64_t>(ones.size()));
      std::vector<std::uint32_t> at(count + kernels::positions_room / sizeof(std::uint32_t));
      at.resize(kernels::positions(flags.data(), 1, count, at.data()));
      RC_ASSERT(at == ones);
      RC_ASSERT(kernels::span_of(members.data(), count).low == span.low);
      RC_ASSERT(kernels::span_of(members.data(), count).high == span.high);
    }));
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace sceau::disclosure

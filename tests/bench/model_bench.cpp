// A regression over many rows: seconds of the engine, and the block of data that a peer computes
// with (tests/bench/models.py runs both in turns).
//
//   bench_models write FILE          the block as doubles, row by row: y, x1 … x19
//   bench_models ols   MILLIONS [THREADS]
//
// The rows are 16 blocks of 62,500 of them, read again and again as other segments would be, so
// that ten million rows need no ten million rows of memory; every row is added up all the same.
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "disclosure/implied.h"
#include "disclosure/table.h"

namespace {

using namespace sceau;

constexpr std::size_t terms = 19;  // 20 parameters with the intercept
constexpr std::size_t blocks = 16;
constexpr std::uint32_t block_rows = 62'500;

std::string name_of(std::size_t variable) {
  return variable == 0 ? "y" : "x" + std::to_string(variable);
}

// Scores with two decimals, each leaning on the one before; y on all.
struct Data {
  std::vector<std::vector<disclosure::Segment>> columns;  // variable, block

  Data() : columns(terms + 1, std::vector<disclosure::Segment>(blocks)) {
    std::uint64_t state = 88172645463325252U;
    const auto next = [&state] {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      return static_cast<std::int64_t>(state % 2001);
    };
    for (std::size_t block = 0; block < blocks; ++block) {
      for (auto& column : columns) {
        column[block].kind = disclosure::ColumnKind::scaled;
        column[block].scaled.resize(block_rows);
      }
      for (std::uint32_t row = 0; row < block_rows; ++row) {
        std::int64_t before = 0, sum = 0;
        for (std::size_t x = 1; x <= terms; ++x) {
          before = before / 3 + next();
          columns[x][block].scaled[row] = before;
          sum += before / static_cast<std::int64_t>(x + 2);
        }
        columns[0][block].scaled[row] = sum + next();
      }
    }
  }
};

class Repeated final : public disclosure::Source {
 public:
  Repeated(const Data& data, std::size_t segments) : data_(&data), segments_(segments) {}
  std::string dataset() const override { return "invented"; }
  std::vector<std::string> vintages() const override { return {"1"}; }
  std::size_t segments() const override { return segments_; }
  std::uint32_t rows(std::size_t) const override { return block_rows; }
  std::string vintage(std::size_t) const override { return "1"; }
  std::vector<disclosure::ColumnInfo> columns() const override {
    std::vector<disclosure::ColumnInfo> found;
    for (std::size_t i = 0; i <= terms; ++i) {
      found.push_back({name_of(i), disclosure::ColumnKind::scaled, 2});
    }
    return found;
  }
  const std::vector<std::string>& dictionary(std::string_view) const override { return none_; }
  bool may_contain(std::size_t, std::string_view, std::int64_t, std::int64_t) const override {
    return true;
  }
  void read(std::size_t segment, std::string_view column, disclosure::Segment& out) const override {
    for (std::size_t i = 0; i <= terms; ++i) {
      if (name_of(i) == column) out = data_->columns[i][segment % blocks];
    }
  }

 private:
  const Data* data_;
  std::size_t segments_;
  std::vector<std::string> none_;
};

void write(const Data& data, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  for (std::size_t block = 0; block < blocks; ++block) {
    for (std::uint32_t row = 0; row < block_rows; ++row) {
      for (const auto& column : data.columns) {
        const double value = static_cast<double>(column[block].scaled[row]) / 100;
        out.write(reinterpret_cast<const char*>(&value), sizeof value);
      }
    }
  }
}

void ols(const Data& data, std::size_t millions, int threads) {
  const Repeated source(data, millions * blocks);
  policies::Codebook codebook;
  codebook.name = codebook.population = "invented";
  codebook.unit = "row";
  disclosure::Model model;
  model.response = "y";
  for (std::size_t i = 0; i <= terms; ++i) {
    policies::Variable variable;
    variable.name = name_of(i);
    variable.type = policies::Type::decimal;
    variable.role = policies::Role::measure;
    variable.decimals = 2;
    codebook.variables.push_back(std::move(variable));
    if (i > 0) model.terms.push_back(name_of(i));
  }
  disclosure::Tabulation tabulation;
  tabulation.dataset = "invented";
  tabulation.vintages = {"1"};
  tabulation.grouping_sets = {0};
  tabulation.columns = {disclosure::column_of(model, "model")};
  const auto start = std::chrono::steady_clock::now();
  const auto table =
      disclosure::tabulate(tabulation, source, codebook, {}, threads, disclosure::Detail::results);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  nlohmann::ordered_json json = {{"seconds", took.count()}, {"coefficients", {}}};
  for (const auto& one : table.cells.at(0).columns.at(0).model->estimates) {
    json["coefficients"].push_back(one.value);
  }
  std::cout << json.dump() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const Data data;
  if (words.size() == 2 && words[0] == "write") {
    write(data, words[1]);
    return 0;
  }
  if (words.size() >= 2 && words[0] == "ols") {
    ols(data, std::stoul(words[1]), words.size() > 2 ? std::stoi(words[2]) : 0);
    return 0;
  }
  std::cerr << "bench_models: error: write FILE, or ols MILLIONS [THREADS]\n";
  return 2;
}

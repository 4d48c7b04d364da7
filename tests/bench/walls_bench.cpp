// What the walls cost, on a query and on the start of a session's process: each measured with and
// without them in turn, in one run; medians of processor time. The way without exists in this
// program alone.
//
//   build/release/bench_walls [ROWS [TIMES]]
#include <sqlcipher/sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "enclave/sandbox/walls.h"
#include "enclave/sql/rows.h"
#include "enclave/sql/run_state.h"
#include "enclave/sql/sandbox.h"
#include "tests/sql/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::sql;

namespace {

/// Processor time of this process: what others on the machine do isn't in it.
double now_us() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}
double since_us(double begun) { return now_us() - begun; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// What `act` measures in a process of its own.
double in_child(const std::function<double()>& act) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    const double measured = act();
    const auto written = ::write(ends[1], &measured, sizeof(measured));
    ::_exit(written == sizeof(measured) ? 0 : 1);
  }
  double measured = 0;
  if (::read(ends[0], &measured, sizeof(measured)) != sizeof(measured)) measured = -1;
  ::close(ends[0]);
  ::close(ends[1]);
  ::waitpid(child, nullptr, 0);
  return measured;
}

/// The same tables and functions on a connection without authorizer, limits, switches or questions.
class Bare {
 public:
  explicit Bare(const test::World& world) {
    sqlite3_open(":memory:", &db_);
    register_scalars(db_, state_);
    register_aggregates(db_, state_);
    const auto& relation = world.catalog().relations.at(0);
    create_tables(db_, {{relation.name, relation.columns, &world.source(), std::nullopt, {}}},
                  state_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() { sqlite3_close_v2(db_); }

  std::size_t run(const ExplorePlan& plan) {
    ++state_.statement;
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(db_, plan.sql.data(), static_cast<int>(plan.sql.size()), 0, &statement,
                       nullptr);
    std::size_t rows = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) ++rows;
    sqlite3_finalize(statement);
    return rows;
  }

 private:
  RunState state_;
  sqlite3* db_ = nullptr;
};

std::size_t run_walled(Exploration& exploration, const ExplorePlan& plan) {
  auto cursor = exploration.run(plan, [] { return false; });
  std::size_t rows = 0;
  for (Row row; cursor.next(row);) ++rows;
  return rows;
}

void report(const char* what, const std::vector<double>& with, const std::vector<double>& without) {
  std::printf("%-52s  with %10.1f us   without %10.1f us   %+.1f us\n", what, median(with),
              median(without), median(with) - median(without));
}

void compare(const char* what, int times, const std::function<double()>& with,
             const std::function<double()>& without) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < times; ++i) {
    if (i % 2 == 0) a.push_back(with());  // whoever comes second finds warm memory
    b.push_back(without());
    if (i % 2 == 1) a.push_back(with());
  }
  report(what, a, b);
}

}  // namespace

int main(int argc, char** argv) {
  const auto rows = argc > 1 ? std::stoul(argv[1]) : 50'000UL;
  const int times = argc > 2 ? std::stoi(argv[2]) : 20;
  const test::World world(rows);
  Exploration exploration(world.catalog(), {&world.source()}, Limits{});
  Bare bare(world);
  const std::array<std::filesystem::path, 1> files = {std::filesystem::path("/etc/hostname")};
  std::printf("%lu rows, medians of %d, with and without in turn\n", rows, times);

  for (const auto& [what, text] :
       {std::pair{"SQLite's walls, a statement of one row",
                  "SELECT 1 + length(prenom) FROM eleves LIMIT 1"},
        std::pair{"SQLite's walls, a filter over all rows",
                  "SELECT count(*) FROM eleves WHERE length(prenom) = 4"},
        std::pair{"SQLite's walls, a sort of all rows",
                  "SELECT prenom, ine FROM eleves ORDER BY prenom || ine LIMIT 1000"}}) {
    const auto plan = world.plan(text);
    if (!plan.explore) return 1;
    compare(
        what, times,
        [&] {
          const auto begun = now_us();
          if (run_walled(exploration, *plan.explore) == 0) return -1.0;
          return since_us(begun);
        },
        [&] {
          const auto begun = now_us();
          if (bare.run(*plan.explore) == 0) return -1.0;
          return since_us(begun);
        });
  }

  const auto plan = world.plan("SELECT prenom, ine FROM eleves ORDER BY prenom || ine LIMIT 1000");
  const auto query = [&](bool walled, bool locked) {
    return in_child([&] {
      if (locked) ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
      if (walled) {
        wall_in();
        see_only(files);
      }
      const auto begun = now_us();
      run_walled(exploration, *plan.explore);
      return since_us(begun);
    });
  };
  compare(
      "seccomp and Landlock, that sort in a new process", times, [&] { return query(true, false); },
      [&] { return query(false, false); });
  compare(
      "locked memory, that sort in a new process", times, [&] { return query(false, true); },
      [&] { return query(false, false); });
  compare(
      "seccomp and Landlock, the start of a process", times,
      [&] {
        return in_child([&] {
          const auto begun = now_us();
          wall_in();
          see_only(files);
          return since_us(begun);
        });
      },
      [] {
        return in_child([] {
          const auto begun = now_us();
          return since_us(begun);
        });
      });
  compare(
      "walls and all tables, against a bare connection of one", times,
      [&] {
        const auto begun = now_us();
        const Exploration fresh(world.catalog(), {&world.source()}, Limits{});
        return since_us(begun);
      },
      [&] {
        const auto begun = now_us();
        const Bare fresh(world);
        return since_us(begun);
      });
  return 0;
}

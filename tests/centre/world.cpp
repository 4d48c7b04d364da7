#include "tests/centre/world.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "audit/trust.h"
#include "disclosure/examine.h"
#include "enclave/centre/lifecycle.h"

namespace sceau::enclave::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view passphrase = "words of a test";
constexpr std::uint64_t cheap_scrypt = 1U << 15;

constexpr const char* codebook = R"(format = 1
[dataset]
name = "lycees"
population = "eleves"
unit = "row"
[variables.academie]
type = "category"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
[variables.dossier]
type = "text"
role = "hidden"
)";

constexpr const char* rows =
    "academie,sexe,note,dossier\n"
    "LYON,F,12.5,secretvalue1\nLYON,M,9.0,secretvalue2\nLILLE,F,14.0,secretvalue3\n";

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

int descriptor_of(const std::string& text) {
  const int fd = ::memfd_create("sceau-test", MFD_CLOEXEC);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  REQUIRE(::lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

}  // namespace

Folder::Folder() {
  // In memory where that is to be had: each entry of the log is synced, and a disk takes its time.
  std::error_code none;
  const fs::path base =
      fs::is_directory("/dev/shm", none) ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string pattern = (base / "sceau-centre-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

World::World() : now(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)) {
  Centre::create(home(), bytes_of(passphrase), "trial/test", true, clock(), cheap_scrypt);
  owner_ = own_person().user;
  open();
}

std::span<const std::uint8_t> World::passphrase_bytes() { return bytes_of(passphrase); }

Clock World::clock() {
  return [this] {
    if (at_clock) at_clock();
    return now += std::chrono::milliseconds(1);
  };
}

void World::open() {
  centre_ = std::make_unique<Centre>(home(), Keyring::unlock(home().keys(), bytes_of(passphrase)),
                                     clock());
}

void World::reopen() {
  close();
  open();
}

Ran World::run(const std::string& user, std::vector<std::string> words, std::vector<File> files,
               bool json) {
  Command command;
  command.words = std::move(words);
  command.json = json;
  command.credentials = std::exchange(credentials, {});
  for (auto& file : files) {
    const bool data = file.option == "from";
    const int fd = data ? descriptor_of(file.text) : -1;
    command.files.push_back({file.option, file.name, data ? "" : file.text, fd});
  }
  Ran ran;
  Output output;
  output.out = [&](const std::string& text) { ran.out += text; };
  output.err = [&](const std::string& text) { ran.err += text; };
  output.progress = [](const std::string&) {};
  output.cancelled = [] { return false; };
  try {
    ran.code = run_command(*centre_, {user, 0}, command, examiner(), output);
  } catch (const EnclaveError& error) {
    ran.code = exit_code(error.fault());
    ran.fault = error.id();
    ran.err += error.what();
  }
  for (const auto& file : command.files) {
    if (file.fd >= 0) ::close(file.fd);
  }
  return ran;
}

std::string World::ok(const std::string& user, std::vector<std::string> words,
                      std::vector<File> files, bool json) {
  const auto ran = run(user, std::move(words), std::move(files), json);
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  return ran.out;
}

void World::seal(const std::string& vintage) {
  ok(owner(), {"store", "create", "lycees@" + vintage, "--codebook=c", "--from=f"},
     {{"codebook", "lycees.toml", codebook}, {"from", "lycees.csv", rows}});
}

void World::cast() {
  seal();
  for (const auto* user : {"rene", "rose"}) {
    ok(owner(), {"role", "grant", "--user", user, "--role", "reviewer"});
  }
  ok(owner(), {"project", "create", "orientation", "--title", "A very private title", "--purpose",
               "A purpose in words", "--until", "2027-12-31", "--member", "alix"});
  ok(owner(), {"permit", "grant", "--project", "orientation", "--store", "lycees", "--policy",
               "depp", "--until", "2027-06-30"});
}

OutputDraft World::table(const std::string& name, disclosure::Verdict verdict) {
  disclosure::Tabulation tabulation;
  tabulation.dataset = "lycees";
  tabulation.vintages = {"2024"};
  tabulation.dimensions = {{"sexe", std::string("sexe")}};
  disclosure::Column column;
  // The fake examiner reads the verdict that the test wants from here.
  column.name = std::string(disclosure::to_string(verdict)) + "_n";
  tabulation.columns = {column};
  tabulation.grouping_sets = {1};
  OutputDraft draft;
  draft.name = name;
  draft.title = "Title of " + name;
  draft.sql = "SELECT sexe, count(*) FROM lycees GROUP BY sexe -- words of the researcher";
  draft.tabulation = tabulation;
  return draft;
}

OutputDraft World::opaque(const std::string& name, const std::string& bytes) {
  OutputDraft draft;
  draft.name = name;
  draft.title = "A file";
  draft.sql = "SELECT sceau.egress(…)";
  draft.opaque = bytes;
  draft.reason = {"tabulation.file", {}};
  return draft;
}

Examiner World::examiner() {
  return [this](ExamineJob job) {
    if (at_examine) at_examine(job);
    std::vector<Examined> answers;
    for (const auto& tabulation : job.tabulations) {
      const auto& name = tabulation.columns.at(0).name;
      const auto wanted = disclosure::parse_verdict(name.substr(0, name.find('_')));
      Examined examined;
      examined.judgement.verdict = disclosure::worst(*wanted, later);
      examined.judgement.applied = {policies::Rule::threshold};
      if (examined.judgement.verdict != disclosure::Verdict::pass) {
        disclosure::Finding finding;
        finding.rule = policies::Rule::threshold;
        finding.verdict = examined.judgement.verdict;
        finding.cell = {{"sexe", "F", false}};
        finding.statistic = "count(*)";
        finding.measured = 4;
        finding.limit = 10;
        finding.message = {"threshold.below", {"4", "10"}};
        examined.judgement.findings.push_back(finding);
      }
      examined.judgement =
          disclosure::apply_waivers(std::move(examined.judgement), tabulation, job.waivers);
      examined.file = "sexe,n\nF,4\nM,5\n" + file_suffix;
      examined.cells = 2;
      examined.statistics = {"count(*)"};
      examined.table_json =
          R"({"format":1,"columns":[{"name":"n"}],"cells":[{"cell":{"sexe":"F"},"rows":4,)"
          R"("units":4,"values":["4"],"flags":[{"rule":"threshold","verdict":"fail"}]}]})";
      if (job.shown) examined.shown = {{0, {"F"}, {"4"}}, {0, {"M"}, {"5"}}};
      answers.push_back(std::move(examined));
    }
    for (const auto& file : job.files) {
      Examined examined;
      examined.judgement = disclosure::not_a_tabulation(file.reason);
      disclosure::Finding found;
      found.verdict = disclosure::Verdict::review;
      found.message = {"files.looked_into", {"text"}};
      examined.judgement.findings.push_back(found);
      if (job.search) {
        found.message = {"files.identifiers", {"3", "lycees", "ine", "7"}};
        found.measured = 3;
        examined.judgement.findings.push_back(found);
      }
      examined.table_json = R"({"format":1,"type":"text","search":"whole"})";
      answers.push_back(std::move(examined));
    }
    jobs.push_back(std::move(job));
    return answers;
  };
}

SessionGrant World::session(const std::string& user, const std::string& project) {
  return centre_->open_session({user, 0}, project);
}

std::string World::refusal(const std::string& user, const std::string& project) {
  return fault_of([&] { (void)session(user, project); });
}

audit::Verification World::verify() const {
  publish_log(*centre_);
  return audit::verify_log(home().log(), audit::read_trust_file(home().trust()));
}

std::vector<std::string> World::events() const {
  publish_log(*centre_);
  // Partial bundles of every publication are kept: the number of an entry tells them apart.
  std::map<std::uint64_t, std::string> by_seq;
  const auto text = bytes_outside();
  const std::string head = "{\"v\":1,\"seq\":";
  const std::string key = "\"event\":\"";
  for (auto at = text.find(head); at != std::string::npos; at = text.find(head, at + 1)) {
    const auto seq = std::stoull(text.substr(at + head.size(), 20));
    const auto from = text.find(key, at) + key.size();
    by_seq[seq] = text.substr(from, text.find('"', from) - from);
  }
  std::vector<std::string> events;
  for (const auto& [seq, event] : by_seq) events.push_back(event);
  return events;
}

std::string World::bytes_outside() const {
  std::string bytes;
  for (const auto& folder : {home().log(), home().log_state(), home().policies(), home().run()}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) bytes += read_bytes(entry.path());
    }
  }
  return bytes;
}

std::string fault_of(const std::function<void()>& act) {
  try {
    act();
    return "";
  } catch (const EnclaveError& error) {
    return error.id();
  }
}

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace sceau::enclave::test

// `sceau check`: what the gate would say, without a centre. The rows are read from CSV files into
// this process' memory and nothing is written.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "disclosure/implied.h"
#include "disclosure/linear_program.h"
#include "disclosure/proposal.h"
#include "enclave/centre/print.h"
#include "enclave/centre/protection_json.h"
#include "enclave/centre/shipped.h"
#include "enclave/cli/files.h"
#include "enclave/cli/local.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/server/process.h"
#include "enclave/sql/plan.h"
#include "enclave/store/import.h"
#include "enclave/store/joined.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;
using disclosure::Verdict;

constexpr const char* output_name = "check.csv";
constexpr const char* project_name = "check";
constexpr const char* vintage_name = "files";
constexpr std::size_t most_findings_shown = 40;

/// The rows, what they mean, and what judges them.
struct Ground {
  std::shared_ptr<const policies::Codebook> codebook;
  std::unique_ptr<disclosure::Source> source;
  policies::Policy policy;
  sql::Catalog catalog;
};

const PassedFile& document(const OpenedFiles& opened, std::string_view option) {
  for (const auto& file : opened.files) {
    if (file.option == option) return file;
  }
  throw EnclaveError(Fault::usage, "centre.option_missing", {std::string(option), "check"});
}

Ground ground_of(const Client& client, const OpenedFiles& opened) {
  Ground ground;
  const auto& codebook = document(opened, "codebook");
  const auto& policy = document(opened, "policy");
  ground.policy = policies::parse_policy(policy.text, policy.name, shipped_policy);
  ImportOptions options;
  options.codebook = policies::parse_codebook(codebook.text, codebook.name);
  options.vintage = vintage_name;
  options.memory = client.arguments.memory("memory");
  options.progress = [&client](const ImportProgress& progress) {
    client.output.progress(Json{
        {"bytes", progress.bytes}, {"total_bytes", progress.total_bytes}, {"rows", progress.rows}}
                               .dump());
  };
  for (const auto& file : opened.files) {
    if (file.option != "from") continue;
    options.files.push_back({std::filesystem::path(file.name).filename().string(), file.fd});
  }
  ImportReport report;
  ground.source = read_csv(options, report);
  ground.codebook = std::make_shared<const policies::Codebook>(std::move(options.codebook));
  ground.catalog.relations.push_back(sql::make_relation(*ground.source, ground.codebook));
  ground.catalog.session = {"", project_name, client.language};
  return ground;
}

/// A SELECT as a tabulation, or the reason why it is none.
using Asked = std::variant<disclosure::Tabulation, disclosure::Message>;

Asked asked(const Ground& ground, const std::string& text) {
  const auto statements = sql::prepare(text, ground.catalog, {});
  if (statements.size() != 1 || statements[0].kind != sql::StatementKind::select) {
    throw EnclaveError(Fault::usage, "centre.check_select");
  }
  const auto plan = sql::plan_select(statements[0], ground.catalog, {});
  if (plan.tabulation) return plan.tabulation->tabulation;
  return plan.not_a_tabulation.value_or(disclosure::Message{"tabulation.other", {}});
}

std::vector<disclosure::Remembered> history_of(const Client& client, const Ground& ground) {
  std::vector<disclosure::Remembered> history;
  for (const auto& text : client.arguments.many("after")) {
    const auto earlier = asked(ground, text);
    const auto* tabulation = std::get_if<disclosure::Tabulation>(&earlier);
    if (tabulation == nullptr) {
      throw EnclaveError(
          Fault::bad_input, "centre.check_after",
          {sql::reason_text(std::get<disclosure::Message>(earlier), client.language)});
    }
    disclosure::Remembered one;
    one.request = "after-" + std::to_string(history.size() + 1);
    one.project = project_name;
    one.tabulation = *tabulation;
    history.push_back(std::move(one));
  }
  return history;
}

struct Judged {
  disclosure::Judgement judgement;
  std::optional<disclosure::Tabulation> tabulation;
  std::size_t cells = 0;
  std::optional<disclosure::Proposal> proposal;  ///< where a safe version is asked for
  std::string protection;                        ///< how it came about (protection_json.h)
  std::string file;                              ///< of the version, with each cell's status
};

std::optional<disclosure::Way> way_of(const Client& client) {
  const auto word = client.arguments.maybe("protect");
  if (!word) {
    if (client.arguments.has("out")) throw EnclaveError(Fault::usage, "centre.check_out");
    return std::nullopt;
  }
  const auto way = disclosure::parse_way(*word);
  if (!way) throw EnclaveError(Fault::usage, "protect.way", {*word});
  return way;
}

/// The version's judgement and file; where there is none, the table's.
Judged with_version(disclosure::Way way, const disclosure::Question& question,
                    const disclosure::Bench& bench, disclosure::Examination examination,
                    const std::string& language) {
  Judged judged;
  judged.tabulation = question.tabulation;
  judged.proposal = disclosure::propose(way, question, examination, bench);
  judged.protection = protection_json(way, question.tabulation, "null", *judged.proposal);
  judged.cells = examination.table.cells.size();
  const auto* version = std::get_if<disclosure::Version>(&*judged.proposal);
  if (version == nullptr) {
    judged.judgement = disclosure::unprotected(std::move(examination.judgement),
                                               std::get<disclosure::Message>(*judged.proposal));
    return judged;
  }
  const auto& table = version->examination.table;
  judged.judgement = version->examination.judgement;
  judged.tabulation = table.tabulation;
  judged.cells = table.cells.size();
  std::vector<std::string> status;
  for (const auto one : version->status) status.emplace_back(disclosure::to_string(one));
  // A line of a model's file is an estimate, not a cell.
  judged.file = disclosure::model_of(table.tabulation) != nullptr
                    ? disclosure::released_csv(table, bench.codebook, language)
                    : disclosure::csv_with(table, bench.codebook, language, "status", status);
  return judged;
}

Judged judge(const Client& client, const Ground& ground,
             const std::optional<disclosure::Way>& way) {
  const auto question = asked(ground, client.arguments.one("SQL"));
  const auto history = history_of(client, ground);
  if (const auto* reason = std::get_if<disclosure::Message>(&question)) {
    return {disclosure::not_a_tabulation(*reason), std::nullopt, 0, std::nullopt, "", ""};
  }
  const auto& tabulation = std::get<disclosure::Tabulation>(question);
  auto references = tabulation.references;
  for (const auto& earlier : history) {
    const auto& more = earlier.tabulation.references;
    references.insert(references.end(), more.begin(), more.end());
  }
  const Joinable files{ground.source.get(), ground.codebook.get()};
  std::unique_ptr<JoinedSource> joined;  // to themselves: nothing else is here
  if (!references.empty()) {
    joined = std::make_unique<JoinedSource>(files, Joinables{{ground.codebook->name, files}},
                                            references);
    joined->demand(tabulation);
  }
  const auto& codebook = joined ? joined->codebook() : *ground.codebook;
  const disclosure::Bench bench{joined ? *joined : *ground.source, codebook, ground.policy, {}, {}};
  const disclosure::Question whole{tabulation, project_name, history, {}};
  auto examination = disclosure::judged(whole, bench);
  if (!way) {
    return {std::move(examination.judgement),
            tabulation,
            examination.table.cells.size(),
            std::nullopt,
            "",
            ""};
  }
  return with_version(*way, whole, bench, std::move(examination), client.language);
}

std::string number(const std::optional<double>& value) {
  if (!value) return "";
  auto text = Json(*value).dump();
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string cell_text(const std::vector<disclosure::Coordinate>& cell,
                      const std::string& language) {
  std::string text;
  for (const auto& part : cell) {
    text += (text.empty() ? "" : ", ") + part.dimension + " " +
            (part.is_total ? "Total" : part.code.value_or("NA"));
  }
  return text.empty() ? enclave::text("shown.whole_output", {}, language) : text;
}

std::string version_text(const disclosure::Proposal& proposal, const std::string& language) {
  const auto* version = std::get_if<disclosure::Version>(&proposal);
  if (version == nullptr) {
    return finding_text({"protection.none",
                         {finding_text(std::get<disclosure::Message>(proposal), language)}},
                        language) +
           "\n";
  }
  return enclave::text("shown.version",
                       {std::string(disclosure::to_string(version->way)),
                        finding_text(version->effect, language), std::to_string(version->loss.kept),
                        finding_text(version->why, language)},
                       language) +
         "\n";
}

std::string text_of(const Client& client, const Ground& ground, const Judged& judged) {
  const auto& language = client.language;
  const auto& findings = judged.judgement.findings;
  std::string text = enclave::text("shown.check",
                                   {std::string(disclosure::to_string(judged.judgement.verdict)),
                                    grouped(findings.size()), grouped(judged.cells),
                                    ground.policy.name, ground.policy.version},
                                   language) +
                     "\n";
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> advice;
  for (const auto& finding : findings) {
    const auto remedy = disclosure::remedy(finding, client.language);
    if (!remedy.empty() && std::find(advice.begin(), advice.end(), remedy) == advice.end()) {
      advice.push_back(remedy);
    }
    if (rows.size() == most_findings_shown) continue;
    rows.push_back({std::string(disclosure::to_string(finding.verdict)),
                    std::string(policies::to_string(finding.rule)),
                    cell_text(finding.cell, language), finding.statistic, number(finding.measured),
                    number(finding.limit), finding_text(finding.message, client.language)});
  }
  if (judged.proposal) text += version_text(*judged.proposal, language);
  if (!rows.empty()) {
    text +=
        "\n" + aligned(language,
                       {"verdict", "rule", "cell", "statistic", "measured", "limit", "why"}, rows);
  }
  if (findings.size() > rows.size()) {
    text +=
        enclave::text("shown.more_findings", {grouped(findings.size() - rows.size())}, language) +
        "\n";
  }
  for (const auto& remedy : advice) {
    text += enclave::text("shown.remedy", {printable(remedy)}, language) + "\n";
  }
  return text;
}

std::string json_of(const Client& client, const Ground& ground, const Judged& judged) {
  const auto output = disclosure::to_json(judged.judgement, output_name,
                                          judged.tabulation ? &*judged.tabulation : nullptr,
                                          judged.cells, client.language, finding_text);
  Json document = {{"format", 1},
                   {"request", nullptr},
                   {"policy", {{"name", ground.policy.name}, {"sha256", ground.policy.sha256}}},
                   {"verdict", disclosure::to_string(judged.judgement.verdict)},
                   {"outputs", Json::array({Json::parse(output)})}};
  if (judged.proposal) document["protection"] = Json::parse(judged.protection);
  return document.dump() + "\n";
}

}  // namespace

int check_command(const Client& client) {
  disclosure::keep_memory_between_programs();
  const auto way = way_of(client);
  OpenedFiles opened;
  open_files(client.arguments, opened);
  read_documents(client.arguments, opened);
  if (!limit_memory(0, client.arguments.memory("memory"))) {
    throw EnclaveError(Fault::unavailable, "server.no_child");
  }
  const auto ground = ground_of(client, opened);
  const auto judged = judge(client, ground, way);
  const auto out = client.arguments.maybe("out");
  if (out && !judged.file.empty()) write_new_file(*out, judged.file);
  client.output.out(client.json ? json_of(client, ground, judged)
                                : text_of(client, ground, judged));
  if (!client.json && !out && !judged.file.empty()) client.output.out("\n" + judged.file);
  return judged.judgement.verdict == Verdict::pass ? 0 : 1;
}

}  // namespace sceau::enclave

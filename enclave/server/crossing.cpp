#include "enclave/server/crossing.h"

#include <algorithm>

#include "enclave/server/crossing_values.h"

namespace sceau::enclave {

void put(WireWriter& out, std::uint64_t value) { out.u64(value); }
void get(WireReader& in, std::uint64_t& value) { value = in.u64(); }
void put(WireWriter& out, const std::string& value) { out.text(value); }
void get(WireReader& in, std::string& value) { value = in.text(); }

void put(WireWriter& out, const Hello& value) {
  out.text(value.user);
  out.text(value.database);
  out.text(value.application);
  out.text(value.language);
}
void get(WireReader& in, Hello& value) {
  value.user = in.text();
  value.database = in.text();
  value.application = in.text();
  value.language = in.text();
}

void put(WireWriter& out, const CancelKey& value) {
  out.u32(value.pid);
  out.u32(value.key);
}
void get(WireReader& in, CancelKey& value) {
  value.pid = in.u32();
  value.key = in.u32();
}

void put(WireWriter& out, const StatementEnd& value) {
  out.u64(value.started);
  out.text(value.outcome);
  out.u64(value.rows);
}
void get(WireReader& in, StatementEnd& value) {
  value.started = in.u64();
  value.outcome = in.text();
  value.rows = in.u64();
}

void put(WireWriter& out, const Remark& value) {
  out.text(value.request);
  out.text(value.words);
}
void get(WireReader& in, Remark& value) {
  value.request = in.text();
  value.words = in.text();
}

void put(WireWriter& out, const Failure& value) {
  out.u8(static_cast<std::uint8_t>(value.fault));
  out.text(value.id);
  put(out, value.args);
}
void get(WireReader& in, Failure& value) {
  value.fault = in.enumerator(Fault::internal);
  value.id = in.text();
  get(in, value.args);
}

void rethrow(const Failure& failure) {
  throw EnclaveError(failure.fault, failure.id, failure.args);
}

namespace {

void put(WireWriter& out, const StoreAccess& value) {
  out.text(value.name.dataset);
  out.text(value.name.vintage);
  out.text(value.file.string());
  out.text(value.sealed.id);
  out.u64(value.sealed.size);
  out.text(value.sealed.sha256);
  out.key(value.key);
}
void get(WireReader& in, StoreAccess& value) {
  value.name.dataset = in.text();
  value.name.vintage = in.text();
  value.file = in.text();
  value.sealed.id = in.text();
  value.sealed.size = in.u64();
  value.sealed.sha256 = in.text();
  value.key = in.key();
}

void put(WireWriter& out, const std::optional<std::set<std::string>>& columns) {
  out.boolean(columns.has_value());
  if (!columns) return;
  out.count(columns->size());
  for (const auto& column : *columns) out.text(column);
}
void get(WireReader& in, std::optional<std::set<std::string>>& columns) {
  if (!in.boolean()) return;
  columns.emplace();
  for (auto left = in.count(1); left > 0; --left) columns->insert(in.text());
}

void put(WireWriter& out, const DatasetGrant& value) {
  out.text(value.dataset);
  out.count(value.vintages.size());
  for (const auto& vintage : value.vintages) put(out, vintage);
  put(out, value.columns);
  out.boolean(value.rows.has_value());
  if (value.rows) put(out, *value.rows);
}
void get(WireReader& in, DatasetGrant& value) {
  value.dataset = in.text();
  for (auto left = in.count(1); left > 0; --left) get(in, value.vintages.emplace_back());
  get(in, value.columns);
  if (in.boolean()) get(in, value.rows.emplace());
}

void put(WireWriter& out, const std::vector<DatasetGrant>& list) {
  out.count(list.size());
  for (const auto& grant : list) put(out, grant);
}
void get(WireReader& in, std::vector<DatasetGrant>& list) {
  for (auto left = in.count(1); left > 0; --left) get(in, list.emplace_back());
}

void put(WireWriter& out, const DatasetOutline& value) {
  put(out, value.vintages);
  out.text(value.codebook);
  put(out, value.columns);
  out.boolean(value.filtered);
}
void get(WireReader& in, DatasetOutline& value) {
  get(in, value.vintages);
  value.codebook = in.text();
  get(in, value.columns);
  value.filtered = in.boolean();
}

void put(WireWriter& out, const std::vector<DatasetOutline>& list) {
  out.count(list.size());
  for (const auto& outline : list) put(out, outline);
}
void get(WireReader& in, std::vector<DatasetOutline>& list) {
  for (auto left = in.count(1); left > 0; --left) get(in, list.emplace_back());
}

void put(WireWriter& out, const PolicyTexts& value) {
  out.text(value.name);
  out.count(value.texts.size());
  for (const auto& [name, toml] : value.texts) {
    out.text(name);
    out.text(toml);
  }
}
void get(WireReader& in, PolicyTexts& value) {
  value.name = in.text();
  for (auto left = in.count(1); left > 0; --left) {
    auto name = in.text();
    value.texts.emplace_back(std::move(name), in.text());
  }
}

}  // namespace

void put(WireWriter& out, const SessionGrant& value) {
  out.text(value.session);
  out.text(value.actor);
  out.text(value.user);
  out.text(value.project);
  out.text(value.language);
  put(out, value.policy);
  out.key(value.pseudonyms);
  put(out, value.datasets);
  put(out, value.outlines);
  out.boolean(value.aggregates);
  out.i64(value.statement_timeout_s);
  put(out, value.permit_rows);
}
void get(WireReader& in, SessionGrant& value) {
  value.session = in.text();
  value.actor = in.text();
  value.user = in.text();
  value.project = in.text();
  value.language = in.text();
  get(in, value.policy);
  value.pseudonyms = in.key();
  get(in, value.datasets);
  get(in, value.outlines);
  value.aggregates = in.boolean();
  value.statement_timeout_s = in.i64();
  get(in, value.permit_rows);
}

void put(WireWriter& out, const WorkerGrant& value) {
  put(out, value.session);
  put(out, value.cancel);
}
void get(WireReader& in, WorkerGrant& value) {
  get(in, value.session);
  get(in, value.cancel);
}

void put(WireWriter& out, const OutputDraft& value) {
  out.text(value.name);
  out.text(value.title);
  out.text(value.exception);
  out.text(value.sql);
  put(out, value.tabulation);
  put(out, value.reason);
  out.text(value.opaque);
  put(out, value.chart);
  put(out, value.protect);
  out.boolean(value.propose);
  out.text(value.claim);
  out.text(value.replaces);
}
void get(WireReader& in, OutputDraft& value) {
  value.name = in.text();
  value.title = in.text();
  value.exception = in.text();
  value.sql = in.text();
  get(in, value.tabulation);
  get(in, value.reason);
  value.opaque = in.text();
  get(in, value.chart);
  // Which cells are hidden, and how counts are rounded, is the examiner's to say.
  if (value.tabulation &&
      (!value.tabulation->hidden.empty() || value.tabulation->rounded_to != 0)) {
    WireReader::refuse();
  }
  get(in, value.protect);
  value.propose = in.boolean();
  value.claim = in.text();
  value.replaces = in.text();
}

namespace {

void put(WireWriter& out, const FileQuestion& value) {
  out.text(value.name);
  out.text(value.bytes);
  put(out, value.reason);
}
void get(WireReader& in, FileQuestion& value) {
  value.name = in.text();
  value.bytes = in.text();
  get(in, value.reason);
}

}  // namespace

void put(WireWriter& out, const ExamineJob& value) {
  out.text(value.project);
  out.text(value.language);
  put(out, value.policy);
  out.key(value.pseudonyms);
  put(out, value.datasets);
  put(out, value.tabulations);
  put(out, value.charts);
  put(out, value.protects);
  out.count(value.proposes.size());
  for (const auto one : value.proposes) out.u8(one);
  put(out, value.history);
  put(out, value.waivers);
  put(out, value.superseded);
  out.boolean(value.shown);
  out.count(value.files.size());
  for (const auto& file : value.files) put(out, file);
  out.boolean(value.search);
}
void get(WireReader& in, ExamineJob& value) {
  value.project = in.text();
  value.language = in.text();
  get(in, value.policy);
  value.pseudonyms = in.key();
  get(in, value.datasets);
  get(in, value.tabulations);
  get(in, value.charts);
  get(in, value.protects);
  for (auto left = in.count(1); left > 0; --left) value.proposes.push_back(in.u8());
  get(in, value.history);
  get(in, value.waivers);
  get(in, value.superseded);
  value.shown = in.boolean();
  for (auto left = in.count(1); left > 0; --left) get(in, value.files.emplace_back());
  value.search = in.boolean();
}

void put(WireWriter& out, const ShownCell& value) {
  out.u32(value.grouping_set);
  put(out, value.codes);
  put(out, value.values);
}
void get(WireReader& in, ShownCell& value) {
  value.grouping_set = in.u32();
  get(in, value.codes);
  get(in, value.values);
}

void put(WireWriter& out, const Proposed& value) {
  put(out, value.way);
  put(out, value.verdict);
  put(out, value.effect);
  out.u32(static_cast<std::uint32_t>(value.kept));
  put(out, value.why);
}
void get(WireReader& in, Proposed& value) {
  get(in, value.way);
  get(in, value.verdict);
  get(in, value.effect);
  value.kept = static_cast<int>(in.u32());
  get(in, value.why);
}

void put(WireWriter& out, const Examined& value) {
  put(out, value.judgement);
  out.text(value.file);
  out.u64(value.cells);
  put(out, value.statistics);
  out.text(value.table_json);
  put(out, value.shown);
  put(out, value.version);
  out.text(value.protection);
  put(out, value.proposals);
}
void get(WireReader& in, Examined& value) {
  get(in, value.judgement);
  value.file = in.text();
  value.cells = in.u64();
  get(in, value.statistics);
  value.table_json = in.text();
  get(in, value.shown);
  get(in, value.version);
  value.protection = in.text();
  get(in, value.proposals);
}

void put(WireWriter& out, const JudgedOutput& value) {
  out.text(value.name);
  put(out, value.judgement);
  out.text(value.verdict_json);
  out.boolean(value.exception_needless);
  put(out, value.proposals);
}
void get(WireReader& in, JudgedOutput& value) {
  value.name = in.text();
  get(in, value.judgement);
  value.verdict_json = in.text();
  value.exception_needless = in.boolean();
  get(in, value.proposals);
}

void put(WireWriter& out, const Submission& value) {
  out.text(value.request);
  out.text(value.state);
  out.u8(static_cast<std::uint8_t>(value.verdict));
  put(out, value.outputs);
}
void get(WireReader& in, Submission& value) {
  value.request = in.text();
  value.state = in.text();
  value.verdict = in.enumerator(disclosure::Verdict::fail);
  get(in, value.outputs);
}

void put(WireWriter& out, const Seen& value) {
  put(out, value.judged);
  put(out, value.cells);
}
void get(WireReader& in, Seen& value) {
  get(in, value.judged);
  get(in, value.cells);
}

}  // namespace sceau::enclave

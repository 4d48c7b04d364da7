// store create | list | show | verify | rejects.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "enclave/centre/access.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/centre/print.h"
#include "enclave/centre/set_aside.h"
#include "enclave/centre/stores.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

SealOrder order_of(const Call& call) {
  SealOrder order;
  order.name = parse_store_name(call.arguments.one("STORE"));
  const auto& codebook = passed_document(call, "codebook");
  order.codebook = codebook.text;
  order.codebook_file = codebook.name;
  for (const auto& file : call.command.files) {
    if (file.option != "from") continue;
    order.files.push_back({std::filesystem::path(file.name).filename().string(), file.fd});
  }
  const auto how = call.arguments.maybe("on-error").value_or("stop");
  if (how != "stop" && how != "skip") {
    throw EnclaveError(Fault::usage, "centre.bad_choice", {"on-error", how, "stop or skip"});
  }
  order.on_error = how == "skip" ? OnError::skip : OnError::stop;
  order.supersedes = call.arguments.one("supersedes");
  order.memory = call.arguments.memory("memory");
  order.cancelled = call.output.cancelled;
  order.progress = [&call](const ImportProgress& progress) {
    if (!call.output.progress) return;
    call.output.progress(Json{
        {"bytes", progress.bytes}, {"total_bytes", progress.total_bytes}, {"rows", progress.rows}}
                             .dump());
  };
  return order;
}

Json report_json(const ImportReport& report) {
  Json faults = Json::array();
  for (const auto& fault : report.faults) {
    faults.push_back({{"rule", fault.rule},
                      {"file", fault.file},
                      {"line", fault.line},
                      {"column", fault.column},
                      {"count", fault.count},
                      {"message", text(fault.rule, fault.args)}});
  }
  return {{"rows", report.rows},
          {"rejected", report.rejected},
          {"faults", std::move(faults)},
          {"ignored_columns", report.ignored_columns},
          {"unknown_codes", report.unknown_codes}};
}

/// `id` says with the store's name and its rows what became of them.
std::string report_text(const Call& call, std::string_view id, const std::string& store,
                        const ImportReport& report) {
  auto shown = said(call, id, {store, grouped(report.rows)});
  if (report.rejected > 0) shown += said(call, "shown.rejected", {grouped(report.rejected)});
  shown += "\n";
  for (const auto& fault : report.faults) {
    shown +=
        "  " + grouped(fault.count) + " × " + printable(said(call, fault.rule, fault.args)) + "\n";
  }
  for (const auto& [variable, codes] : report.unknown_codes) {
    shown += said(call, "shown.unknown_codes", {variable});
    for (const auto& [code, count] : codes) {
      shown += " '" + printable(code) + "' (" + grouped(count) + ")";
    }
    shown += "\n";
  }
  if (!report.ignored_columns.empty()) {
    shown += said(call, "shown.ignored_columns");
    for (const auto& column : report.ignored_columns) shown += " " + printable(column);
    shown += "\n";
  }
  return shown;
}

int try_create(const Call& call, const SealOrder& order) {
  const auto report = try_store(order);
  Json document = {{"format", 1}, {"store", to_string(order.name)}, {"dry_run", true}};
  document.update(report_json(report));
  say(call, document, report_text(call, "shown.dry_run", to_string(order.name), report));
  return report.faults.empty() ? 0 : 1;
}

std::string standing_of(const Centre::State& state, const StoreRow& row) {
  if (state.aside.contains(row.id)) return "set aside";
  return row.superseded ? "superseded" : "sealed";
}

Json store_json(const Centre::State& state, const StoreRow& row) {
  return {{"store", name_of(row)},
          {"id", row.id},
          {"population", row.population},
          {"rows", row.rows},
          {"rejected", row.rejected},
          {"bytes", row.size},
          {"sha256", row.sha256},
          {"sealed", row.sealed},
          {"state", standing_of(state, row)}};
}

Json column_json(const ColumnSummary& column) {
  return {{"name", column.name},
          {"encoding", column.encoding},
          {"nulls", column.nulls},
          {"distinct", column.distinct},
          {"bytes", column.bytes}};
}

std::string store_text(const Call& call, const StoreRow& row, const Store& store) {
  const auto fact = [&](std::string_view english, const std::string& value) {
    auto heading = word(english, call.command.language);
    heading.append(12 - std::min<std::size_t>(11, display_width(heading)), ' ');
    return "  " + heading + value + "\n";
  };
  const auto name = name_of(row);
  auto shown = (row.superseded ? line(call, "shown.superseded", {name}) : name + "\n") +
               fact("rows", grouped(row.rows)) + fact("rejected", grouped(row.rejected)) +
               fact("bytes", grouped(row.size)) + fact("sha256", row.sha256) +
               fact("sealed", row.sealed) + fact("population", row.population) + "\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& column : store.manifest().columns) {
    const auto* variable = store.codebook().find(column.name);
    rows.push_back(
        {column.name, variable ? std::string(policies::to_string(variable->role)) : std::string(),
         column.encoding, grouped(column.nulls),
         column.distinct > 0 ? grouped(column.distinct) : std::string(), grouped(column.bytes)});
  }
  return shown + aligned(call.command.language,
                         {"column", "role", "encoding", "missing", "distinct", "bytes"}, rows);
}

int one_or_more(const std::string& option, const std::string& text) {
  const bool digits =
      !text.empty() && text.size() < 8 && text.find_first_not_of("0123456789") == std::string::npos;
  const int number = digits ? std::stoi(text) : 0;
  if (number < 1) throw EnclaveError(Fault::usage, "centre.bad_number", {option, text});
  return number;
}

}  // namespace

int store_create(const Call& call) {
  std::string by;
  {
    const Held held(call.state.mutex);
    by = require_any_role(call.state, call.person, {"custodian"});
  }
  const auto order = order_of(call);
  if (call.arguments.has("dry-run")) return try_create(call, order);
  const auto sealed = seal_store(call.state, by, order);
  Json document = {{"format", 1}};
  document.update(store_json(call.state, sealed.row));
  document.update(report_json(sealed.report));
  say(call, document,
      report_text(call, "shown.sealed", to_string(order.name), sealed.report) +
          line(call, "shown.sealed_bytes", {grouped(sealed.row.size), sealed.row.sha256}));
  return 0;
}

int store_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian", "reviewer", "operator", "auditor"});
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : call.state.registry.stores()) {
    list.push_back(store_json(call.state, row));
    rows.push_back({name_of(row), standing_of(call.state, row), grouped(row.rows),
                    grouped(row.rejected), grouped(row.size), row.sealed.substr(0, 10)});
  }
  say(call, {{"format", 1}, {"stores", list}},
      aligned(call.command.language, {"store", "state", "rows", "rejected", "bytes", "sealed"},
              rows));
  return 0;
}

int store_show(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"custodian"});
  Json list = Json::array();
  std::string shown;
  for (const auto& row : stores_named(call.state, call.arguments.one("STORE"))) {
    const auto access = open_access(call.state, row);
    const auto store = Store::open(access.file, access.key);
    auto item = store_json(call.state, row);
    item["codebook_sha256"] = store.manifest().codebook_sha256;
    item["columns"] = Json::array();
    for (const auto& column : store.manifest().columns) {
      item["columns"].push_back(column_json(column));
    }
    list.push_back(std::move(item));
    shown += (shown.empty() ? "" : "\n") + store_text(call, row, store);
  }
  say(call, {{"format", 1}, {"stores", list}}, shown);
  return 0;
}

namespace {

/// Every page and the whole hash, outside the lock. What is found decides whether it is set aside.
void check_as_sealed(const Call& call, Held& held, const StoreRow& row, const std::string& by) {
  if (!held.owns_lock()) held.lock();
  try {
    const auto access = suspect_access(call.state, row);
    held.unlock();
    verify_sealed(access.file, access.sealed, true);
    Store::open(access.file, access.key).check_all();
    held.lock();
    take_back(call.state, row, by);
  } catch (const EnclaveError& error) {
    if (!held.owns_lock()) held.lock();
    set_aside(call.state, row, by, error);
    throw;
  }
}

}  // namespace

int store_verify(const Call& call) {
  Held held(call.state.mutex);
  const auto by = require_any_role(call.state, call.person, {"custodian", "operator", "auditor"});
  const auto named = call.arguments.maybe("STORE");
  const auto rows = named ? stores_named(call.state, *named) : call.state.registry.stores();
  Json list = Json::array();
  std::string shown;
  for (const auto& row : rows) {
    check_as_sealed(call, held, row, by);
    list.push_back({{"store", name_of(row)}, {"sha256", row.sha256}, {"whole", true}});
    shown += line(call, "shown.as_sealed", {name_of(row), grouped(row.size), grouped(row.rows)});
  }
  say(call, {{"format", 1}, {"stores", list}},
      shown.empty() ? word("none", call.command.language) + "\n" : shown);
  return 0;
}

int store_rejects(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_any_role(call.state, call.person, {"custodian"});
  const auto most =
      static_cast<std::size_t>(one_or_more("most", call.arguments.maybe("most").value_or("100")));
  Json list = Json::array();
  std::string shown;
  for (const auto& row : stores_named(call.state, call.arguments.one("STORE"))) {
    const auto access = open_access(call.state, row);
    const auto name = to_string(access.name);
    // Rejected lines are data: looking at them is an act like any other.
    auto change = call.state.registry.begin();
    call.state.journal.record("store.opened", by, {{"session", "rejects"}, {"store", name}});
    change.commit();
    for (const auto& reject : Store::open(access.file, access.key).rejects(most)) {
      list.push_back({{"store", name},
                      {"file", reject.file},
                      {"line", reject.line},
                      {"rule", reject.rule},
                      {"text", reject.text}});
      shown += name + "  " + printable(reject.file) + ":" + std::to_string(reject.line) + "  " +
               reject.rule + "  " + printable(reject.text) + "\n";
    }
  }
  say(call, {{"format", 1}, {"rejects", list}},
      shown.empty() ? word("none", call.command.language) + "\n" : shown);
  return 0;
}

}  // namespace sceau::enclave

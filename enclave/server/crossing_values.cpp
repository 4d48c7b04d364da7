#include "enclave/server/crossing_values.h"

#include "disclosure/condition_json.h"
#include "disclosure/fault.h"
#include "enclave/server/crossing.h"

namespace sceau::enclave {

bool json_is_shallow(std::string_view json, std::size_t most) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if ((c == '[' || c == '{') && ++depth > most) return false;
    if ((c == ']' || c == '}') && depth > 0) --depth;
  }
  return true;
}

}  // namespace sceau::enclave

namespace sceau::disclosure {
namespace {

using enclave::get;
using enclave::put;
using enclave::WireReader;
using enclave::WireWriter;

void put_number(WireWriter& out, const std::optional<double>& value) {
  out.boolean(value.has_value());
  if (value) out.f64(*value);
}

std::optional<double> get_number(WireReader& in) {
  if (!in.boolean()) return std::nullopt;
  return in.f64();
}

}  // namespace

void put(WireWriter& out, const Message& value) {
  out.text(value.id);
  put(out, value.args);
}
void get(WireReader& in, Message& value) {
  value.id = in.text();
  get(in, value.args);
}

void put(WireWriter& out, const Coordinate& value) {
  out.text(value.dimension);
  put(out, value.code);
  out.boolean(value.is_total);
}
void get(WireReader& in, Coordinate& value) {
  value.dimension = in.text();
  get(in, value.code);
  value.is_total = in.boolean();
}

void put(WireWriter& out, const Finding& value) {
  out.u8(static_cast<std::uint8_t>(value.rule));
  out.u8(static_cast<std::uint8_t>(value.verdict));
  put(out, value.cell);
  out.text(value.statistic);
  put_number(out, value.measured);
  put_number(out, value.limit);
  out.text(value.earlier);
  out.text(value.earlier_project);
  out.text(value.waived);
  put(out, value.message);
}
void get(WireReader& in, Finding& value) {
  value.rule = in.enumerator(policies::Rule::tabulation);
  value.verdict = in.enumerator(Verdict::fail);
  get(in, value.cell);
  value.statistic = in.text();
  value.measured = get_number(in);
  value.limit = get_number(in);
  value.earlier = in.text();
  value.earlier_project = in.text();
  value.waived = in.text();
  get(in, value.message);
}

void put(WireWriter& out, const Judgement& value) {
  out.u8(static_cast<std::uint8_t>(value.verdict));
  put(out, value.findings);
  out.count(value.applied.size());
  for (const auto rule : value.applied) out.u8(static_cast<std::uint8_t>(rule));
}
void get(WireReader& in, Judgement& value) {
  value.verdict = in.enumerator(Verdict::fail);
  get(in, value.findings);
  value.applied.clear();
  for (auto left = in.count(1); left > 0; --left) {
    value.applied.push_back(in.enumerator(policies::Rule::tabulation));
  }
}

void put(WireWriter& out, const Condition& value) { out.text(to_json(value)); }

void get(WireReader& in, Condition& value) {
  const auto json = in.text();
  if (json.size() > enclave::max_tabulation_bytes ||
      !enclave::json_is_shallow(json, enclave::max_json_depth)) {
    WireReader::refuse();
  }
  try {
    value = condition_from_json(json);
  } catch (const DisclosureError&) {
    WireReader::refuse();
  }
}

void put(WireWriter& out, const Tabulation& value) { out.text(to_json(value)); }

void get(WireReader& in, Tabulation& value) {
  const auto json = in.text();
  if (json.size() > enclave::max_tabulation_bytes ||
      !enclave::json_is_shallow(json, enclave::max_json_depth)) {
    WireReader::refuse();
  }
  try {
    value = tabulation_from_json(json);
  } catch (const DisclosureError&) {
    WireReader::refuse();
  }
}

void put(WireWriter& out, const Waiver& value) { out.text(to_json(value)); }

void get(WireReader& in, Waiver& value) {
  const auto json = in.text();
  if (json.size() > enclave::max_tabulation_bytes ||
      !enclave::json_is_shallow(json, enclave::max_json_depth)) {
    WireReader::refuse();
  }
  try {
    value = waiver_from_json(json);
  } catch (const DisclosureError&) {
    WireReader::refuse();
  }
}

void put(WireWriter& out, const Remembered& value) {
  out.text(value.request);
  out.i64(value.output);
  out.text(value.project);
  out.boolean(value.opaque);
  if (!value.opaque) put(out, value.tabulation);
}
void get(WireReader& in, Remembered& value) {
  value.request = in.text();
  value.output = static_cast<int>(in.i64());
  value.project = in.text();
  value.opaque = in.boolean();
  if (!value.opaque) get(in, value.tabulation);
}

void put(WireWriter& out, Chart value) { out.u8(static_cast<std::uint8_t>(value)); }
void get(WireReader& in, Chart& value) { value = in.enumerator(Chart::box); }

void put(WireWriter& out, Way value) { out.u8(static_cast<std::uint8_t>(value)); }
void get(WireReader& in, Way& value) { value = in.enumerator(ways.back()); }

void put(WireWriter& out, Verdict value) { out.u8(static_cast<std::uint8_t>(value)); }
void get(WireReader& in, Verdict& value) { value = in.enumerator(Verdict::fail); }

void put(WireWriter& out, const Supersession& value) {
  out.text(value.dataset);
  out.text(value.vintage);
  out.text(value.by);
}
void get(WireReader& in, Supersession& value) {
  value.dataset = in.text();
  value.vintage = in.text();
  value.by = in.text();
}

}  // namespace sceau::disclosure

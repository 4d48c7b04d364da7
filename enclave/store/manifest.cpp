#include "enclave/store/manifest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

Json column_to_json(const ColumnSummary& column) {
  Json json = {{"name", column.name},   {"encoding", column.encoding},
               {"scale", column.scale}, {"pseudonyms", column.pseudonyms},
               {"nulls", column.nulls}, {"distinct", column.distinct},
               {"bytes", column.bytes}};
  if (!column.determines.empty()) json["determines"] = column.determines;
  return json;
}

ColumnSummary column_from_json(const Json& json) {
  ColumnSummary column;
  json.at("name").get_to(column.name);
  json.at("encoding").get_to(column.encoding);
  json.at("scale").get_to(column.scale);
  json.at("pseudonyms").get_to(column.pseudonyms);
  json.at("nulls").get_to(column.nulls);
  json.at("distinct").get_to(column.distinct);
  json.at("bytes").get_to(column.bytes);
  if (json.contains("determines")) json.at("determines").get_to(column.determines);
  return column;
}

/// What is said of other columns is said of columns that are there.
bool names_columns(const Manifest& manifest) {
  return std::ranges::all_of(manifest.columns, [&](const ColumnSummary& column) {
    return std::ranges::all_of(column.determines, [&](const std::string& name) {
      return name != column.name &&
             std::ranges::count(manifest.columns, name, &ColumnSummary::name) == 1;
    });
  });
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  Json json = {{"format", manifest.format},     {"id", manifest.id},
               {"dataset", manifest.dataset},   {"vintage", manifest.vintage},
               {"created", manifest.created},   {"rows", manifest.rows},
               {"rejected", manifest.rejected}, {"segment_rows", manifest.segment_rows},
               {"segments", manifest.segments}, {"codebook_sha256", manifest.codebook_sha256},
               {"columns", Json::array()}};
  for (const auto& column : manifest.columns) json["columns"].push_back(column_to_json(column));
  return json.dump();
}

std::optional<Manifest> manifest_from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    Manifest manifest;
    json.at("format").get_to(manifest.format);
    json.at("id").get_to(manifest.id);
    json.at("dataset").get_to(manifest.dataset);
    json.at("vintage").get_to(manifest.vintage);
    json.at("created").get_to(manifest.created);
    json.at("rows").get_to(manifest.rows);
    json.at("rejected").get_to(manifest.rejected);
    json.at("segment_rows").get_to(manifest.segment_rows);
    json.at("segments").get_to(manifest.segments);
    json.at("codebook_sha256").get_to(manifest.codebook_sha256);
    for (const auto& column : json.at("columns")) {
      manifest.columns.push_back(column_from_json(column));
    }
    if (manifest.format != 1 || !names_columns(manifest) || to_json(manifest) != text) {
      return std::nullopt;
    }
    return manifest;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string sha256_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
    throw EnclaveError(Fault::internal, "store.internal", {"SHA-256 failed"});
  }
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

}  // namespace sceau::enclave

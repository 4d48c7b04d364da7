#include "policies/write.h"

#include <algorithm>
#include <string_view>

namespace sceau::policies {
namespace {

std::string in_quotes(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string key(std::string_view text) {
  const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return bare ? std::string(text) : in_quotes(text);
}

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ", ";
    out += in_quotes(text);
  }
  return out + "]";
}

std::string inline_table(const std::vector<std::pair<std::string, std::string>>& entries) {
  if (entries.empty()) return "{}";
  std::string out = "{ ";
  for (const auto& [name, value] : entries) {
    if (out.size() > 2) out += ", ";
    out += key(name) + " = " + value;
  }
  return out + " }";
}

std::string label(const Label& label) {
  std::vector<std::pair<std::string, std::string>> entries;
  if (!label.fr.empty()) entries.emplace_back("fr", in_quotes(label.fr));
  if (!label.en.empty()) entries.emplace_back("en", in_quotes(label.en));
  return inline_table(entries);
}

std::string map(const std::map<std::string, std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [name, value] : texts) entries.emplace_back(name, in_quotes(value));
  return inline_table(entries);
}

class Writer {
 public:
  explicit Writer(const Comments& comments) : comments_(comments) {}

  void comment(const std::string& place) {
    const auto found = comments_.find(place);
    if (found == comments_.end()) return;
    for (const std::string& line : found->second) {
      std::string plain = line;
      // Whatever a line holds, it must stay one comment.
      std::replace_if(
          plain.begin(), plain.end(),
          [](char c) { return (static_cast<unsigned char>(c) < 0x20U && c != '\t') || c == 0x7F; },
          ' ');
      out_ += "# " + plain + "\n";
    }
  }
  void line(const std::string& text) { out_ += text + "\n"; }
  void put(const std::string& name, const std::string& value) { line(name + " = " + value); }
  std::string take() { return std::move(out_); }

  void dataset(const Codebook& codebook);
  void file(const FileRule& rule);
  void variable(const Variable& variable);

 private:
  const Comments& comments_;
  std::string out_;
};

void Writer::dataset(const Codebook& codebook) {
  line("[dataset]");
  put("name", in_quotes(codebook.name));
  if (codebook.title != Label{}) put("title", label(codebook.title));
  if (codebook.population != codebook.name) put("population", in_quotes(codebook.population));
  put("unit", in_quotes(codebook.unit));
  if (!codebook.contributors.empty()) put("contributors", list(codebook.contributors));
  if (!codebook.weight.empty()) put("weight", in_quotes(codebook.weight));
}

void Writer::file(const FileRule& rule) {
  line("\n[[files]]");
  put("match", in_quotes(rule.match));
  if (!rule.encoding.empty()) put("encoding", in_quotes(rule.encoding));
  if (rule.decimal != '.') put("decimal", in_quotes(std::string(1, rule.decimal)));
  if (rule.separator) put("separator", in_quotes(std::string(1, *rule.separator)));
  if (!rule.set.empty()) put("set", map(rule.set));
}

void Writer::variable(const Variable& v) {
  line("");
  comment(v.name);
  line("[variables." + v.name + "]");
  put("type", in_quotes(to_string(v.type)));
  put("role", in_quotes(to_string(v.role)));
  if (!v.source.empty()) put("source", list(v.source));
  if (v.label != Label{}) put("label", label(v.label));
  if (!v.recode.empty()) put("recode", map(v.recode));
  if (v.pad > 0) put("pad", std::to_string(v.pad));
  if (!v.parent.empty()) put("parent", in_quotes(v.parent));
  if (v.missing != std::vector<std::string>{""}) put("missing", list(v.missing));
  if (v.sensitive) put("sensitive", "true");
  if (v.role == Role::identifier && v.domain != v.name) put("domain", in_quotes(v.domain));
  if (v.references) {
    put("references", in_quotes(v.references->dataset + "." + v.references->variable));
  }
  if (v.type == Type::decimal) put("decimals", std::to_string(v.decimals));
  if (v.min) put("min", to_string(shortened(*v.min)));
  if (v.max) put("max", to_string(shortened(*v.max)));
  if (v.values.empty()) return;
  line("[variables." + v.name + ".values]");
  for (const CodeLabel& value : v.values) put(key(value.code), label(value.label));
}

}  // namespace

std::string to_toml(const Codebook& codebook, const Comments& comments) {
  Writer writer(comments);
  writer.comment("");
  writer.line("format = 1\n");
  writer.dataset(codebook);
  for (const FileRule& rule : codebook.files) writer.file(rule);
  for (const Variable& variable : codebook.variables) writer.variable(variable);
  return writer.take();
}

}  // namespace sceau::policies

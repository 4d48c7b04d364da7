#include "enclave/server/pgwire.h"

#include <algorithm>

namespace sceau::enclave::pg {
namespace {

constexpr std::uint32_t ssl_request = 80'877'103;
constexpr std::uint32_t gss_request = 80'877'104;
constexpr std::uint32_t cancel_request = 80'877'102;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

/// The fields of one message's body.
class Fields {
 public:
  explicit Fields(std::string_view body) : body_(body) {}

  std::string_view bytes(std::size_t size) {
    if (size > body_.size()) throw ProtocolError("a message is shorter than its fields");
    const auto taken = body_.substr(0, size);
    body_.remove_prefix(size);
    return taken;
  }
  char letter() { return bytes(1)[0]; }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(bytes(2))); }
  std::int16_t i16() { return static_cast<std::int16_t>(u16()); }
  std::uint32_t u32() { return big_endian(bytes(4)); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  std::string text() {
    const auto end = body_.find('\0');
    if (end == std::string_view::npos) throw ProtocolError("a text has no closing zero byte");
    std::string value(body_.substr(0, end));
    body_.remove_prefix(end + 1);
    return value;
  }
  bool empty() const { return body_.empty(); }
  void finish() const {
    if (!body_.empty()) throw ProtocolError("a message is longer than its fields");
  }

 private:
  std::string_view body_;
};

std::size_t most_bytes(char type) {
  switch (type) {
    case 'Q':
    case 'P':
      return max_query;
    case 'B':
      return max_bind;
    case 'D':
    case 'E':
    case 'C':
    case 'H':
    case 'S':
    case 'X':
    case 'd':
    case 'c':
    case 'f':
      return max_other;
    default:
      throw ProtocolError("unknown message type");
  }
}

std::vector<std::int16_t> formats(Fields& fields) {
  std::vector<std::int16_t> list(fields.u16());
  for (auto& format : list) {
    format = fields.i16();
    if (format != 0 && format != 1) throw ProtocolError("a format code is neither text nor binary");
  }
  return list;
}

Message parse_parse(Fields& fields) {
  Parse parse;
  parse.statement = fields.text();
  parse.text = fields.text();
  const std::size_t types = fields.u16();
  for (std::size_t i = 0; i < types; ++i) parse.parameter_oids.push_back(fields.u32());
  return parse;
}

Message parse_bind(Fields& fields) {
  Bind bind;
  bind.portal = fields.text();
  bind.statement = fields.text();
  bind.parameter_formats = formats(fields);
  const std::size_t parameters = fields.u16();
  if (bind.parameter_formats.size() > 1 && bind.parameter_formats.size() != parameters) {
    throw ProtocolError("as many format codes as parameters are needed");
  }
  for (std::size_t i = 0; i < parameters; ++i) {
    const auto size = fields.i32();
    if (size < -1) throw ProtocolError("a parameter has a negative length");
    if (size == -1) {
      bind.parameters.emplace_back(std::nullopt);
    } else {
      bind.parameters.emplace_back(std::string(fields.bytes(static_cast<std::size_t>(size))));
    }
  }
  bind.result_formats = formats(fields);
  return bind;
}

template <class Named>
Message parse_named(Fields& fields) {
  Named named;
  const char what = fields.letter();
  if (what != 'S' && what != 'P') throw ProtocolError("neither a statement nor a portal is named");
  named.portal = what == 'P';
  named.name = fields.text();
  return named;
}

Message parse_execute(Fields& fields) {
  Execute execute;
  execute.portal = fields.text();
  execute.most_rows = std::max(0, fields.i32());
  return execute;
}

Message parse_body(char type, Fields& fields) {
  switch (type) {
    case 'Q':
      return Query{fields.text()};
    case 'P':
      return parse_parse(fields);
    case 'B':
      return parse_bind(fields);
    case 'D':
      return parse_named<Describe>(fields);
    case 'C':
      return parse_named<Close>(fields);
    case 'E':
      return parse_execute(fields);
    case 'H':
      return Flush{};
    case 'S':
      return Sync{};
    case 'X':
      return Terminate{};
    default:
      while (!fields.empty()) fields.letter();
      return CopyMessage{};
  }
}

Message parse_startup(Fields& fields, std::uint32_t code) {
  if (code >> 16 != 3) throw ProtocolError("only protocol version 3 is spoken here");
  Startup startup;
  startup.minor = static_cast<std::uint16_t>(code);
  while (true) {
    auto name = fields.text();
    if (name.empty()) break;
    auto value = fields.text();
    if (!startup.parameters.emplace(std::move(name), std::move(value)).second) {
      throw ProtocolError("a start parameter stands twice");
    }
  }
  return startup;
}

}  // namespace

void FrontendReader::feed(std::string_view bytes) {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes);
}

/// The body of the message whose length field begins at `head`, once it is all there.
std::optional<std::string_view> FrontendReader::packet(std::size_t head) {
  const auto bytes = std::string_view(buffer_).substr(begin_);
  if (bytes.size() < head + 4) return std::nullopt;
  const std::size_t length = big_endian(bytes.substr(head, 4));
  const auto most = head == 0 ? max_startup : most_bytes(bytes[0]);
  if (length < 4 || length > most) throw ProtocolError("a message has an impossible length");
  if (bytes.size() < head + length) return std::nullopt;
  begin_ += head + length;
  return bytes.substr(head + 4, length - 4);
}

std::optional<Message> FrontendReader::next_before_startup() {
  const auto body = packet(0);
  if (!body) return std::nullopt;
  Fields fields(*body);
  const auto code = fields.u32();
  Message message = EncryptionRequest{};
  if (code == cancel_request) {
    CancelRequest cancel;
    cancel.pid = fields.u32();
    cancel.key = fields.u32();
    message = cancel;
  } else if (code != ssl_request && code != gss_request) {
    message = parse_startup(fields, code);
    started_ = true;
  }
  fields.finish();
  return message;
}

std::optional<Message> FrontendReader::next_of_session() {
  if (buffered() == 0) return std::nullopt;
  const char type = buffer_[begin_];
  most_bytes(type);
  const auto body = packet(1);
  if (!body) return std::nullopt;
  Fields fields(*body);
  auto message = parse_body(type, fields);
  fields.finish();
  return message;
}

std::optional<Message> FrontendReader::next() {
  if (broken_) return std::nullopt;
  try {
    return started_ ? next_of_session() : next_before_startup();
  } catch (const ProtocolError&) {
    broken_ = true;
    throw;
  }
}

std::vector<std::pair<std::string, std::string>> startup_settings(std::string_view options) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i] == ' ') {
      if (!words.back().empty()) words.emplace_back();
      continue;
    }
    if (options[i] == '\\' && i + 1 < options.size()) ++i;
    words.back() += options[i];
  }
  if (words.back().empty()) words.pop_back();
  std::vector<std::pair<std::string, std::string>> settings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string setting;
    if (words[i] == "-c" && i + 1 < words.size()) {
      setting = words[++i];
    } else if (words[i].starts_with("-c") || words[i].starts_with("--")) {
      setting = words[i].substr(2);
    }
    const auto equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw ProtocolError("the options are not of the form -c name=value");
    }
    settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return settings;
}

std::int16_t format_of(const std::vector<std::int16_t>& formats, std::size_t index) {
  if (formats.empty()) return 0;
  if (formats.size() == 1) return formats[0];
  return index < formats.size() ? formats[index] : std::int16_t{0};
}

}  // namespace sceau::enclave::pg

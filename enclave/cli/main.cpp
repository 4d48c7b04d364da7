// The program `sceau`: finds out who is to do what. A command goes to the broker where one serves,
// is done here under the home's lock where none does, and needs no centre at all where it says so.

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "audit/bytes.h"
#include "audit/fault.h"
#include "disclosure/fault.h"
#include "enclave/centre/grammar.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/cli/local.h"
#include "enclave/cli/operation.h"
#include "enclave/cli/protect.h"
#include "enclave/cli/reach.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/keys/keyring.h"
#include "enclave/messages.h"
#include "enclave/server/serve.h"
#include "enclave/shadow_memory.h"
#include "enclave/sql/fault.h"
#include "enclave/workspace/entry.h"
#include "enclave/workspace/plan.h"
#include "policies/fault.h"

namespace sceau::enclave {
namespace {

std::string language_of_environment() {
  for (const auto* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return std::string(language_of_locale(value));
  }
  return "en";
}

std::string language_of(const Arguments& arguments) {
  if (const auto named = arguments.maybe("lang")) {
    if (*named != "en" && *named != "fr") {
      throw EnclaveError(Fault::usage, "centre.language", {*named});
    }
    return *named;
  }
  return language_of_environment();
}

int run_client(const Client& client) {
  using Local = int (*)(const Client&);
  static const std::map<std::string_view, Local> local = {
      {"init", init_command},
      {"policy check", policy_check_command},
      {"serve", serve_command},
      {"session", session_command},
      {"egress", egress_command},
      {"codebook infer", codebook_infer_command},
      {"codebook import", codebook_import_command},
      {"codebook export", codebook_export_command},
      {"check", check_command},
      {"key identity", key_identity_command},
      {"doctor", doctor_command},
      {"restore", restore_command},
      {"events", events_command},
      {"protect", protect_command},
      {"review export", review_export_command},
      {"log request", log_request_command},
      {"log collect", log_collect_command},
      {"log export", log_export_command},
      {"permit key", permit_key_command},
      {"permit sign", permit_sign_command},
      {"permit grant", permit_grant_command},
      {"permit revoke", permit_revoke_command},
  };
  const auto found = local.find(client.arguments.spec->words);
  if (found != local.end()) return found->second(client);
  return reach_centre(client);
}

int run(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (!audit::is_utf8(word)) throw EnclaveError(Fault::usage, "centre.not_utf8");
  }
  if (words.size() == 1 && (words[0] == "--help" || words[0] == "help")) {
    std::fputs(help_text().c_str(), stdout);
    return 0;
  }
  if (words.size() == 1 && words[0] == "--version") {
    std::puts("sceau " SCEAU_VERSION);
    return 0;
  }
  const auto& spec = find_command(words);
  const auto arguments = parse_arguments(spec, words);
  if (arguments.has("help")) {
    std::fputs(help_text(spec).c_str(), stdout);
    return 0;
  }
  ProgressBar bar;
  const auto write = [&bar](std::FILE* stream, const std::string& text) {
    bar.clear();
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
  };
  Output output;
  output.out = [&](const std::string& text) { write(stdout, text); };
  output.err = [&](const std::string& text) { write(stderr, text); };
  output.progress = [&](const std::string& json) { bar.show(json); };
  output.cancelled = [] { return false; };
  return run_client({arguments, find_home(arguments), language_of(arguments), arguments.has("json"),
                     output, std::chrono::system_clock::now});
}

/// Keys pass through this process: no core file, no reading of its memory by others, no page on the
/// swap.
void close_the_blinds() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  if (!has_shadow_memory) ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void)keep_keys_in_secure_heap();
}

/// Before the words are understood: what a refusal of them is said in.
std::string language_before(const std::vector<std::string>& words) {
  std::string named;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with("--lang=")) named = words[i].substr(7);
    if (words[i] == "--lang" && i + 1 < words.size()) named = words[i + 1];
  }
  return named == "en" || named == "fr" ? named : language_of_environment();
}

int guarded(const std::vector<std::string>& words) {
  const auto language = language_before(words);
  try {
    return run(words);
  } catch (const EnclaveError& error) {
    complain(text(error.id(), error.args(), language), hint(error.id(), error.args(), language));
    return exit_code(error.fault());
  } catch (const sql::SqlError& error) {
    complain(error.message(language), error.hint(language));
    return exit_code(Fault::bad_input);
  } catch (const policies::PolicyError& error) {
    complain(error.what(), error.hint());
    return exit_code(Fault::bad_input);
  } catch (const disclosure::DisclosureError& error) {
    complain(error.what(), "");
    return exit_code(Fault::bad_input);
  } catch (const audit::AuditError& error) {
    complain(error.what(), error.hint());
    return exit_code(Fault::integrity);
  } catch (const std::bad_alloc&) {
    complain(text("server.check_out_of_memory", {}, language),
             hint("server.check_out_of_memory", {}, language));
    return exit_code(Fault::unavailable);
  } catch (const std::exception& error) {
    complain(text("centre.internal", {error.what()}, language),
             hint("centre.internal", {}, language));
    return exit_code(Fault::internal);
  }
}

}  // namespace
}  // namespace sceau::enclave

int main(int argc, char** argv) {
  if (argc > 2 && argv[1] == std::string_view(sceau::enclave::jail_word)) {
    return sceau::enclave::run_workspace_jail(argc, argv);
  }
  if (argc > 2 && argv[1] == std::string_view(sceau::enclave::workspace_word)) {
    return sceau::enclave::run_workspace_entry(argc, argv);
  }
  if (argc == 2 && argv[1] == sceau::enclave::worker_word) return sceau::enclave::run_worker();
  if (argc == 2 && argv[1] == sceau::enclave::examiner_word) return sceau::enclave::run_examiner();
  std::signal(SIGPIPE, SIG_IGN);
  // A file that reaches `ulimit -f` is to be a refusal that cleans up, as on a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  sceau::enclave::close_the_blinds();
  return sceau::enclave::guarded({argv + 1, argv + argc});
}

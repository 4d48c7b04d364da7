// sceau-audit: what an auditor needs, on any machine: a log, a trust file, and this program.
#include <boost/program_options/errors.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "audit/commands.h"
#include "audit/fault.h"

namespace {

using namespace sceau::audit;

constexpr const char* usage =
    "usage: sceau-audit COMMAND …        (--help after a command says more)\n"
    "\n"
    "  verify LOG… --trust FILE          is the log whole, and signed by whom it should be; "
    "several\n"
    "                                    logs, or a folder of them, must go on from each other\n"
    "  show LOG                          the entries of a log\n"
    "  report LOG… [--from DATE] [--to DATE]\n"
    "                                    a period's figures: sessions, requests, verdicts, "
    "releases\n"
    "  receipt FILE.receipt --file OUTPUT --trust FILE [--log LOG]\n"
    "                                    was this file released, as it is, after a check; with a\n"
    "                                    newer copy of the log: and not revoked since\n"
    "  erasure FILE.receipt --trust FILE [--file COPY]\n"
    "                                    was a sealed store's key destroyed, and of which file\n"
    "  prove LOG --index N               a receipt for entry N\n"
    "  prove LOG --consistency M N       the proof that M entries are the beginning of N\n"
    "  cosign LOG --key W.key --state FILE\n"
    "  cosign --request FILE --answer FILE --key W.key --state FILE\n"
    "                                    be a witness: compare with what was seen last, then sign\n"
    "  key --name NAME --out W.key       a key for a witness; its public half is printed\n"
    "  rebuild --entries FILE --key-file K --sizes 5,256 --out DIR\n"
    "                                    a log made again from its entries\n"
    "\n"
    "exit codes: 0 valid; 1 undecided; 2 usage or bad input; 4 tampered; 70 internal\n";

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "help") {
    (arguments.empty() ? std::cerr : std::cout) << usage;
    return arguments.empty() ? exit_usage : exit_done;
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "verify") return run_verify(rest);
  if (arguments[0] == "show") return run_show(rest);
  if (arguments[0] == "report") return run_report(rest);
  if (arguments[0] == "receipt") return run_receipt(rest);
  if (arguments[0] == "erasure") return run_erasure(rest);
  if (arguments[0] == "prove") return run_prove(rest);
  if (arguments[0] == "cosign") return run_cosign(rest);
  if (arguments[0] == "key") return run_key(rest);
  if (arguments[0] == "rebuild") return run_rebuild(rest);
  throw AuditError(Fault::bad_input, "there is no command of this name",
                   "sceau-audit --help lists the commands");
}

int exit_code(Fault fault) {
  switch (fault) {
    case Fault::bad_input:
    case Fault::refused:
    case Fault::exists:
      return exit_usage;
    case Fault::tampered:
      return exit_integrity;
    case Fault::undecided:
      return exit_no;
    case Fault::stopped:
    case Fault::io:
    case Fault::crypto:
      return exit_internal;
  }
  return exit_internal;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int code = run({argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout) throw AuditError(Fault::io, "the result could not be written");
    return code;
  } catch (const AuditError& error) {
    std::cerr << "sceau-audit: error: " << error.what() << "\n";
    if (!error.hint().empty()) std::cerr << "sceau-audit: hint: " << error.hint() << "\n";
    return exit_code(error.fault());
  } catch (const boost::program_options::error& error) {
    std::cerr << "sceau-audit: error: " << error.what()
              << "\nsceau-audit: hint: --help after the command lists its options\n";
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "sceau-audit: error: " << error.what() << "\n";
    return exit_internal;
  }
}

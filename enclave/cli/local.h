#pragma once
// Commands that need no centre, or that find their centre themselves. Exit codes as everywhere.

#include <filesystem>
#include <optional>

#include "enclave/centre/centre.h"
#include "enclave/centre/commands.h"
#include "enclave/centre/grammar.h"

namespace sceau::enclave {

/// What every command of the client has.
struct Client {
  const Arguments& arguments;
  Home home;
  std::string language;
  bool json = false;
  Output output;
  Clock clock;
};

/// --home, else $SCEAU_HOME, else the system's paths.
[[nodiscard]] Home find_home(const Arguments& arguments);

int init_command(const Client&);
int policy_check_command(const Client&);
int serve_command(const Client&);
int session_command(const Client&);
int egress_command(const Client&);
int codebook_infer_command(const Client&);
int codebook_import_command(const Client&);
int codebook_export_command(const Client&);
int check_command(const Client&);
int key_identity_command(const Client&);
int doctor_command(const Client&);
int review_export_command(const Client&);
int log_request_command(const Client&);
int log_collect_command(const Client&);
int log_export_command(const Client&);
int permit_key_command(const Client&);
int permit_sign_command(const Client&);
int permit_grant_command(const Client&);
int permit_revoke_command(const Client&);

}  // namespace sceau::enclave

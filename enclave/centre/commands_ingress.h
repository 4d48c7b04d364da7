#pragma once
// The handlers of `ingress` and `review ingress` (handlers.h).

#include "enclave/centre/handlers.h"

namespace sceau::enclave {

int ingress_bring(const Call&);
int review_ingress_list(const Call&);
int review_ingress_show(const Call&);
int review_ingress_admit(const Call&);
int review_ingress_refuse(const Call&);

}  // namespace sceau::enclave

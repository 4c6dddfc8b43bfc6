#pragma once

// A run: connections that take requests and bring them to the nodes, and what they saw.

#include "node/base/result.h"
#include "tools/load/courier.h"
#include "tools/load/journal.h"
#include "tools/load/measurement.h"
#include "tools/load/workload.h"

namespace sogoc::load {

struct Pace {
  unsigned connections = 4;
  // 0: a connection sends its next request as soon as the last one is answered. Otherwise requests
  // leave at fixed times; one that finds no free connection waits, and its latency counts from the
  // time at which it should have left.
  double requests_per_second = 0;
  double seconds = 0;  // no request begins later; 0: until there are no more
};

// Connections are spread over the nodes in turn. An error of one connection ends the run.
base::Result<Measurement> Run(RequestSource& requests, Nodes& nodes, const CourierOptions& options,
                              Journal& journal, const Pace& pace);

}  // namespace sogoc::load

#pragma once

// The stamps of a run as a file: CSV with the header serial,uri, one stamp to a line in the order
// of their serials.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/p256.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::tools {

struct StampRun {
  base::Digest ledger_id{};
  std::string host;  // of the resolver
  std::string gtin;  // 14 digits
  std::string lot;
  std::uint64_t first = 0;  // serial
  std::uint64_t count = 0;
};

// Called now and then with how many are done, from the caller's thread.
using Done = std::function<void(std::uint64_t)>;

// Signs all stamps of the run, on all cores, and writes them. Replaces the file; durable on
// success, its name included.
//   kInvalidArgument  host, GTIN, lot or a serial cannot stand in a stamp
//   kUnavailable      the system refused: no space, no permission
base::Status WriteStamps(const StampRun& run, const crypto::P256PrivateKey& key,
                         const std::string& path, const Done& done);

// Whether the file's first line is a stamp of the run that `stamp_key` signed; the host may differ.
//   kNotFound         it cannot be read
//   kInvalidArgument  it is not
base::Status CheckStamps(const StampRun& run, const crypto::P256PublicKey& stamp_key,
                         const std::string& path);

// Pictures of the codes.
struct PictureOptions {
  bool png = false;
  bool svg = false;
  std::uint64_t limit = 0;  // the first so many; 0: all
};

// Draws stamps of the file as FOLDER/png/SERIAL.png and FOLDER/svg/SERIAL.svg, on all cores.
// Replaces pictures that are there. Not durable: they can be drawn again.
//   kNotFound, kInvalidArgument  the file cannot be read, or is not one of stamps
//   kUnavailable                 the system refused
base::Status DrawStamps(const std::string& path, const std::string& folder,
                        const PictureOptions& options, const Done& done);

}  // namespace sogoc::tools

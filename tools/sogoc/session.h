#pragma once

// One run of the program: its options, its streams, and what several commands need, opened when it
// is first asked for.

#include <chrono>
#include <functional>
#include <optional>
#include <ostream>

#include "crypto/p256.h"
#include "crypto/secret.h"
#include "node/base/time.h"
#include "tools/sogoc/node_client.h"
#include "tools/sogoc/options.h"

namespace sogoc::tools {

// The world outside, replaced in tests.
struct Surroundings {
  std::ostream& out;  // results
  std::ostream& err;  // progress, reasons, advice
  const base::Clock& clock;
  std::function<void(std::chrono::seconds)> sleep;
  bool err_is_terminal = false;  // draws progress there
};

// Not thread-safe.
class Session {
 public:
  Session(const Surroundings& surroundings, Options options)
      : surroundings_(surroundings), options_(std::move(options)) {}

  const Options& options() const { return options_; }
  std::ostream& out() const { return surroundings_.out; }
  std::ostream& err() const { return surroundings_.err; }
  const Surroundings& surroundings() const { return surroundings_; }
  base::TimeNs Now() const { return surroundings_.clock.Now(); }

  // The organisation that speaks. kFailedPrecondition: nobody said which.
  base::Result<std::string> Author() const;

  // The client of --node. Valid as long as the session. Does not connect.
  //   kInvalidArgument  the URL or the CA file cannot be used
  base::Result<NodeClient*> Node();

  // The ledger that is signed for: --ledger-id, else what the node says (asked once).
  //   kInvalidArgument  not 64 hexadecimal digits
  //   other             as NodeClient::Ledger
  base::Result<base::Digest> LedgerId();

  // The signing key. Valid as long as the session.
  //   kFailedPrecondition  nobody said which
  //   other                as ReadKey
  base::Result<const crypto::P256PrivateKey*> Key();

  // When an entry that is made now expires, POSIX seconds. kInvalidArgument: --valid-for is no
  // duration, or longer than the ledger remembers entries.
  base::Result<std::uint64_t> NotAfter() const;

 private:
  const Surroundings& surroundings_;
  Options options_;
  std::optional<NodeClient> node_;
  std::optional<base::Digest> ledger_id_;
  std::optional<crypto::P256PrivateKey> key_;
};

// The passphrase from a file, or, if `file` is empty, from the terminal; asked twice where it is
// for a new key. Errors as crypto/passphrase.h, and kInvalidArgument if the two differ.
base::Result<crypto::SecretString> AskPassphrase(const std::string& file, const std::string& prompt,
                                                 bool twice);

// Opens a key file. Errors as crypto/key_file.h and AskPassphrase.
base::Result<crypto::P256PrivateKey> ReadKey(const std::string& path,
                                             const std::string& passphrase_file);

}  // namespace sogoc::tools

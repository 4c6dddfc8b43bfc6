#pragma once

// A node's folder with a founded ledger: the organisations of ledger_names.h, kept by one peer.

#include <string>

#include "crypto/policy.h"
#include "node/app/node.h"
#include "proto/api.pb.h"
#include "tests/support/ledger_ops.h"
#include "tests/support/temp_directory.h"
#include "tools/http/http_client.h"

namespace sogoc::support {

// `port` 0: any free one. Fails the test if anything goes wrong.
class NodeFolder {
 public:
  NodeFolder();

  const app::NodeDirectory& directory() const { return directory_; }
  const app::Config& config() const { return config_; }
  app::Config& config() { return config_; }
  const base::Digest& ledger_id() const { return ledger_id_; }
  // What a checkpoint of this ledger needs.
  const crypto::Policy& policy() const { return policy_; }
  std::string passphrase_file() const { return temp_ / "pass"; }

  // Signed by the key named like the author, with a fresh nonce, for one hour from now.
  base::Bytes Sign(const std::string& author, const std::vector<v1::Operation>& operations) const;
  // The entries that populate the ledger, in order.
  std::vector<base::Bytes> FirstEntries() const;

 private:
  TempDirectory temp_;
  app::NodeDirectory directory_;
  app::Config config_;
  base::Digest ledger_id_{};
  crypto::Policy policy_;
};

// Submits entries in one request; one result for each.
base::Result<v1::SubmitResponse> Submit(tools::HttpClient& client,
                                        const std::vector<base::Bytes>& entries);
// The same, and the test fails unless all are committed.
void SubmitAll(tools::HttpClient& client, const std::vector<base::Bytes>& entries);

}  // namespace sogoc::support

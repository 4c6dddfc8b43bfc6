#pragma once

// The founding entry and the first blocks of the test ledger: the organisations of ledger_names.h,
// real admin units with the reform of 2025 (data: thanglequoc/vietnamese-provinces-database), the
// grading regimes of 2019, 2023 and 2025.

#include <string>
#include <vector>

#include "proto/entry.pb.h"
#include "tests/support/ledger_ops.h"

namespace sogoc::support {

struct WorldOptions {
  // 08:00 in UTC+7 of that day. Before 2025-07-01 there are districts: ubnd-huongson, hd-huongson
  // and ubnd-hagiang then have keys and roles, and no successors yet.
  std::uint32_t founded = 20260105;
  std::vector<std::string> approvers = {"vp-hatinh"};  // ascending
  std::uint32_t threshold = 1;
  int peers = 1;  // peer1.example … of vp-hatinh, ubnd-hatinh, bo-nnmt in turn
};

// The day from which there are no districts, and Hà Giang is part of Tuyên Quang.
inline constexpr std::uint32_t kReform = 20250701;

v1::Found FoundMessage(const WorldOptions& options);
v1::Peer PeerMessage(int number);  // from 1; its keys are Ed25519Of("peer1/log"), "/cosigner" …
v1::RegimeTable Regimes();
v1::Vocabulary GroupsOf2023();

// Who signs what after founding, block by block.
struct FirstEntry {
  std::string author;
  std::vector<v1::Operation> operations;
};
std::vector<std::vector<FirstEntry>> FirstBlocks(const WorldOptions& options,
                                                 const base::Digest& ledger_id);

}  // namespace sogoc::support

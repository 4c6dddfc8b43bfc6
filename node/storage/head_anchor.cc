#include "node/storage/head_anchor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/sha256.h"
#include "node/storage/fail_stop.h"
#include "node/storage/files.h"

namespace sogoc::storage {
namespace {

constexpr std::size_t kCopies = 2;
constexpr std::size_t kSlots = 2;
constexpr std::size_t kSlotDistanceBytes = 4096;
constexpr std::size_t kFileBytes = kSlots * kSlotDistanceBytes;
constexpr std::size_t kSignedBytes = 96;
constexpr std::size_t kSlotBytes = kSignedBytes + 32;
constexpr std::string_view kMagic = "SOGOCHD1";

using Slots = std::array<std::optional<Head>, kSlots>;

std::string CopyPath(const std::string& directory, std::size_t copy) {
  return directory + "/anchor." + std::to_string(copy);
}

std::size_t SlotOf(const Head& head) { return head.height % kSlots; }

Bytes EncodeSlot(const Head& head) {
  Bytes out = base::ToBytes(base::AsBytes(kMagic));
  base::Append(out, head.ledger_id);
  base::AppendU64(out, head.height);
  base::Append(out, head.header_hash);
  base::AppendU64(out, head.time);
  out.resize(kSignedBytes);
  base::Append(out, crypto::Sha256(out));
  return out;
}

std::optional<Head> DecodeSlot(ByteView slot) {
  Head head;
  std::copy_n(slot.begin() + 8, 32, head.ledger_id.begin());
  head.height = base::ReadU64(slot.subspan(40));
  std::copy_n(slot.begin() + 48, 32, head.header_hash.begin());
  head.time = base::ReadU64(slot.subspan(80));
  if (!base::Equal(slot, EncodeSlot(head))) return std::nullopt;
  return head;
}

Bytes EncodeFile(const Slots& slots) {
  Bytes out(kFileBytes);
  for (std::size_t i = 0; i < kSlots; ++i) {
    std::ranges::copy(EncodeSlot(*slots[i]),
                      out.begin() + static_cast<long>(i * kSlotDistanceBytes));
  }
  return out;
}

// What one copy holds. A file of another length, or one that cannot be read, has no slots.
struct Copy {
  Slots slots;
  bool whole = false;  // byte for byte what we write
};

Copy ReadCopy(const FileSystem& files, const std::string& path) {
  Copy copy;
  const Result<Bytes> bytes = files.Read(path, kFileBytes);
  if (!bytes || bytes->size() != kFileBytes) return copy;
  for (std::size_t i = 0; i < kSlots; ++i) {
    copy.slots[i] = DecodeSlot(ByteView(*bytes).subspan(i * kSlotDistanceBytes, kSlotBytes));
  }
  copy.whole = copy.slots[0] && copy.slots[1] && *bytes == EncodeFile(copy.slots);
  return copy;
}

const Head& Newest(const Slots& slots) {
  return slots[0]->height > slots[1]->height ? *slots[0] : *slots[1];
}

// nullopt if both copies of the slot are damaged, or if they tell one height in two ways.
std::optional<Head> MergeSlot(const std::optional<Head>& a, const std::optional<Head>& b) {
  if (!a || !b) return a ? a : b;
  if (a->height == b->height && *a != *b) return std::nullopt;
  return a->height >= b->height ? a : b;
}

// A new anchor has one head in both slots; afterwards they are neighbours.
bool AreConsistent(const Head& a, const Head& b) {
  if (a.height == b.height) return a == b;
  const std::uint64_t distance = a.height > b.height ? a.height - b.height : b.height - a.height;
  return a.ledger_id == b.ledger_id && distance == 1;
}

struct Anchor {
  std::array<Copy, kCopies> copies;
  Slots merged;  // both present
};

Result<Anchor> ReadAnchor(const FileSystem& files, const std::string& directory) {
  Anchor anchor;
  bool found = false;
  for (std::size_t i = 0; i < kCopies; ++i) {
    found = found || files.Exists(CopyPath(directory, i));
    anchor.copies[i] = ReadCopy(files, CopyPath(directory, i));
  }
  if (!found) return base::NotFound("no head anchor in " + directory);
  for (std::size_t i = 0; i < kSlots; ++i) {
    anchor.merged[i] = MergeSlot(anchor.copies[0].slots[i], anchor.copies[1].slots[i]);
  }
  if (!anchor.merged[0] || !anchor.merged[1] ||
      !AreConsistent(*anchor.merged[0], *anchor.merged[1])) {
    return base::Corrupt("head anchor: " + CopyPath(directory, 0) + " and " +
                         CopyPath(directory, 1) + " together no longer tell the last block");
  }
  return anchor;
}

// A sentence if the copy is not what it should be. A cut between the two writes of a head leaves
// copy 1 one height behind, which is nothing to report.
std::optional<std::string> DamageOf(const Anchor& anchor, std::size_t i, const std::string& path) {
  const Copy& copy = anchor.copies[i];
  if (!copy.whole) return path + " is missing or damaged; the other copy serves";
  const std::uint64_t height = Newest(copy.slots).height;
  const std::uint64_t newest = Newest(anchor.merged).height;
  if (height + i >= newest) return std::nullopt;
  return path + " is an old copy: it ends at height " + std::to_string(height) + ", not " +
         std::to_string(newest);
}

}  // namespace

Result<HeadAnchor::Reading> HeadAnchor::Read(const FileSystem& files,
                                             const std::string& directory) {
  TRY(const Anchor anchor, ReadAnchor(files, directory));
  Reading reading{Newest(anchor.merged), {}};
  for (std::size_t i = 0; i < kCopies; ++i) {
    if (auto damage = DamageOf(anchor, i, CopyPath(directory, i))) {
      reading.damaged.push_back(std::move(*damage));
    }
  }
  return reading;
}

Result<HeadAnchor> HeadAnchor::Create(FileSystem& files, const std::string& directory,
                                      const Head& head) {
  for (std::size_t i = 0; i < kCopies; ++i) {
    if (files.Exists(CopyPath(directory, i))) {
      return base::FailedPrecondition(CopyPath(directory, i) + " exists already");
    }
  }
  for (std::size_t i = 0; i < kCopies; ++i) {
    TRY_STATUS(WriteFileDurably(files, CopyPath(directory, i), EncodeFile({head, head})));
  }
  return OpenCopies(files, directory, head);
}

Result<HeadAnchor> HeadAnchor::Open(FileSystem& files, const std::string& directory) {
  TRY(const Anchor anchor, ReadAnchor(files, directory));
  for (std::size_t i = 0; i < kCopies; ++i) {
    const Copy& copy = anchor.copies[i];
    if (copy.whole && copy.slots == anchor.merged) continue;
    TRY_STATUS(WriteFileDurably(files, CopyPath(directory, i), EncodeFile(anchor.merged)));
  }
  return OpenCopies(files, directory, Newest(anchor.merged));
}

Result<HeadAnchor> HeadAnchor::OpenCopies(FileSystem& files, const std::string& directory,
                                          const Head& newest) {
  TRY(std::unique_ptr<File> copy_0,
      files.Open(CopyPath(directory, 0), FileSystem::Mode::kExisting));
  TRY(std::unique_ptr<File> copy_1,
      files.Open(CopyPath(directory, 1), FileSystem::Mode::kExisting));
  return HeadAnchor({std::move(copy_0), std::move(copy_1)}, newest);
}

Status HeadAnchor::Write(const Head& head) {
  if (head.ledger_id != newest_.ledger_id || head.height != newest_.height + 1) {
    FailStop("head anchor: block " + std::to_string(head.height) + " does not follow block " +
             std::to_string(newest_.height));
  }
  const Bytes slot = EncodeSlot(head);
  for (const std::unique_ptr<File>& copy : copies_) {
    TRY_STATUS(copy->WriteAt(SlotOf(head) * kSlotDistanceBytes, slot));
    TRY_STATUS(copy->Sync());
  }
  newest_ = head;
  return base::Ok();
}

}  // namespace sogoc::storage

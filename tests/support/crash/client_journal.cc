#include "tests/support/crash/client_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "node/ledger/entry.h"

namespace sogoc::support {
namespace {

// A record is its kind and the size of what follows.
constexpr std::uint8_t kSent = 'S', kAnswered = 'A';
constexpr std::size_t kPrefixBytes = 5;

void Require(bool condition) {
  if (!condition) std::abort();
}

base::Bytes Record(std::uint8_t kind, base::ByteView content) {
  base::Bytes record{kind};
  base::AppendU32(record, static_cast<std::uint32_t>(content.size()));
  base::Append(record, content);
  return record;
}

Receipt DecodeReceipt(base::ByteView bytes) {
  return {base::DigestFromBytes(bytes.first(32)).value(), base::ReadU64(bytes.subspan(32, 8)),
          base::ReadU64(bytes.subspan(40, 8)),
          base::DigestFromBytes(bytes.subspan(48, 32)).value()};
}

}  // namespace

ClientJournal::ClientJournal(const std::string& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  Require(fd_ >= 0);
}

ClientJournal::~ClientJournal() { ::close(fd_); }

void ClientJournal::Sent(const base::Bytes& entry) { Append(Record(kSent, entry)); }

void ClientJournal::Answered(const Receipt& receipt) {
  base::Bytes content;
  base::Append(content, receipt.id);
  base::AppendU64(content, receipt.index);
  base::AppendU64(content, receipt.height);
  base::Append(content, receipt.header_hash);
  Append(Record(kAnswered, content));
}

// One call: records of several threads do not mix, and none is half written when a process ends.
void ClientJournal::Append(const base::Bytes& record) {
  Require(::write(fd_, record.data(), record.size()) == static_cast<ssize_t>(record.size()));
}

std::uint64_t ClientJournal::size() const {
  struct stat stat;
  Require(::fstat(fd_, &stat) == 0);
  return static_cast<std::uint64_t>(stat.st_size);
}

ClientJournal::Content ClientJournal::Read(std::uint64_t from) const {
  base::Bytes bytes(size() - from);
  Require(::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(from)) ==
          static_cast<ssize_t>(bytes.size()));
  Content content;
  base::ByteView rest = bytes;
  while (!rest.empty()) {
    const std::size_t size = base::ReadU32(rest.subspan(1, 4));
    const base::ByteView record = rest.subspan(kPrefixBytes, size);
    if (rest[0] == kSent) {
      const auto entry = ledger::DecodeEntry(record, ledger::kRulesVersion);
      Require(entry.has_value());
      content.sent[entry->id] = entry->bytes;
    } else {
      content.receipts.push_back(DecodeReceipt(record));
    }
    rest = rest.subspan(kPrefixBytes + size);
  }
  return content;
}

std::vector<base::Bytes> ClientJournal::Content::Unanswered() const {
  std::map<base::Digest, base::Bytes> open = sent;
  for (const Receipt& receipt : receipts) open.erase(receipt.id);
  std::vector<base::Bytes> entries;
  for (const auto& [id, entry] : open) entries.push_back(entry);
  return entries;
}

}  // namespace sogoc::support

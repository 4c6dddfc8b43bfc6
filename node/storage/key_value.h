#pragma once

// What a ledger is kept in: named ordered maps of bytes, changed by atomic, durable batches.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::storage {

using base::Bytes;
using base::ByteView;
using base::Digest;
using base::Result;
using base::Status;

// One map each. ledger_format.h says what is in them.
enum class Space : std::uint8_t {
  kMeta,
  kLeaves,
  kLogHashes,
  kHeaders,
  kEntryIds,
  kState,
  kStateHistory,
  kStateNodes,
  kStale,
  kChildren,
  kNamedFiles,
};
inline constexpr std::size_t kSpaceCount = 11;

// Changes that take effect together.
class WriteBatch {
 public:
  struct Operation {
    Space space;
    Bytes key;
    std::optional<Bytes> value;  // nullopt: delete the key
  };

  void Put(Space space, Bytes key, Bytes value) {
    size_bytes_ += key.size() + value.size();
    operations_.push_back({space, std::move(key), std::move(value)});
  }
  // Deleting an absent key changes nothing.
  void Delete(Space space, Bytes key) {
    size_bytes_ += key.size();
    operations_.push_back({space, std::move(key), std::nullopt});
  }

  // In the order of the calls; a later operation on a key replaces an earlier one.
  const std::vector<Operation>& operations() const { return operations_; }
  // Bytes of keys and values.
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  std::vector<Operation> operations_;
  std::size_t size_bytes_ = 0;
};

// A place in one space, in ascending order of keys as unsigned bytes. One thread at a time. Whether
// it sees what is written after its creation is left open. Must not outlive its store.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // To the first key >= `key`, or past the end.
  virtual void Seek(ByteView key) = 0;
  // To the last key < `key`, or before the beginning.
  virtual void SeekBefore(ByteView key) = 0;
  // False past either end.
  virtual bool valid() const = 0;
  // All three require valid(). The views live until the cursor moves or goes.
  virtual void Next() = 0;
  virtual ByteView key() const = 0;
  virtual ByteView value() const = 0;
};

// Many threads may read, one thread at a time may write; reads and the write need no lock between
// them. A read that fails for any reason but absence, a damaged block included, ends the process
// (fail_stop.h): what is on the disk is not what was written.
class KeyValueStore {
 public:
  virtual ~KeyValueStore() = default;

  // nullopt: no such key.
  virtual std::optional<Bytes> Get(Space space, ByteView key) const = 0;
  virtual std::unique_ptr<Cursor> NewCursor(Space space) const = 0;

  // All of the batch or none of it. On success it survives kill -9 and a power cut (as far as the
  // store is durable at all) and every read that starts later sees it. On failure nobody knows
  // whether it will be there after a restart: stop the process.
  virtual Status Write(const WriteBatch& batch) = 0;

  // Re-reads everything that is stored in files and compares checksums; slow, and safe beside reads
  // and writes. Asks `go_on` after every MiB.
  //   kCorrupt      names the damaged file
  //   kUnavailable  a file cannot be read; or `go_on` said no
  virtual Status VerifyFiles(const std::function<bool()>& go_on) const = 0;
};

}  // namespace sogoc::storage

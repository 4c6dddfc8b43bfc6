#pragma once

// The encoding of state values (docs/format/state.md): an encoding byte, then the fields of the
// record in order, without names. Integers are big-endian of their own width; bool and enums are
// one byte; text and bytes are u32 length and content; lists are u32 count and elements; an
// optional is one byte 0 or 1 and, if 1, the value; fixed arrays are their bytes.
//
// A record says its fields once: template <class C> static void Fields(C& c, auto& r) { c(r.a,
// r.b); }

#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "node/base/bytes.h"

namespace sogoc::ledger {

inline constexpr std::uint8_t kStateEncoding = 1;

class StateWriter {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (Put(values), ...);
  }
  base::Bytes Take() { return std::move(out_); }

 private:
  template <class T>
  void Put(const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_same_v<T, bool>) {
      out_.push_back(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_unsigned_v<T>) {
      for (std::size_t i = sizeof(T); i-- > 0;) {
        out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
      }
    } else {
      T::Fields(*this, value);
    }
  }
  void Put(const std::string& value) { PutSized(base::AsBytes(value)); }
  void Put(const base::Bytes& value) { PutSized(value); }
  void PutSized(base::ByteView value) {
    Put(static_cast<std::uint32_t>(value.size()));
    base::Append(out_, value);
  }
  template <std::size_t N>
  void Put(const std::array<std::uint8_t, N>& value) {
    base::Append(out_, value);
  }
  template <class T>
  void Put(const std::optional<T>& value) {
    Put(value.has_value());
    if (value) Put(*value);
  }
  template <class T>
  void Put(const std::vector<T>& values) {
    Put(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) Put(value);
  }

  base::Bytes out_;
};

class StateReader {
 public:
  explicit StateReader(base::ByteView bytes) : rest_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (Get(values), ...);
  }
  // True if everything was there and nothing is left.
  bool Done() const { return ok_ && rest_.empty(); }

 private:
  base::ByteView Take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const base::ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  template <class T>
  void Get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      Get(byte);
      if (byte > 1) ok_ = false;
      value = byte == 1;
    } else if constexpr (std::is_enum_v<T>) {
      std::uint8_t byte = 0;
      Get(byte);
      value = static_cast<T>(byte);
    } else if constexpr (std::is_unsigned_v<T>) {
      value = 0;
      for (std::uint8_t byte : Take(sizeof(T))) value = static_cast<T>((value << 8) | byte);
    } else {
      T::Fields(*this, value);
    }
  }
  base::ByteView GetSized() {
    std::uint32_t size = 0;
    Get(size);
    return Take(size);
  }
  void Get(std::string& value) { value = base::ToText(GetSized()); }
  void Get(base::Bytes& value) { value = base::ToBytes(GetSized()); }
  template <std::size_t N>
  void Get(std::array<std::uint8_t, N>& value) {
    const base::ByteView taken = Take(N);
    if (taken.size() == N) std::copy(taken.begin(), taken.end(), value.begin());
  }
  template <class T>
  void Get(std::optional<T>& value) {
    bool present = false;
    Get(present);
    value.reset();
    if (present && ok_) Get(value.emplace());
  }
  template <class T>
  void Get(std::vector<T>& values) {
    std::uint32_t count = 0;
    Get(count);
    values.clear();
    // Every element takes at least a byte, so a false count cannot make us allocate.
    if (count > rest_.size()) ok_ = false;
    for (std::uint32_t i = 0; i < count && ok_; ++i) Get(values.emplace_back());
  }

  base::ByteView rest_;
  bool ok_ = true;
};

template <class Record>
base::Bytes EncodeRecord(const Record& record) {
  StateWriter writer;
  writer(kStateEncoding);
  Record::Fields(writer, record);
  return writer.Take();
}

// nullopt unless `bytes` are exactly one record in encoding 1.
template <class Record>
std::optional<Record> DecodeRecord(base::ByteView bytes) {
  if (bytes.empty() || bytes[0] != kStateEncoding) return std::nullopt;
  StateReader reader(bytes.subspan(1));
  Record record;
  Record::Fields(reader, record);
  if (!reader.Done()) return std::nullopt;
  return record;
}

}  // namespace sogoc::ledger

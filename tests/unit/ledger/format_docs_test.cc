// The pages of docs/format/ against the vectors and the code.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "node/ledger/limits.h"
#include "tests/support/json_file.h"
#include "tests/support/paths.h"
#include "tests/support/state_schema.h"

namespace sogoc::ledger {
namespace {

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file) << path;
  return text.str();
}

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The cells of a row "| a | b |".
std::vector<std::string> Cells(const std::string& row) {
  std::vector<std::string> cells;
  std::size_t from = 1;
  for (std::size_t bar; (bar = row.find('|', from)) != std::string::npos; from = bar + 1) {
    std::string cell = row.substr(from, bar - from);
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    cells.push_back(cell);
  }
  return cells;
}

// An example: a block that begins with ```hex file.json#/pointer, or ```text …
struct Example {
  std::string kind;
  std::string file;
  std::string pointer;
  std::string body;
};

std::vector<Example> ExamplesIn(const std::filesystem::path& page) {
  std::vector<Example> examples;
  bool inside = false;
  for (const std::string& line : Lines(ReadText(page))) {
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      examples.back().body += line + "\n";
    } else if (line.starts_with("```") && line.find('#') != std::string::npos) {
      const std::size_t blank = line.find(' ');
      const std::size_t hash = line.find('#');
      examples.push_back({line.substr(3, blank - 3), line.substr(blank + 1, hash - blank - 1),
                          line.substr(hash + 1), ""});
      inside = true;
    }
  }
  return examples;
}

// Without blanks and comments.
std::string OnlyHex(const std::string& body) {
  std::string hex;
  for (const std::string& line : Lines(body)) {
    for (const char c : line.substr(0, line.find('#'))) {
      if (c != ' ') hex.push_back(c);
    }
  }
  return hex;
}

TEST(FormatDocs, ExamplesAreTheVectors) {
  std::size_t count = 0;
  for (const auto& page :
       std::filesystem::directory_iterator(support::SourceDir() / "docs" / "format")) {
    for (const Example& example : ExamplesIn(page.path())) {
      SCOPED_TRACE(page.path().filename().string() + " " + example.file + example.pointer);
      const auto vectors = support::ReadJsonFile("tests/vectors/" + example.file);
      boost::json::error_code error;
      const boost::json::value* wanted = vectors.find_pointer(example.pointer, error);
      ASSERT_NE(wanted, nullptr) << error.message();
      // The last line of an example ends in LF, the vector perhaps not.
      std::string expected(wanted->as_string());
      if (example.kind != "hex" && !expected.ends_with('\n')) expected += '\n';
      EXPECT_EQ(example.kind == "hex" ? OnlyHex(example.body) : example.body, expected);
      ++count;
    }
  }
  EXPECT_GE(count, 15U);
}

TEST(FormatDocs, LimitsAreThoseOfTheCode) {
  const std::map<std::string, std::uint64_t> limits = {
#define SOGOC_LIMIT(name) {#name, name}
      SOGOC_LIMIT(kLeafBytesMax),
      SOGOC_LIMIT(kOperationsMax),
      SOGOC_LIMIT(kNonceBytesMin),
      SOGOC_LIMIT(kNonceBytesMax),
      SOGOC_LIMIT(kEntryWindowSeconds),
      SOGOC_LIMIT(kNameBytesMax),
      SOGOC_LIMIT(kTextBytesMax),
      SOGOC_LIMIT(kCodeBytesMax),
      SOGOC_LIMIT(kOrganisationIdBytesMax),
      SOGOC_LIMIT(kKeysPerOrganisationMax),
      SOGOC_LIMIT(kGrantsPerOrganisationMax),
      SOGOC_LIMIT(kCertificatesPerProductMax),
      SOGOC_LIMIT(kInputsPerBatchMax),
      SOGOC_LIMIT(kAncestorsMax),
      SOGOC_LIMIT(kRunsPerBatchMax),
      SOGOC_LIMIT(kLabelsPerRunMax),
      SOGOC_LIMIT(kSerialMax),
      SOGOC_LIMIT(kExceptionPageSerials),
      SOGOC_LIMIT(kExceptionPagesPerOperationMax),
      SOGOC_LIMIT(kOpenRecallsPerProductMax),
      SOGOC_LIMIT(kAdminUnitVersionsMax),
      SOGOC_LIMIT(kRegimesMax),
      SOGOC_LIMIT(kGroupsMax),
      SOGOC_LIMIT(kAmountMax),
#undef SOGOC_LIMIT
  };
  std::map<std::string, std::uint64_t> documented;
  for (const std::string& line : Lines(ReadText(support::SourceDir() / "docs/format/entry.md"))) {
    const std::vector<std::string> cells = Cells(line);
    if (cells.size() == 3 && cells[2].starts_with("k"))
      documented[cells[2]] = std::stoull(cells[1]);
  }
  EXPECT_EQ(documented, limits);
}

struct Field {
  std::string name;
  std::string type;
  bool operator==(const Field&) const = default;
};
void PrintTo(const Field& field, std::ostream* out) { *out << field.name << " " << field.type; }
using Records = std::map<std::string, std::vector<Field>>;

Records DocumentedRecords() {
  Records records;
  std::vector<Field>* current = nullptr;
  for (const std::string& line : Lines(ReadText(support::SourceDir() / "docs/format/state.md"))) {
    if (line.starts_with("#")) {
      current = line.starts_with("### ") ? &records[line.substr(4)] : nullptr;
    }
    const std::vector<std::string> cells = Cells(line);
    const bool is_head = cells.size() != 3 || cells[0] == "field" || cells[0].starts_with("-");
    if (current != nullptr && line.starts_with("|") && !is_head) {
      current->push_back({cells[0], cells[1]});
    }
  }
  return records;
}

// The names of a record's fields, as records.h lists them in its one call of `visit`.
std::vector<std::string> FieldNames(const std::string& header, const std::string& record) {
  std::vector<std::string> names;
  const std::size_t start = header.find("struct " + record + " {");
  const std::size_t visit = header.find("visit(", start) + 6;
  const std::size_t end = header.find(");", visit);
  EXPECT_TRUE(start != std::string::npos && end != std::string::npos) << record;
  for (std::size_t at = visit; (at = header.find("r.", at)) < end;) {
    at += 2;
    const std::size_t stop = header.find_first_of(",)", at);
    names.push_back(header.substr(at, stop - at));
  }
  return names;
}

Records CodedRecords() {
  Records records;
  const std::string header = ReadText(support::SourceDir() / "node/ledger/records.h");
  const auto add = [&](const std::string& record, const std::vector<std::string>& types) {
    const std::vector<std::string> names = FieldNames(header, record);
    ASSERT_EQ(names.size(), types.size()) << record;
    for (std::size_t i = 0; i < names.size(); ++i) records[record].push_back({names[i], types[i]});
  };
#define SOGOC_ADD(name) add(#name, support::FieldTypes<name>());
  SOGOC_FOR_EACH_RECORD(SOGOC_ADD)
#undef SOGOC_ADD
  return records;
}

TEST(FormatDocs, RecordsOfTheStateAreThoseOfTheCode) {
  const Records documented = DocumentedRecords();
  const Records coded = CodedRecords();
  for (const auto& [record, fields] : coded) {
    ASSERT_TRUE(documented.contains(record)) << record;
    EXPECT_EQ(documented.at(record), fields) << record;
  }
  EXPECT_EQ(documented.size(), coded.size());
}

}  // namespace
}  // namespace sogoc::ledger

#include "tools/sogoc/show.h"

#include <google/protobuf/descriptor.h>

#include "node/base/bytes.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/node_client.h"
#include "tools/sogoc/session.h"
#include "tools/sogoc/text.h"
#include "tools/sogoc/values.h"

namespace sogoc::tools {
namespace {

using base::Result;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Draw(const Message& message, const std::string& indent, std::string& out);

std::string Scalar(const Message& message, const FieldDescriptor& field, int index) {
  const auto& r = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return (many ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field)) ? "yes"
                                                                                             : "no";
    case FieldDescriptor::CPPTYPE_ENUM:
      return (many ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field))
          ->name();
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(many ? r.GetRepeatedUInt32(message, &field, index)
                                 : r.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(many ? r.GetRepeatedUInt64(message, &field, index)
                                 : r.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(many ? r.GetRepeatedInt64(message, &field, index)
                                 : r.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text =
          many ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES ? base::ToHex(base::AsBytes(text))
                                                         : Printable(std::move(text));
    }
    default:
      return "";
  }
}

void DrawValue(const Message& message, const FieldDescriptor& field, int index,
               const std::string& indent, std::string& out) {
  out += indent + field.name() + ":";
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    out += " " + Scalar(message, field, index) + "\n";
    return;
  }
  out += "\n";
  const auto& r = *message.GetReflection();
  Draw(field.is_repeated() ? r.GetRepeatedMessage(message, &field, index)
                           : r.GetMessage(message, &field),
       indent + "  ", out);
}

void Draw(const Message& message, const std::string& indent, std::string& out) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) DrawValue(message, *field, i, indent, out);
  }
}

void Print(Session& session, const Message& message) {
  session.out() << (session.options().json ? JsonText(message, /*all=*/true)
                                           : DrawMessage(message));
}

template <class View>
Result<Exit> Fetch(Session& session, const std::string& target) {
  TRY(NodeClient * node, session.Node());
  View view;
  TRY_STATUS(node->Get(target, view));
  Print(session, view);
  return Exit::kDone;
}

Result<Exit> ShowLedger(Session& session, const FlagValues&) {
  return Fetch<v1::LedgerStatus>(session, "/v1/ledger");
}

Result<Exit> ShowProduct(Session& session, const FlagValues& values) {
  TRY(const std::string gtin, ParseGtin(values.Get("gtin")));
  return Fetch<v1::ProductView>(session, "/v1/products/" + gtin);
}

Result<Exit> ShowBatch(Session& session, const FlagValues& values) {
  TRY(const std::string gtin, ParseGtin(values.Get("gtin")));
  return Fetch<v1::BatchView>(session, "/v1/batches/" + gtin + "/" + UrlEncode(values.Get("lot")));
}

Result<Exit> ShowCertificate(Session& session, const FlagValues& values) {
  return Fetch<v1::CertificateView>(session,
                                    "/v1/certificates/" + UrlEncode(values.Get("certificate")));
}

Result<Exit> ShowRun(Session& session, const FlagValues& values) {
  TRY(const std::string gtin, ParseGtin(values.Get("gtin")));
  TRY(const std::uint64_t first, ParseWhole(values.Get("first")));
  return Fetch<v1::LabelRunView>(session, "/v1/label-runs/" + gtin + "/" + std::to_string(first));
}

// By its id, 64 hexadecimal digits, or its place in the log.
Result<Exit> ShowEntry(Session& session, const FlagValues& values) {
  const std::string entry = values.Get("entry");
  if (base::DigestFromHex(entry)) return Fetch<v1::LogEntry>(session, "/v1/entries/" + entry);
  TRY(const std::uint64_t index, ParseWhole(entry));
  return Fetch<v1::LogEntry>(session, "/v1/log/" + std::to_string(index));
}

Result<Exit> ShowStamp(Session& session, const FlagValues& values) {
  std::string target = "/v1/verify?uri=" + UrlEncode(values.Get("uri"));
  if (values.Has("star")) {
    TRY(const std::uint64_t star, ParseWhole(values.Get("star")));
    target += "&star=" + std::to_string(star);
  }
  return Fetch<v1::VerdictAnswer>(session, target);
}

Result<Exit> RunTrace(Session& session, const FlagValues& values) {
  TRY(const std::string gtin, ParseGtin(values.Get("gtin")));
  TRY(NodeClient * node, session.Node());
  v1::Trace trace;
  TRY_STATUS(node->Get("/v1/batches/" + gtin + "/" + UrlEncode(values.Get("lot")) +
                           "/trace?direction=" + (values.Has("forward") ? "forward" : "backward"),
                       trace));
  if (session.options().json) {
    session.out() << JsonText(trace, /*all=*/true);
    return Exit::kDone;
  }
  TRY(const std::string tree, DrawTrace(trace));
  session.out() << tree;
  return Exit::kDone;
}

std::string DrawNode(const v1::TraceNode& node) {
  std::string line = node.gtin() + " " + node.lot();
  if (!node.product_name().empty()) line += "  " + node.product_name();
  if (!node.owner().empty()) line += ", " + node.owner();
  if (!node.production_date().empty()) line += ", " + node.production_date();
  if (node.amount() > 0) line += ", " + std::to_string(node.amount()) + " drawn";
  if (!node.ledger_id().empty()) line += "  [ledger " + node.ledger_id().substr(0, 16) + "]";
  for (const std::string& recall : node.open_recalls()) {
    line += "  !! KHÔNG SỬ DỤNG / do not use: " + recall;
  }
  return Printable(line) + "\n";
}

void DrawBelow(const v1::Trace& trace, const std::vector<std::vector<int>>& children, int node,
               std::string& out) {
  const v1::TraceNode& shown = trace.nodes(node);
  out += std::string(2 * shown.depth(), ' ') + DrawNode(shown);
  for (const int child : children[static_cast<std::size_t>(node)]) {
    DrawBelow(trace, children, child, out);
  }
}

}  // namespace

Result<std::string> DrawTrace(const v1::Trace& trace) {
  std::vector<std::vector<int>> children(static_cast<std::size_t>(trace.nodes_size()));
  for (int i = 0; i < trace.nodes_size(); ++i) {
    const v1::TraceNode& node = trace.nodes(i);
    const auto parent = static_cast<int>(node.parent());
    const bool fits = i == 0 ? node.depth() == 0
                             : node.parent() < static_cast<std::uint32_t>(i) &&
                                   trace.nodes(parent).depth() + 1 == node.depth();
    if (!fits) return base::Corrupt("the node's trace is no tree; see it with --json");
    if (i > 0) children[node.parent()].push_back(i);
  }
  std::string out;
  if (trace.nodes_size() > 0) DrawBelow(trace, children, 0, out);
  if (trace.truncated()) out += "… and more than 4,096 batches: the rest is left out\n";
  return out;
}

std::string DrawMessage(const Message& message) {
  std::string out;
  Draw(message, "", out);
  return out;
}

std::vector<Command> ShowCommands() {
  const Flag gtin{"gtin", FlagKind::kPositional, "GTIN", "GTIN of the product", true};
  const Flag lot{"lot", FlagKind::kPositional, "LOT", "lot number", true};
  return {
      {"show ledger", "State of the ledger and of its newest checkpoint", "\n", {}, ShowLedger},
      {"show product", "A product", "8935000000014", {gtin}, ShowProduct},
      {"show batch",
       "A batch with its label runs",
       "8935000000014 L2026-07",
       {gtin, lot},
       ShowBatch},
      {"show certificate",
       "A certificate",
       "12/GCN",
       {{"certificate", FlagKind::kPositional, "NUMBER", "its number", true}},
       ShowCertificate},
      {"show run",
       "A label run",
       "8935000000014 1",
       {gtin, {"first", FlagKind::kPositional, "FIRST", "its first serial", true}},
       ShowRun},
      {"show entry",
       "An entry of the log",
       "17\n9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5",
       {{"entry", FlagKind::kPositional, "INDEX|ID", "its place in the log, or its id", true}},
       ShowEntry},
      {"show stamp",
       "The node's verdict about a stamp (sogoc-verify checks it without trusting the node)",
       "'HTTPS://OCOP.EXAMPLE/01/08935000000014/10/L1/21/1?s=…' --star 4",
       {{"uri", FlagKind::kPositional, "URI", "text of the QR code", true},
        {"star", FlagKind::kValue, "NUMBER", "stars as printed on the label"}},
       ShowStamp},
      {"batch trace",
       "What a batch was made of, or with --forward what was made of it",
       "8935000000014 L2026-07\n8935000000014 L2026-07 --forward",
       {gtin, lot, {"forward", FlagKind::kSwitch, "", "towards the consumer"}},
       RunTrace},
  };
}

}  // namespace sogoc::tools

#include "tools/sogoc/command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "tools/sogoc/admin_units_import.h"
#include "tools/sogoc/blob_commands.h"
#include "tools/sogoc/entry_commands.h"
#include "tools/sogoc/found.h"
#include "tools/sogoc/key_commands.h"
#include "tools/sogoc/labels_issue.h"
#include "tools/sogoc/peers.h"
#include "tools/sogoc/show.h"

namespace sogoc::tools {
namespace {

struct Group {
  const char* name;
  const char* help;
};
constexpr Group kGroups[] = {
    {"key", "Keys of your organisation (khóa)"},
    {"entry", "Whole entries: sign, submit"},
    {"batch", "Batches (lô), what happened to them, where they came from and went"},
    {"labels", "Label runs (dải tem) and stamps"},
    {"product", "Products and their score sheets (sản phẩm, phiếu chấm)"},
    {"producer", "Producers (chủ thể)"},
    {"facility", "Plants and growing areas (cơ sở, vùng nguyên liệu)"},
    {"recall", "Recalls and holds (thu hồi, tạm giữ)"},
    {"decision", "Decisions (quyết định)"},
    {"certificate", "OCOP certificates (giấy chứng nhận)"},
    {"organisation", "Organisations (tổ chức)"},
    {"role", "Roles (phân quyền)"},
    {"prefix", "GS1 company prefixes"},
    {"code", "Product codes under the office's prefix"},
    {"resolver", "Hosts that stamps point to"},
    {"admin-units", "Administrative units (đơn vị hành chính)"},
    {"governance", "Changes that several organisations approve"},
    {"blob", "Files beside the ledger: pictures, minutes, documents (tệp kèm)"},
    {"show", "What the ledger holds (tra cứu)"},
};

constexpr const char* kExitCodes =
    "Exit codes: 0 done · 1 refused by the ledger · 2 could not do it (usage, network, files).\n"
    "Settings are also read from ./sogoc.toml or ~/.config/sogoc/sogoc.toml, the node from "
    "$SOGOC_NODE.";
constexpr const char* kFooter = "Options of every command: sogoc --help";

std::string Examples(const Command& command) {
  std::string text = "Examples:\n";
  std::istringstream lines(command.examples);
  for (std::string line; std::getline(lines, line);) {
    text += "  sogoc " + command.path + (line.empty() ? "" : " ") + line + "\n";
  }
  return text + kFooter;
}

void AddOptions(CLI::App& app, Options& options) {
  const auto add = [&](const char* name, std::string& value, const char* help, const char* type) {
    app.add_option(name, value, help)->option_text(type);
  };
  add("--node", options.node, "gateway to talk to [http://127.0.0.1:8080]", "URL");
  add("--ca", options.ca, "certificates to trust, PEM [the system's]", "FILE");
  add("--author", options.author, "the organisation that speaks", "ORGANISATION");
  add("--key", options.key, "key file that signs", "FILE");
  add("--passphrase-file", options.passphrase_file, "its passphrase [asked at the terminal]",
      "FILE");
  add("--ledger-id", options.ledger_id, "the ledger that is signed for [what the node says]",
      "HEX");
  add("--valid-for", options.valid_for, "how long an entry may wait to be recorded [1h]", "30d");
  add("--out", options.out, "write the signed entry (or the file that is fetched) there", "FILE");
  add("--profile", options.profile, "read settings there", "FILE");
  app.add_flag("--dry-run", options.dry_run, "print the entry as JSON; sign and send nothing");
  app.add_flag("--json", options.json, "print results as JSON");
}

void AddFlag(CLI::App& app, const Flag& flag, std::map<std::string, std::vector<std::string>>& into,
             std::map<std::string, bool>& switches) {
  const bool positional =
      flag.kind == FlagKind::kPositional || flag.kind == FlagKind::kPositionalList;
  const std::string name = (positional ? "" : "--") + flag.name;
  if (flag.kind == FlagKind::kSwitch) {
    app.add_flag(name, switches[flag.name], flag.help);
    return;
  }
  CLI::Option* option = app.add_option(name, into[flag.name], flag.help);
  option->option_text(flag.placeholder + (flag.required ? " (required)" : ""));
  option->required(flag.required);
  if (flag.kind == FlagKind::kValue || flag.kind == FlagKind::kPositional) {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
  // One value each time it is named: what follows belongs to the next positional.
  if (flag.kind != FlagKind::kPositionalList) option->allow_extra_args(false);
}

// A leaf of the tree of commands: one command with what was given to it.
struct Leaf {
  Command command;
  CLI::App* app = nullptr;
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> switches;

  FlagValues Given() const {
    FlagValues given;
    for (const Flag& flag : command.flags) {
      if (flag.kind == FlagKind::kSwitch) {
        if (switches.at(flag.name)) given.Add(flag.name, {});
      } else if (!values.at(flag.name).empty()) {
        given.Add(flag.name, values.at(flag.name));
      }
    }
    return given;
  }
};

// The command line of the program.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(kExitCodes);
    AddOptions(app_, options_);
    for (const Group& group : kGroups) {
      app_.add_subcommand(group.name, group.help)->require_subcommand(1);
    }
    for (Command& command : AllCommands()) AddLeaf(std::move(command));
  }

  Exit Run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
    try {
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, surroundings.out, surroundings.err) == 0 ? Exit::kDone
                                                                       : Exit::kFailed;
    }
    base::Result<Exit> exit = Execute(surroundings);
    if (exit) return *exit;
    surroundings.err << "sogoc: " << exit.error().message << "\n";
    return Exit::kFailed;
  }

 private:
  void AddLeaf(Command command) {
    leaves_.push_back(std::make_unique<Leaf>());
    Leaf& leaf = *leaves_.back();
    leaf.command = std::move(command);
    const std::string& path = leaf.command.path;
    const std::size_t blank = path.find(' ');
    CLI::App* parent =
        blank == std::string::npos ? &app_ : app_.get_subcommand(path.substr(0, blank));
    const std::string name = blank == std::string::npos ? path : path.substr(blank + 1);
    leaf.app = parent->add_subcommand(name, leaf.command.help);
    leaf.app->footer(Examples(leaf.command));
    for (const Flag& flag : leaf.command.flags) {
      AddFlag(*leaf.app, flag, leaf.values, leaf.switches);
    }
  }

  base::Result<Exit> Execute(const Surroundings& surroundings) {
    TRY_STATUS(CompleteOptions(options_));
    Session session(surroundings, options_);
    for (const auto& leaf : leaves_) {
      if (leaf->app->parsed()) return leaf->command.run(session, leaf->Given());
    }
    return base::InvalidArgument("no command");
  }

  CLI::App app_{"Sổ Gốc: states, sends and reads what stands in a traceability ledger", "sogoc"};
  Options options_;
  std::vector<std::unique_ptr<Leaf>> leaves_;
};

}  // namespace

std::vector<Command> AllCommands() {
  std::vector<Command> all;
  for (auto part :
       {KeyCommands(), EntryCommands(), OperationCommands(), LabelsIssueCommands(), ShowCommands(),
        PeersCommands(), BlobCommands(), FoundCommands(), AdminUnitsImportCommands()}) {
    for (Command& command : part) all.push_back(std::move(command));
  }
  return all;
}

Exit RunCommandLine(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  return CommandLine().Run(arguments, surroundings);
}

}  // namespace sogoc::tools

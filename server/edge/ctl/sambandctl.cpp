// sambandctl: the operator's program.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/setup.h"
#include "server/edge/usage.h"
#include "server/edge/version.h"

namespace samband::server::edge::ctl {
namespace {

using Action = std::function<int()>;

CLI::App* command(CLI::App& parent, const char* name, const char* says, const char* example) {
  CLI::App* made = parent.add_subcommand(name, says);
  made->footer(std::string{"Example: "} + example);
  return made;
}

// Words of the commands that change a partner.
struct PartnerChange {
  std::string number;
  std::string to;  // a name, or another partner's number
  std::string expires = "+30d";
  std::string documents;
  bool as_configured = false;
  bool yes = false;
};

void add_partner_changes(CLI::App& partner, Where& where, PartnerChange& change, Action& action) {
  const auto add = [&](const char* name, const char* says, const char* example, std::function<int()> does) {
    CLI::App* made = command(partner, name, says, example);
    made->add_option("NUMBER", change.number, "Number of the partner, as partner list shows it")->required();
    made->final_callback([&action, does = std::move(does)] { action = does; });
    return made;
  };
  const auto confirmed = [&](CLI::App* made) { made->add_flag("--yes", change.yes, "Do not ask whether it is meant"); };

  add("rename", "Give it another name", "sambandctl partner rename 0301 \"Oslo kommune\"",
      [&] { return rename_partner(where, change.number, change.to); })
      ->add_option("NAME", change.to, "Name that everybody sees")
      ->required();
  add("renumber", "Give it another number", "sambandctl partner renumber 3005 3301",
      [&] { return renumber_partner(where, change.number, change.to); })
      ->add_option("NEW", change.to, "Its number from now on")
      ->required();
  CLI::App* merge = add("merge", "Let it go on as a part of another", "sambandctl partner merge 3006 3303 --yes",
                        [&] { return merge_partners(where, change.number, change.to, change.yes); });
  merge->add_option("INTO", change.to, "Number of the partner that it is merged into")->required();
  confirmed(merge);
  confirmed(add("remove", "Remove it, and cut all of its devices off", "sambandctl partner remove 3006 --yes",
                [&] { return remove_partner(where, change.number, change.yes); }));
  CLI::App* reinvite = add("reinvite", "A new invitation; for one that has enrolled, to replace the key that it lost",
                           "sambandctl partner reinvite 0301 --yes",
                           [&] { return reinvite_partner(where, change.number, change.expires, change.yes); });
  reinvite->add_option("--expires", change.expires, "How long the invitation can be used")->capture_default_str();
  confirmed(reinvite);
  CLI::App* quota = add("quota", "Show or change how much its devices may keep here",
                        "sambandctl partner quota 0301 --documents 50GiB",
                        [&] { return set_quota(where, change.number, change.documents, change.as_configured); });
  CLI::Option* documents = quota->add_option("--documents", change.documents, "Bytes of documents, such as 50GiB");
  quota->add_flag("--default", change.as_configured, "partner_document_bytes_max of the configuration again")
      ->excludes(documents);
}

void add_partner_commands(CLI::App& app, Where& where, NewPartnerOptions& options, PartnerChange& changes,
                          std::string& file, std::string& letters, Action& action) {
  CLI::App* partner = command(app, "partner", "Organisations: add, import, list, change", "sambandctl partner list");
  partner->require_subcommand(1);

  CLI::App* add = command(*partner, "add", "Add one partner; prints the invitation for its first administrator",
                          "sambandctl partner add --kind municipality --number 0301 --name Oslo");
  add->add_option("--kind", options.kind,
                  "municipality, hospital_trust, national_authority, regional_authority or representative")
      ->required();
  add->add_option("--name", options.name, "Name that everybody sees")->required();
  add->add_option("--number", options.number,
                  "4 digits for a municipality, 9 for others; representatives get R-0001 and so on");
  add->add_option("--community", options.community, "The community it belongs to");
  add->add_option("--language-form", options.language_form, "nb, nn or neutral")->capture_default_str();
  add->add_option("--expires", options.expires, "How long the invitation can be used")->capture_default_str();
  add->final_callback([&] { action = [&] { return add_partner(where, options); }; });

  CLI::App* import = command(*partner, "import", "Add all partners of a CSV file, or none",
                             "sambandctl partner import partners.csv --letters letters/");
  import->add_option("FILE", file, "Columns community,partner_kind,number,name[,language_form]; UTF-8; , or ;")
      ->required();
  import->add_option("--letters", letters, "Write a letter for each partner, and letters.csv, into this new folder");
  import->add_option("--expires", options.expires, "How long the invitations can be used")->capture_default_str();
  import->final_callback([&] { action = [&] { return import_partners(where, file, letters, options.expires); }; });

  add_partner_changes(*partner, where, changes, action);

  CLI::App* list = command(*partner, "list", "All partners, and who has not enrolled yet", "sambandctl partner list");
  list->final_callback([&] { action = [&] { return list_partners(where); }; });
}

void add_other_commands(CLI::App& app, Where& where, std::string& id, std::string& number, Action& action) {
  CLI::App* invitation = command(app, "invitation", "Invitations that can still be used", "sambandctl invitation list");
  invitation->require_subcommand(1);
  command(*invitation, "list", "All of them, the operator's and the administrators'", "sambandctl invitation list")
      ->final_callback([&] { action = [&] { return list_invitations(where); }; });
  CLI::App* revoke =
      command(*invitation, "revoke", "End one of the operator's", "sambandctl invitation revoke 3fa29c01");
  revoke->add_option("ID", id, "As the list shows it; its first 8 digits are enough")->required();
  revoke->final_callback([&] { action = [&] { return revoke_invitation(where, id); }; });

  CLI::App* device = command(app, "device", "Devices", "sambandctl device list --partner 0301");
  device->require_subcommand(1);
  CLI::App* list =
      command(*device, "list", "All devices, or those of one partner", "sambandctl device list --partner 0301");
  list->add_option("--partner", number, "Number of the partner");
  list->final_callback([&] { action = [&] { return list_devices(where, number); }; });
}

// Words of the commands about the server as a whole.
struct ServerWords {
  AuditOptions audit;
  bool verify = false;
  std::string noted;
  bool with_partners = false;
  std::string reason;
};

void add_server_commands(CLI::App& app, Where& where, ServerWords& words, Action& action) {
  CLI::App* status = command(app, "status", "How the server is: sizes, connections, rates, what needs attention",
                             "sambandctl status --partners");
  status->add_flag("--partners", words.with_partners, "And a line for each partner: devices, documents, quota");
  status->final_callback([&] { action = [&] { return show_status(where, words.with_partners); }; });

  command(app, "check", "Read the whole store back while the server runs; says every fault", "sambandctl check")
      ->final_callback([&] { action = [&] { return check_server(where); }; });

  CLI::App* audit =
      command(app, "audit", "Who administered what, the newest first", "sambandctl audit --since 7d --partner 0301");
  audit->add_option("--since", words.audit.since,
                    "2027-01-15T09:00:00+01:00, 2027-01-15, or how long ago: 7d, 12h, 30m");
  audit->add_option("--partner", words.audit.partner, "Only what is about the partner with this number");
  audit->add_option("--limit", words.audit.items_max, "At most so many lines")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  CLI::Option* verify = audit->add_flag("--verify", words.verify,
                                        "Recompute the chain from its first record instead, and say whether it holds");
  audit->add_option("--noted", words.noted, "A hash that --verify printed before: it must still be in the chain")
      ->needs(verify);
  audit->final_callback([&] {
    action = [&] { return words.verify ? verify_audit(where, words.noted) : show_audit(where, words.audit); };
  });

  CLI::App* maintenance = command(app, "maintenance", "Let no writes in for a while; reads go on",
                                  "sambandctl maintenance on --reason \"moving to a new machine\"");
  maintenance->require_subcommand(1);
  CLI::App* on =
      command(*maintenance, "on", "Refuse writes from now on, also after a restart; clients keep and retry them",
              "sambandctl maintenance on --reason \"moving to a new machine\"");
  on->add_option("--reason", words.reason, "What clients show, in the language of their users");
  on->final_callback([&] { action = [&] { return set_maintenance(where, true, words.reason); }; });
  command(*maintenance, "off", "Take writes again", "sambandctl maintenance off")->final_callback([&] {
    action = [&] { return set_maintenance(where, false, {}); };
  });
  command(*maintenance, "show", "Whether it is on, since when and why", "sambandctl maintenance show")
      ->final_callback([&] { action = [&] { return show_maintenance(where); }; });
}

void add_setup(CLI::App& app, Where& where, SetupOptions& options, Action& action) {
  CLI::App* setup = command(app, "setup", "First configuration, and a renewed certificate; asks for what is missing",
                            "sambandctl setup --name samband.example.no --certificate chain.pem --key key.pem");
  setup->add_option("--name", options.name, "Host name that clients connect to");
  setup->add_option("--listen", options.listen, "ADDRESS:PORT that clients connect to");
  setup->add_option("--certificate", options.certificate, "Certificate with its chain, a PEM file; it is copied");
  setup->add_option("--key", options.key, "Its private key, a PEM file without passphrase; it is copied");
  setup->add_flag("--self-signed", options.self_signed, "Make a certificate, for a trial");
  setup->add_flag("--replace-key", options.replace_key,
                  "Take a certificate with another key: shuts out enrolled devices");
  setup->add_flag("--no-start", options.no_start, "Do not enable and start the service");
  setup->add_option("--user", options.user, "The server's own user, when root runs this")->capture_default_str();
  setup->final_callback([&] { action = [&] { return set_up(where, options); }; });
}

void add_backup_command(CLI::App& app, Where& where, std::string& folder, std::size_t& kept, Action& action) {
  CLI::App* backup =
      command(app, "backup", "Add a backup of the running server to a folder; it holds the server's keys",
              "sambandctl backup /var/backups/samband --keep 30");
  backup->add_option("DIR", folder, "The folder; what it has already is not copied again")->required();
  backup->add_option("--keep", kept, "How many of the newest backups stay; all without it")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  backup->final_callback([&] { action = [&] { return back_up(where, folder, kept); }; });
}

int run(int argc, char** argv) {
  CLI::App app{"What the operator of a samband server does.", "sambandctl"};
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", version);
  app.footer("Example: sambandctl --config /var/lib/samband/sambandd.toml status");

  Where where;
  app.add_option("--config", where.configuration, "The server's configuration")->capture_default_str();
  app.add_option("--socket", where.socket, "The server's admin socket, instead");
  app.add_flag("--json", where.json, "One JSON object a line on standard output");

  NewPartnerOptions options;
  PartnerChange changes;
  ServerWords words;
  std::string file;
  std::string letters;
  std::string id;
  std::string number;
  SetupOptions setup;
  std::size_t kept = 0;
  Action action;
  add_setup(app, where, setup, action);
  add_partner_commands(app, where, options, changes, file, letters, action);
  add_other_commands(app, where, id, number, action);
  add_server_commands(app, where, words, action);
  add_backup_command(app, where, file, kept, action);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help or --version
  } catch (const CLI::ParseError& error) {
    return fail({Exit::usage, usage_line(app, error)});
  }
  return action();
}

}  // namespace
}  // namespace samband::server::edge::ctl

int main(int argc, char** argv) {
  return samband::server::edge::ctl::run(argc, argv);
}

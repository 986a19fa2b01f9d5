// sambandctl: the operator's program.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "server/edge/ctl/commands.h"
#include "server/edge/ctl/setup.h"
#include "server/edge/version.h"

namespace samband::server::edge::ctl {
namespace {

using Action = std::function<int()>;

CLI::App* command(CLI::App& parent, const char* name, const char* says, const char* example) {
  CLI::App* made = parent.add_subcommand(name, says);
  made->footer(std::string{"Example: "} + example);
  return made;
}

void add_partner_commands(CLI::App& app, Where& where, NewPartnerOptions& options, std::string& file,
                          std::string& letters, Action& action) {
  CLI::App* partner = command(app, "partner", "Organisations: add, import, list", "sambandctl partner list");
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

  command(app, "status", "Sizes, connections and rates", "sambandctl status --json")->final_callback([&] {
    action = [&] { return show_status(where); };
  });
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
  setup->add_flag("!--no-start", options.start, "Do not enable and start the service");
  setup->add_option("--user", options.user, "The server's own user, when root runs this")->capture_default_str();
  setup->final_callback([&] { action = [&] { return set_up(where, options); }; });
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
  std::string file;
  std::string letters;
  std::string id;
  std::string number;
  SetupOptions setup;
  Action action;
  add_setup(app, where, setup, action);
  add_partner_commands(app, where, options, file, letters, action);
  add_other_commands(app, where, id, number, action);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help or --version
  } catch (const CLI::ParseError& error) {
    return fail({Exit::usage, std::string{error.what()} + ": see sambandctl --help"});
  }
  return action();
}

}  // namespace
}  // namespace samband::server::edge::ctl

int main(int argc, char** argv) {
  return samband::server::edge::ctl::run(argc, argv);
}

#include "tests/interop/commands.h"

#include <algorithm>
#include <array>

#include "crypto/codec/hex.h"
#include "tests/interop/arguments.h"

namespace samband::interop {
namespace {

// --- what a command gives, as words behind `ok`

std::string words(const Bytes& bytes) {
  return " " + to_hex(bytes);
}
std::string words(const SecretBytes& secret) {
  return " " + to_hex(secret.view());
}
std::string words(const std::string& text) {
  return " " + text;
}
std::string words(Handled handled) {
  return " " + std::string{name_of(handled)};
}
std::string words(const CommitAndWelcome& made) {
  return words(made.commit) + (made.welcome ? words(*made.welcome) : "");
}

template <class T>
std::string answer_of(const OrReason<T>& result) {
  if (!result) return "err " + std::string{result.error()};
  if constexpr (std::is_void_v<T>) {
    return "ok";
  } else {
    return "ok" + words(*result);
  }
}

// Calls `act` once every argument was read without a failure.
template <class Act>
std::string run(Arguments& in, Act&& act) {
  if (const auto read = in.finish(); !read) return answer_of(read);
  return answer_of(act());
}

// `propose add KP`, `propose remove LEAF`, `propose psk ID` or `propose update`, each with or without `priv`.
std::string propose(Peer& peer, Arguments& in) {
  const std::string what = in.text();
  if (what == "add") {
    const Bytes key_package = in.hex();
    const mls::WireFormat format = in.wire_format();
    return run(in, [&] { return peer.propose_add(key_package, format); });
  }
  if (what == "remove") {
    const mls::LeafIndex leaf{in.number()};
    const mls::WireFormat format = in.wire_format();
    return run(in, [&] { return peer.propose_remove(leaf, format); });
  }
  if (what == "psk") {
    const Bytes id = in.hex();
    const mls::WireFormat format = in.wire_format();
    return run(in, [&] { return peer.propose_psk(id, format); });
  }
  if (what == "update") {
    const mls::WireFormat format = in.wire_format();
    return run(in, [&] { return peer.propose_update(format); });
  }
  return answer(what.empty() ? CommandError::missing_argument : CommandError::unknown_word);
}

struct Command {
  std::string_view name;
  std::string (*answer)(Peer& peer, Arguments& in);
};

constexpr std::array commands{
    Command{"kp",
            [](Peer& peer, Arguments& in) {
              const std::uint16_t suite = in.suite();
              return run(in, [&] { return peer.make_key_package(suite); });
            }},
    Command{"create",
            [](Peer& peer, Arguments& in) {
              const Bytes group_id = in.hex();
              const auto suite = in.optional_suite();
              return run(in, [&] { return peer.create(group_id, suite); });
            }},
    Command{"add",
            [](Peer& peer, Arguments& in) {
              const Bytes key_package = in.hex();
              const mls::WireFormat format = in.wire_format();
              return run(in, [&] { return peer.add(key_package, format); });
            }},
    Command{"commit",
            [](Peer& peer, Arguments& in) {
              const mls::WireFormat format = in.wire_format();
              return run(in, [&] { return peer.commit(format); });
            }},
    Command{"remove",
            [](Peer& peer, Arguments& in) {
              const mls::LeafIndex leaf{in.number()};
              const mls::WireFormat format = in.wire_format();
              return run(in, [&] { return peer.remove(leaf, format); });
            }},
    Command{"update",
            [](Peer& peer, Arguments& in) {
              const mls::WireFormat format = in.wire_format();
              return run(in, [&] { return peer.update(format); });
            }},
    Command{"propose", propose},
    Command{"join",
            [](Peer& peer, Arguments& in) {
              const Bytes welcome = in.hex();
              const auto tree = in.optional_hex();
              return run(in, [&] { return peer.join(welcome, tree); });
            }},
    Command{"handle",
            [](Peer& peer, Arguments& in) {
              const Bytes message = in.hex();
              return run(in, [&] { return peer.handle(message); });
            }},
    Command{"gi", [](Peer& peer, Arguments& in) { return run(in, [&] { return peer.group_info(); }); }},
    Command{"ext",
            [](Peer& peer, Arguments& in) {
              const Bytes group_info = in.hex();
              const auto tree = in.optional_hex();
              return run(in, [&] { return peer.join_external(group_info, tree); });
            }},
    Command{"protect",
            [](Peer& peer, Arguments& in) {
              const Bytes application_data = in.hex();
              return run(in, [&] { return peer.protect(application_data); });
            }},
    Command{"unprotect",
            [](Peer& peer, Arguments& in) {
              const Bytes message = in.hex();
              return run(in, [&] { return peer.unprotect(message); });
            }},
    Command{"psk",
            [](Peer& peer, Arguments& in) {
              const Bytes id = in.hex();
              const Bytes secret = in.hex();
              return run(in, [&] { return peer.tell_psk(id, secret); });
            }},
    Command{"export",
            [](Peer& peer, Arguments& in) {
              const std::string label = in.label();
              const Bytes context = in.hex();
              const std::uint32_t length = in.number();
              return run(in, [&] { return peer.export_secret(label, context, length); });
            }},
    Command{"auth", [](Peer& peer, Arguments& in) { return run(in, [&] { return peer.authenticator(); }); }},
    Command{"save",
            [](Peer& peer, Arguments& in) {
              const std::string file = in.text();
              return run(in, [&] { return peer.save(file); });
            }},
    Command{"load",
            [](Peer& peer, Arguments& in) {
              const std::string file = in.text();
              return run(in, [&] { return peer.load(file); });
            }},
};

}  // namespace

std::string answer(Peer& peer, std::string_view line) {
  Arguments in{line};
  const auto command = std::ranges::find(commands, in.command(), &Command::name);
  if (command == commands.end()) return answer(CommandError::unknown_command);
  return command->answer(peer, in);
}

std::string answer(CommandError error) {
  return answer_of(OrReason<void>{refuse(error)});
}

}  // namespace samband::interop

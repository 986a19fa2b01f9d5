"""Two partners, one server, one conversation: the thinnest path that is real from end to end."""

from world import PARTNERS, Client, WorldTest, main


class FirstMessage(WorldTest):
    def test_two_partners_read_what_each_other_wrote(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        first = anna.send("SSU", "Kan vi møtes torsdag?")
        bjorn.run("sync")
        second = bjorn.send("SSU", "Ja, klokken ti.", "--reply-to", first)
        bjorn.run("edit", "SSU", second, "Ja, klokken elleve.")
        anna.run("react", "SSU", second, "👍")
        for reader in (anna, bjorn):
            lines = reader.read("SSU")
            self.assertEqual([line["text"] for line in lines], ["Kan vi møtes torsdag?", "Ja, klokken elleve."])
            self.assertEqual([line["seq"] for line in lines], [first, second])
            self.assertEqual(lines[1]["reply_to"], first)
            self.assertTrue(lines[1]["edited"])
            self.assertEqual(lines[1]["reactions"], [{"emoji": "👍", "from": anna.name}])
            self.assertEqual(lines[0]["partner_name"], PARTNERS[0][1])
        anna.run("delete", "SSU", first)
        self.assertTrue(bjorn.read("SSU")[0]["deleted"])

    def test_a_partner_that_is_added_later_reads_on_from_there(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "AU", "--kind", "discussion", "--partners", "3301")
        anna.send("AU", "bare for oss")
        anna.run("channel", "add", "AU", "3203")
        anna.send("AU", "velkommen")
        self.assertEqual([line["text"] for line in bjorn.read("AU")], ["velkommen"])

    def test_a_second_device_of_the_same_person_is_a_member_too(self):
        anna, bjorn = self.world.enrolled(2)
        made = anna.run("--json", "invite", "--name", anna.name, "--duty", "coordinator").lines()
        tablet = Client(self.world, anna.name)
        tablet.profile = self.world.folder / "profiles" / "tablet"
        tablet.enrol(made[0]["invitation"])
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        bjorn.run("sync")
        bjorn.send("SSU", "hei")
        self.assertEqual([line["text"] for line in tablet.read("SSU")], ["hei"])

    def test_a_document_of_several_chunks_comes_back_byte_for_byte(self):
        anna, bjorn = self.world.enrolled(2)
        anna.run("channel", "create", "SSU", "--kind", "discussion", "--partners", "3301,3203")
        source = self.world.folder / "plan æøå.bin"
        source.write_bytes(bytes(range(256)) * 1500)
        anna.run("doc", "put", "SSU", source)
        listed = bjorn.run("sync") and bjorn.run("--json", "doc", "list", "SSU").lines()
        self.assertEqual([(line["path"], line["version"], line["bytes"]) for line in listed],
                         [("plan æøå.bin", 1, 384000)])
        target = self.world.folder / "fetched"
        bjorn.run("doc", "get", "SSU", "plan æøå.bin", "-o", target)
        self.assertEqual(target.read_bytes(), source.read_bytes())


if __name__ == "__main__":
    main()

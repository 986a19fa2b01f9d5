"""What counts as a check, and how it is taken out."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mutation.checks import Mutant, _Finder, instrument, is_checked, is_for_fuzzing_only, number_blocks
from mutation.cpp_text import Code, blank


def checks_in(text: str) -> list[Mutant]:
    return _Finder(Path("file.cpp"), text, first_number=0).find()


def taken_out(text: str) -> list[str]:
    return [mutant.text for mutant in checks_in(text)]


def instrumented(text: str) -> str:
    return instrument(text, checks_in(text))


class Blanking(unittest.TestCase):
    def test_leaves_code_in_its_place(self):
        text = 'a = 1\'000; // if (x) return false;\nb = "if (";\n#define X if (\n/* ( */ c'
        blanked = blank(text)
        self.assertEqual(len(blanked), len(text))
        self.assertNotIn("if", blanked)
        self.assertIn("1'000", blanked)
        self.assertEqual(blanked.index("c", 40), text.rindex("c"))

    def test_knows_the_function_around_a_place(self):
        text = "int A::f(int x) const {\n  g([&](int y) { return y; });\n}\nint h() { return 2; }\n"
        code = Code(text)
        self.assertEqual(code.function(text.index("return y")), "A::f")
        self.assertEqual(code.function(text.index("return 2")), "h")
        self.assertEqual(code.function(0), "")


class Conditions(unittest.TestCase):
    def test_of_refusals_are_checks(self):
        for refusal in ("return std::unexpected(E::x);", "return false;", "return std::nullopt;", "in.fail(E::x);"):
            self.assertEqual(taken_out(f"void f() {{ if (a > b) {refusal} }}"), ["a > b"])
            self.assertEqual(taken_out(f"void f() {{ if (a > b) {{ {refusal} }} }}"), ["a > b"])

    def test_of_other_statements_are_none(self):
        self.assertEqual(taken_out("void f() { if (a) return 1; if (b) g(); }"), [])

    def test_are_none_for_a_block_that_refuses_only_in_part(self):
        self.assertEqual(taken_out("void f() { if (a) { if (b) return false; g(); } }"), ["b"])

    def test_that_pass_a_refusal_on_are_checks(self):
        self.assertEqual(taken_out("void f() { if (const Step s = g(); !s) return s; }"), ["!s"])
        self.assertEqual(taken_out("void f() { if (!s) return s.error(); if (!s) return t; }"), ["!s"])

    def test_lose_each_side_of_a_disjunction(self):
        self.assertEqual(taken_out("void f() { if (!a || b(1, 2) || c) return false; }"), ["!a", "b(1, 2)", "c"])

    def test_lose_each_side_of_a_conjunction_and_the_whole(self):
        self.assertEqual(taken_out("void f() { if (a && !b) return false; }"), ["a && !b", "a", "!b"])

    def test_may_declare_what_they_test(self):
        text = "void f() { if (const auto e = g()) return std::unexpected(*e); }"
        self.assertEqual(
            instrumented(text),
            "void f() { if (const auto e = g(); !::mutation::is(0) && e) return std::unexpected(*e); }",
        )

    def test_are_switched_off_in_place(self):
        self.assertEqual(
            instrumented("void f() {\n  if (a && b)\n    return false;\n}"),
            "void f() {\n  if (!::mutation::is(0) && ((::mutation::is(1) || (a)) && (::mutation::is(2) || (b))))\n"
            "    return false;\n}",
        )


class OtherShapes(unittest.TestCase):
    def test_a_failure_behind_a_switch(self):
        text = "T f() { switch (x) { case 1: return a; } in.fail(E::x); return b; }"
        self.assertEqual(taken_out(text), ["in.fail(E::x);"])
        self.assertIn("if (!::mutation::is(0)) in.fail(E::x); return b;", instrumented(text))

    def test_a_function_that_only_refuses(self):
        text = "Step f() { return std::unexpected(E::x); }"
        self.assertEqual(
            instrumented(text), "Step f() { if (!::mutation::is(0)) return std::unexpected(E::x); return {}; }"
        )

    def test_a_verdict_handed_on(self):
        text = "Step f() { return verify_leaf(a, g(b)); }"
        self.assertEqual(instrumented(text), "Step f() { return ::mutation::passing(0, verify_leaf(a, g(b))); }")

    def test_truths_that_are_returned_or_kept(self):
        self.assertEqual(taken_out("bool f() { return a && all_of(b, [](T x) { return x || y; }); }")[2:], ["x", "y"])
        self.assertEqual(taken_out("void f() { const bool a = b && c; }"), ["b", "c"])
        self.assertEqual(taken_out("void f() { a |= b; c &= d; }"), ["b", "d"])

    def test_bounds_of_what_is_read(self):
        text = "T f() { return {in.bytes(key_bytes_max), read_vector<T>(in, a_max + 1, g)}; }"
        self.assertEqual(taken_out(text), ["key_bytes_max", "a_max + 1"])
        self.assertIn("in.bytes(::mutation::unbounded(0, key_bytes_max))", instrumented(text))
        self.assertEqual(taken_out("void bytes(std::size_t size_max);"), [])
        self.assertEqual(taken_out("T f() { return in.bytes(vector_bytes_max); }"), [])

    def test_what_is_forgotten(self):
        self.assertEqual(taken_out("void f() { keys_.erase(a);\n  for (;;) b->clear();\n}"), ["keys_.erase(a);", "b->clear();"])

    def test_assertions_are_none(self):
        self.assertEqual(taken_out("void f() { SAMBAND_CHECK(a || b); assert(c && d); }"), [])


class Files(unittest.TestCase):
    def test_of_tests_are_left_alone(self):
        self.assertTrue(is_checked(Path("a.cpp"), ""))
        self.assertFalse(is_checked(Path("a_test.cpp"), ""))
        self.assertFalse(is_checked(Path("a_fuzz.cpp"), ""))
        self.assertFalse(is_checked(Path("test_a.h"), ""))
        self.assertFalse(is_checked(Path("a.h"), "// Builders. Tests only.\n#pragma once\n"))

    def test_of_folders_for_fuzzing_are_left_alone(self):
        with tempfile.TemporaryDirectory() as name:
            lists = Path(name) / "CMakeLists.txt"
            self.assertFalse(is_for_fuzzing_only(Path(name)))
            lists.write_text("if(NOT SAMBAND_FUZZ)\n  return()\nendif()\n")
            self.assertTrue(is_for_fuzzing_only(Path(name)))
            lists.write_text("samband_folder(a)\nif(NOT SAMBAND_FUZZ)\n")
            self.assertFalse(is_for_fuzzing_only(Path(name)))

    def test_have_numbers_that_do_not_depend_on_the_other_files(self):
        files = [Path(f"{letter}.cpp") for letter in "abcdef"]
        blocks = number_blocks(files)
        self.assertEqual(number_blocks(files[3:]), {file: blocks[file] for file in files[3:]})
        self.assertEqual(len(set(number_blocks([Path(str(i)) for i in range(3000)]).values())), 3000)


if __name__ == "__main__":
    unittest.main()

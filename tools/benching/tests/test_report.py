import unittest

from benching.report import Aim, Report, count, decimal, mebibytes, milliseconds, table


class Numbers(unittest.TestCase):
    def test_a_count_has_three_digits_that_count(self):
        self.assertEqual(count(1_234_567), "1 230 000")
        self.assertEqual(count(42), "42")

    def test_a_decimal_has_three_digits_that_count_and_no_powers_of_ten(self):
        self.assertEqual(decimal(12.345), "12.3")
        self.assertEqual(decimal(1.5), "1.50")
        self.assertEqual(decimal(123.4), "123")
        self.assertEqual(decimal(98765.4), "98 800")
        self.assertEqual(decimal(0.0123), "0.0123")
        self.assertEqual(decimal(0.5), "0.500")
        self.assertEqual(decimal(0), "0")

    def test_a_number_that_rounds_to_one_more_digit_keeps_its_width(self):
        self.assertEqual(decimal(9.999), "10.0")
        self.assertEqual(decimal(99.96), "100")

    def test_units(self):
        self.assertEqual(milliseconds(0.0051), "5.10 ms")
        self.assertEqual(mebibytes(3 << 19), "1.50 MiB")


class Tables(unittest.TestCase):
    def test_words_stand_left_and_figures_right(self):
        self.assertEqual(
            table(["who", "cells"], [["jalon", "7"]]),
            "| who   | cells |\n| ----- | ----: |\n| jalon |     7 |")

    def test_a_bar_in_a_cell_does_not_end_it(self):
        self.assertIn("a\\|b", table(["x"], [["a|b"]]))


class Aims(unittest.TestCase):
    def test_a_bound_itself_is_reached(self):
        self.assertTrue(Aim("at most 2", 2).is_met(2))
        self.assertTrue(Aim("at least 2", 2, True).is_met(2))

    def test_beyond_the_bound_is_not(self):
        self.assertFalse(Aim("at most 2", 2).is_met(2.1))
        self.assertFalse(Aim("at least 2", 2, True).is_met(1.9))

    def test_the_report_says_what_is_not_reached(self):
        shown = []
        report = Report(shown.append)
        report.against(Aim("at most 2", 2), "size", 3, "3 times")
        report.aims()
        self.assertIn("not yet", shown[-1])

    def test_without_aims_there_is_no_table(self):
        shown = []
        Report(shown.append).aims()
        self.assertEqual(shown, [])


if __name__ == "__main__":
    unittest.main()

import math
import unittest
import xml.etree.ElementTree as tree

from benching.curve import HEIGHT, BOTTOM, Axis, drawn, spread

SVG = "{http://www.w3.org/2000/svg}"


class Axes(unittest.TestCase):
    def test_equal_factors_are_equal_steps(self):
        axis = Axis([10, 100_000], 0, 400)
        self.assertAlmostEqual(axis(1000) - axis(100), axis(100) - axis(10))

    def test_it_reaches_from_the_power_below_to_the_power_above(self):
        axis = Axis([20, 3000], 0, 300)
        self.assertEqual(axis.ticks, [10, 100, 1000, 10_000])
        self.assertEqual((axis(10), axis(10_000)), (0, 300))

    def test_a_power_of_ten_alone_has_an_axis(self):
        self.assertTrue(math.isfinite(Axis([100, 100], 0, 10)(100)))


class Labels(unittest.TestCase):
    def test_labels_that_would_touch_move_apart(self):
        places = spread([100, 101, 102, 300], 16)
        self.assertTrue(all(b - a >= 16 for a, b in zip(places, places[1:])))
        self.assertEqual(places[-1], 300)

    def test_none_leaves_the_picture(self):
        limit = HEIGHT - BOTTOM
        places = spread([limit - 1, limit, limit], 16)
        self.assertLessEqual(max(places), limit)
        self.assertTrue(all(b - a >= 16 for a, b in zip(places, places[1:])))


class Pictures(unittest.TestCase):
    def test_it_is_a_document_with_a_line_and_a_name_for_each(self):
        picture = drawn("A & B", "x", "y", {"jalon": [(10, 5), (1000, 50)], "<peer>": [(10, 7)]})
        root = tree.fromstring(picture)
        lines = [one for one in root.iter(SVG + "path") if one.get("stroke")]
        names = [one.text for one in root.iter(SVG + "text")]
        self.assertEqual(len(lines), 2)
        self.assertIn("jalon", names)
        self.assertIn("<peer>", names)

    def test_every_point_lies_within(self):
        root = tree.fromstring(drawn("t", "x", "y", {"a": [(1e4, 3e5), (1e7, 2e5)]}))
        for one in root.iter(SVG + "circle"):
            self.assertTrue(0 < float(one.get("cx")) < 720 and 0 < float(one.get("cy")) < 400)

    def test_nothing_to_draw_is_an_error(self):
        with self.assertRaises(ValueError):
            drawn("t", "x", "y", {})


if __name__ == "__main__":
    unittest.main()

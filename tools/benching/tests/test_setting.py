import tempfile
import unittest

from benching.peers import Environment
from benching.setting import Setting
from faultlab.machines import Device, Relay


class Labs(unittest.TestCase):
    def test_a_setting_is_all_that_devices_and_relays_ask_of_their_lab(self):
        with tempfile.TemporaryDirectory() as folder:
            setting = Setting(folder, Environment(folder + "/none"), True, True)
            relays = [Relay(setting, folder), Relay(setting, folder)]
            self.assertNotEqual(relays[0].port, relays[1].port)
            for relay in relays:
                self.assertTrue(0 < int(relay.port) < 65_536)
            device = Device(setting, folder + "/laptop")
            self.assertEqual(device.lab.jalon, folder + "/jalon")


if __name__ == "__main__":
    unittest.main()

import Testing

struct `Packages` {
    @Test func `count what is used, and take it back`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let made = device.json(
            "package", "new", "Blum", "Coaching", "--units", "10", "--price", "900")
        #expect(
            made.keys.isSuperset(of: [
                "id", "name", "client", "units", "used", "remaining", "price",
            ]))
        #expect(made["price"] == "900.00")
        #expect(device.json("package", "use", "Coaching")["used"] == 1)
        #expect(device.json("package", "use", made["id"].text, "3")["remaining"] == 6)
        #expect(device.json("package", "use", "Coaching", "--", "-1")["used"] == 3)
        let listed = device.json("package", "list")[0]
        #expect(listed["units"] == 10 && listed["used"] == 3 && listed["remaining"] == 7)
        device.fails(["package", "use", "Coaching", "0"], exit: 65, says: "cannot be used")
        device.fails(["package", "use", "Coaching", "1.5"], exit: 65, says: "whole number")
    }
}

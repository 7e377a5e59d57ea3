import Testing

struct `At the same time` {
    @Test func `eight programs write and every write is there`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        device.does("package", "new", "Blum", "Coaching", "--units", "100", "--price", "900")
        let script =
            "for n in 1 2 3 4 5; do '\(Program.jalon)' package use Coaching || exit 1; done"
        let started = (1...8).map { _ in device.start(["sh", "-c", script].map { Array($0.utf8) }) }
        for one in started {
            let run = one.finished()
            #expect(run.exit == 0, "\(run)")
            #expect(run.err == "", "\(run)")
        }
        #expect(device.json("package", "list")[0]["used"] == 40)
        #expect(device.run(["verify"]).exit == 0)
    }
}

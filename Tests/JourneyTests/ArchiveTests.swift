import Testing

struct `A dry run of an archive` {
    @Test func `refuses the folders that the archive would refuse, and makes none`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
        device.does("invoice", "issue", id, "--on", "2025-03-01")
        let taken = device.home + "/taken"
        Files.makeFolder(taken)
        Files.write("", to: device.home + "/file")
        let words = ["archive", "2025", "--as-of", "2026-01-02", "--output"]
        for folder in [taken, taken + "/not/there", device.home + "/file", device.home + "/file/x"]
        {
            let real = device.fails(words + [folder], exit: 73, says: "cannot be made")
            let rehearsed = device.fails(
                words + [folder, "--dry-run"], exit: 73, says: "cannot be made")
            #expect(rehearsed.err == real.err)
        }
        let folder = device.home + "/archive"
        device.does(words + [folder, "--dry-run"])
        device.does(words + [folder + "/", "--dry-run"])
        device.does(words + [folder])
        device.fails(words + [folder, "--dry-run"], exit: 73, says: "cannot be made")
    }
}

import Glibc
import Testing

/// A stick, or a folder that another program keeps the same on several machines.
struct `Books in a folder` {
    /// A folder of its own, gone when the test is over.
    private final class Stick {
        let path = Files.temporary()
        var jalon: String { path + "/jalon" }

        deinit { Files.shell("chmod -R u+rwX '\(path)'; rm -rf '\(path)'") }

        /// The files of segments.
        var files: [String] {
            Files.shell("find '\(jalon)/segments' -type f > '\(path)/list' 2>/dev/null")
            return Files.read(path + "/list").split(separator: "\n").map(String.init)
        }
    }

    private static func pair() -> (laptop: Device, phone: Device) {
        let laptop = Device.withBooks()
        laptop.does("client", "add", "Blum", "--email", "old@blum.example")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        return (laptop, phone)
    }

    @Test func `a stick carries the books between two machines that never see a network`() {
        let stick = Stick()
        let (laptop, phone) = Self.pair()
        for device in [laptop, phone] {
            device.does("peer", "add", "stick", stick.jalon)
            device.does("sync")
        }
        expectSameBooks([laptop, phone])
        phone.does("client", "edit", "Blum", "--email", "phone@blum.example")
        laptop.does("client", "edit", "Blum", "--email", "laptop@blum.example")
        for device in [laptop, phone, laptop] { device.does("sync", "stick") }
        expectSameBooks([laptop, phone])
        #expect(laptop.json("conflicts").values.count == 1)
        let answer = laptop.json("sync")
        #expect(answer["peers"][0]["sent"] == 0)
        #expect(answer["peers"][0]["changes"] == 0)
        #expect(answer["peers"][0]["healed"] == .boolean(false))
        #expect(laptop.does("sync").contains("nothing new"))
        // What lies there is sealed.
        #expect(Files.shell("grep -r -i blum '\(stick.jalon)'") == 1)
    }

    @Test func `what only a lost device had is declared lost, and taken in if it turns up`() {
        let stick = Stick()
        let (laptop, phone) = Self.pair()
        for device in [laptop, phone] {
            device.does("peer", "add", "stick", stick.jalon)
            device.does("sync")
        }
        let known = Set(stick.files)
        phone.does("client", "add", "Cause")
        phone.does("sync")
        let cause = Set(stick.files).subtracting(known)
        phone.does("client", "add", "Effect")
        phone.does("sync")
        // The stick loses the first of them, and the phone falls into the lake.
        #expect(cause.count == 1)
        for file in cause { Files.shell("rm '\(file)'") }
        laptop.does("sync")
        let names = { (device: Device) in
            device.json("client", "list").values.map { $0["name"].text }.sorted()
        }
        #expect(names(laptop) == ["Blum"])
        #expect(laptop.json("status")["waiting"] == 1)
        let doctor = laptop.run(["doctor"])
        #expect(doctor.exit == 2, "\(doctor)")
        let missing = laptop.json("status")["missing"][0]
        let (writer, number) = (missing["writer"].text, missing["number"].integer ?? 0)
        #expect(doctor.out.contains("jalon lost \(writer) \(number)"), "\(doctor)")
        for number in ["0", "9223372036854775807"] {
            laptop.fails(
                ["lost", writer, number], exit: 65, says: "no change can have the number \(number)")
        }
        laptop.does("lost", writer, "\(number)")
        #expect(names(laptop) == ["Blum", "Effect"])
        #expect(laptop.json("status")["waiting"] == 0)
        #expect(laptop.run(["verify"]).exit == 0)
        laptop.does("client", "add", "Later")
        laptop.does("sync")
        // A diver brings it up.
        phone.does("sync")
        laptop.does("sync")
        phone.does("sync")
        expectSameBooks([laptop, phone])
        #expect(names(laptop) == ["Blum", "Cause", "Effect", "Later"])
    }

    @Test func `a file that a stick damaged is written again by whoever holds it`() {
        let stick = Stick()
        let (laptop, phone) = Self.pair()
        laptop.does("sync", stick.jalon)
        let file = stick.files[0]
        Files.shell("cp '\(file)' '\(stick.path)/good'")
        Files.shell("printf x | dd of='\(file)' bs=1 seek=300 conv=notrunc 2>/dev/null")
        let run = phone.run(["sync", stick.jalon])
        #expect(run.exit == 0 && run.out.contains("cannot be read whole"), "\(run)")
        laptop.does("sync", stick.jalon)
        #expect(Files.shell("cmp -s '\(file)' '\(stick.path)/good'") == 0)
        #expect(stick.files.count == 1)
        phone.does("sync", stick.jalon)
        #expect(phone.json("status")["digest"] == laptop.json("status")["digest"])
    }

    @Test func `a folder that was never added is met once`() {
        let stick = Stick()
        let (laptop, phone) = Self.pair()
        laptop.does("sync", stick.jalon)
        phone.does("sync", stick.jalon + "/")
        #expect(phone.json("status")["digest"] == laptop.json("status")["digest"])
        #expect(laptop.json("peer", "list") == [])
    }

    @Test func `a stick that is not plugged in, or another one in its place, is said`() {
        let stick = Stick()
        let (laptop, _) = Self.pair()
        laptop.does("peer", "add", "stick", stick.jalon)
        laptop.does("sync")
        Files.shell("mv '\(stick.jalon)' '\(stick.path)/away'")
        laptop.does("client", "add", "Carver")
        let run = laptop.fails(["sync"], exit: 69, says: "is not there")
        #expect(run.err.contains("plugged in") && run.err.contains("kept here"))
        Files.shell("mkdir '\(stick.jalon)'")
        laptop.fails(["sync"], exit: 69, says: "holds no books any more")
        #expect(Files.shell("rmdir '\(stick.jalon)'") == 0)
        Files.shell("mv '\(stick.path)/away' '\(stick.jalon)'")
        laptop.does("sync")
        #expect(laptop.json("status")["unsent"] == 0)
    }

    @Test func `a folder of other books, or of holiday pictures, is left as it is`() {
        let stick = Stick()
        let (laptop, _) = Self.pair()
        laptop.does("sync", stick.jalon)
        let stranger = Device.withBooks("Studio Süd")
        stranger.fails(["sync", stick.jalon], exit: 77, says: "carries other books")
        Files.write("picture", to: stick.path + "/beach.jpg")
        let run = laptop.fails(["sync", stick.path], exit: 65, says: "holds other things")
        #expect(run.err.contains(stick.path + "/jalon"))
        #expect(laptop.json("peer", "list") == [])
        #expect(stranger.json("peer", "list") == [])
    }

    @Test func `a folder takes no enrolment`() {
        let laptop = Device.withBooks()
        let words = ["peer", "add", "stick", laptop.home + "/stick", "--enrolment", "-"]
        laptop.fails(words, exit: 64, says: "only a relay takes an enrolment", input: "x")
        #expect(laptop.json("peer", "list") == [])
    }

    @Test func `an invitation names no folder of this machine`() {
        let stick = Stick()
        let (laptop, _) = Self.pair()
        laptop.does("peer", "add", "stick", stick.jalon)
        laptop.does("peer", "add", "team", "https://relay.example.org")
        let fresh = Device("fresh")
        fresh.join(laptop, as: "fresh")
        #expect(fresh.json("peer", "list").values.map { $0["name"] } == ["team"])
    }

    /// Whether a file system can be mounted for a test.
    private static let canMount =
        Files.shell("unshare -m sh -c 'mount -t tmpfs -o size=64k none /mnt'") == 0

    /// Runs shell commands where `$S` is a small disk of its own, and `$J` is jalon.
    private static func onDisk(_ size: String, _ device: Device, _ script: String) -> Run {
        let disk = device.home + "/disk"
        Files.makeFolder(disk)
        let text = """
            S='\(disk)'; J='\(Program.jalon)'
            mount -t tmpfs -o size=\(size) none "$S" || exit 99
            \(script)
            """
        return device.run(program: ["unshare", "-m", "sh", "-c", text])
    }

    @Test(.enabled(if: canMount, "a file system can be mounted here"))
    func `a full stick is said once, loses nothing and leaves no half file`() {
        let (laptop, phone) = Self.pair()
        for number in 0..<40 { laptop.does("client", "add", "Client \(number)") }
        laptop.does("sync", phone.home + "/elsewhere")
        phone.does("client", "add", "From the phone")
        phone.does("sync", phone.home + "/elsewhere")
        for number in 0..<30 {
            laptop.does("client", "add", "Later \(number)")
            laptop.does("sync", laptop.home + "/drain")
        }
        // Room for the phone's and for some of the laptop's.
        let run = Self.onDisk(
            "96k", laptop,
            """
            cp -r '\(phone.home)/elsewhere' "$S/jalon"
            "$J" sync "$S/jalon"; echo "exit $?"
            find "$S" -name '*.tmp' | wc -l
            find "$S" -name '*.jalon' -printf '%s %f\\n' | awk '{split($2,p,"-"); if (p[4]!=$1) print "half"}'
            find "$S" -name '*.jalon' | wc -l
            rm -rf "$S/jalon/segments/"[a-m]; mount -o remount,size=4m "$S"
            "$J" sync "$S/jalon"; echo "exit $?"
            find "$S" -name '*.jalon' | wc -l
            """)
        let lines = run.out.split(separator: "\n").map(String.init)
        #expect(run.err.components(of: "no space is left").count == 2, "\(run)")
        #expect(lines.filter { $0 == "exit 73" }.count == 1, "\(run)")
        #expect(lines.filter { $0 == "exit 0" }.count == 1, "\(run)")
        #expect(!lines.contains("half"), "\(run)")
        // What lay there was fetched all the same.
        #expect(laptop.json("client", "list").values.contains { $0["name"] == "From the phone" })
        let counts = lines.compactMap { Int($0) }
        #expect(counts.count == 3 && counts[0] == 0, "\(run)")
        if counts.count == 3 { #expect(counts[1] < counts[2], "\(run)") }
    }

    @Test(.enabled(if: canMount, "a file system can be mounted here"))
    func `a disk that can only be read is read, and it is said that nothing was written`() {
        let (laptop, phone) = Self.pair()
        let elsewhere = phone.home + "/elsewhere"
        laptop.does("sync", elsewhere)
        phone.does("client", "add", "Unsent")
        let run = Self.onDisk(
            "4m", phone,
            """
            cp -r '\(elsewhere)' "$S/jalon" && mount -o remount,ro "$S"
            "$J" sync "$S/jalon"
            """)
        #expect(run.exit == 0, "\(run)")
        #expect(run.out.contains("Nothing was written"), "\(run)")
        #expect(phone.json("client", "list").values.count == 2)
        let bare = Self.onDisk("4m", laptop, "mount -o remount,ro \"$S\"; \"$J\" sync \"$S\"")
        #expect(bare.exit == 73 && bare.err.contains("can only be read"), "\(bare)")
    }
}

extension String {
    /// The parts between a text.
    fileprivate func components(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let place = rest.firstRange(of: text) {
            parts.append(rest[..<place.lowerBound])
            rest = rest[place.upperBound...]
        }
        return parts + [rest]
    }
}

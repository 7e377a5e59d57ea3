import Testing

/// Expects that devices hold the same books and show the same: nothing waits, nothing was set aside,
/// the audit finds nothing, and unless told otherwise nothing is left to send.
func expectSameBooks(
    _ devices: [Device], areSent: Bool = true, at location: SourceLocation = #_sourceLocation
) {
    let states = devices.map { $0.json("status") }
    for state in states {
        #expect(state["digest"] == states[0]["digest"], sourceLocation: location)
        #expect(state["version"] == states[0]["version"], sourceLocation: location)
        #expect(state["waiting"] == 0, sourceLocation: location)
        #expect(state["setAside"] == [], sourceLocation: location)
        if areSent { #expect(state["unsent"] == 0, sourceLocation: location) }
    }
    for command in [
        ["client", "list"], ["invoice", "list"], ["payment", "list"], ["conflicts"], ["log"],
    ] {
        let answers = devices.map { $0.run(command + ["--json"]).out }
        #expect(Set(answers).count == 1, "\(command) \(answers)", sourceLocation: location)
    }
    for device in devices {
        let run = device.run(["verify"])
        #expect(run.exit == 0, "\(run)", sourceLocation: location)
    }
}

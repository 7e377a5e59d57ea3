import Convergence
import GRDB
import Hummingbird
import NIOCore
import Wire

extension RelayRoutes {
    /// Answers are written in parts of this size, so that a client that takes them slowly shows.
    private static let partBytes = 16_384

    /// One conversation: its lines in, its segments to the disk, its answer out.
    func sync(_ request: Request, _ context: RelayContext) async throws -> Response {
        let books = try Self.books(context)
        var reader = try BodyReader(
            request, bytesMax: Limits.requestBytesMax, graceSeconds: bodyGraceSeconds)
        let visitor: Visitor
        do {
            visitor = Visitor(books: books, token: try Self.token(request))
            try await letIn(visitor)
        } catch let refused as Refused {
            // The client has to see why, to go on with another token: its body is read first.
            try await reader.read(request) { _ in }
            throw refused
        }
        let share = intake.share()
        let conversation = try await listen(request, books: books, &reader, share)
        metrics.count(received: reader.bytes)
        do {
            return try await answer(to: visitor, conversation)
        } catch let refused as Refused {
            known.forget(visitor)
            throw refused
        }
    }

    /// Asks the database whose token it does not know already; throws the refusal.
    private func letIn(_ visitor: Visitor) async throws {
        guard !known.knows(visitor) else { return }
        try await store.read { _ = try gate.mailbox(of: visitor, in: $0) }
        known.remember(visitor)
    }

    private func listen(
        _ request: Request, books: BooksID, _ reader: inout BodyReader, _ share: Intake.Share
    ) async throws -> RelayConversation {
        var conversation = RelayConversation(books: books)
        var splitter = LineSplitter()
        do {
            try await reader.read(request) { part in
                try share.add(part.readableBytes)
                for line in try splitter.take(part.readableBytesView) {
                    try conversation.receive(line)
                }
            }
            let last = splitter.remainder
            if !last.isEmpty { try conversation.receive(last) }
            guard conversation.isComplete else { throw WireFailure.cut }
        } catch let failure as WireFailure {
            throw Refused(of: failure)
        }
        return conversation
    }

    /// Stores what came, and says what the device lacks. Whether the token is good is asked in the same
    /// moment of the database.
    private func answer(
        to visitor: Visitor, _ conversation: RelayConversation
    ) async throws -> Response {
        let time = now()
        var conversation = conversation
        if !conversation.accepted.isEmpty {
            let kept = try await keep(&conversation, of: visitor, at: time)
            if let kept, let lines = kept.lines {
                return response(lines, to: kept.device, conversation)
            }
        }
        let finished = conversation
        let (lines, device) = try await store.read { database in
            let (mailbox, device) = try gate.mailbox(of: visitor, in: database)
            return (try finished.answer(from: mailbox), device)
        }
        if device.isDue(at: time) {
            try? await store.commit { try DeviceTable($0).see(device.id, at: time) }
        }
        return response(lines, to: device, conversation)
    }

    private struct Kept: Sendable {
        let device: DeviceTable.Device
        let stored: Mailbox.Stored
        /// The answer, when all that the device lacks is what it sent.
        let lines: [Line]?
    }

    /// Stores what fits; the rest is refused and the conversation goes on, so that a device whose
    /// books or relay are full still gets what others sent. Nil when the disk took nothing.
    private func keep(
        _ conversation: inout RelayConversation, of visitor: Visitor, at time: Int64
    ) async throws -> Kept? {
        let came = conversation
        let kept: Kept
        do {
            kept = try await store.commit { database in
                let (mailbox, device) = try gate.mailbox(of: visitor, in: database)
                if device.isDue(at: time) { try DeviceTable(database).see(device.id, at: time) }
                let stored = try mailbox.append(came.accepted, quotaBytes: quotaBytes)
                guard stored.taken == came.accepted.count else {
                    return Kept(device: device, stored: stored, lines: nil)
                }
                // What cannot be read is no fault of the write: the answer is looked for again.
                let lines = try? came.answer(from: mailbox, ifOnlyNew: stored.segments)
                return Kept(device: device, stored: stored, lines: lines)
            }
        } catch let failure as StoreFailure {
            conversation.refuseAccepted(Refused(of: failure).code)
            return nil
        }
        if kept.stored.taken < conversation.accepted.count {
            conversation.refuseAccepted(after: kept.stored.taken, .quota)
        }
        metrics.countStored(segments: kept.stored.segments, bytes: kept.stored.bytes)
        if kept.stored.segments > 0 {
            hub.publish(visitor.books, position: kept.stored.position)
        }
        return kept
    }

    private func response(
        _ lines: [Line], to device: DeviceTable.Device, _ conversation: RelayConversation
    ) -> Response {
        for refusal in conversation.refused { metrics.countRefusal(refusal.code) }
        return Response(
            status: .ok, headers: [.contentType: Answers.lines, .cacheControl: "no-store"],
            body: body(lines, to: device))
    }

    /// Remembers how far the mailbox was handed to a device that got something: a hint for the others'
    /// reports, without which the answer is as good.
    private func note(_ end: Line?, handedTo device: DeviceTable.Device) async {
        guard case .end(let position, _, _) = end, position > device.position else { return }
        try? await store.commit { database in
            try DeviceTable(database).hand(device.id, upTo: position)
        }
    }

    /// A small answer without news leaves with its head in one write; any other in parts.
    private func body(_ lines: [Line], to device: DeviceTable.Device) -> ResponseBody {
        var begun = ByteBuffer()
        var rest = lines[...]
        while begun.readableBytes <= Self.partBytes, let line = rest.popFirst() {
            begun.write(line)
        }
        let isNews = lines.contains { if case .segment = $0 { true } else { false } }
        if rest.isEmpty, !isNews {
            metrics.count(sent: begun.readableBytes)
            return ResponseBody(byteBuffer: begun)
        }
        return ResponseBody { [begun, rest] writer in
            var (buffer, rest) = (begun, rest)
            while true {
                while let part = buffer.readSlice(length: Self.partBytes) {
                    metrics.count(sent: part.readableBytes)
                    try await writer.write(part)
                }
                buffer.discardReadBytes()
                guard let line = rest.popFirst() else { break }
                buffer.write(line)
            }
            metrics.count(sent: buffer.readableBytes)
            try await writer.write(buffer)
            if isNews { await note(lines.last, handedTo: device) }
            try await writer.finish(nil)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ line: Line) {
        writeBytes(line.encoded)
        writeInteger(UInt8(ascii: "\n"))
    }
}
